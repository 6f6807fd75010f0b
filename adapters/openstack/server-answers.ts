/**
 * The form of the answers of Nova, Neutron and placement about one server. Answers are checked before any part is used,
 * and fields that nobody reads are dropped.
 */
import * as z from 'zod';
import type {
  ActionEvent,
  Flavor,
  Hypervisor,
  ServerAction,
  ServerPort,
  WholeServer,
} from '../../lib/contract/server-ports';
import { serverAnswer, serverOf, text, told, utcTime } from './report-answers';

const longText = z.string().max(256 << 10);
export const id = z.string().regex(/^[\w.-]{1,64}$/, 'must be an id');
/** Nova gives -1 for a disk whose size its driver doesn't measure. */
const amount = z.number().int().min(-1);

export const wholeServerAnswer = serverAnswer.extend({
  id,
  'OS-EXT-AZ:availability_zone': text.nullish(),
  flavor: z.object({ id: text }).nullish(),
  /** '' if the server boots from a volume. */
  image: z.union([z.object({ id }), z.literal('')]).nullish(),
  fault: z.object({ message: longText, details: longText.nullish(), created: utcTime.nullish() }).nullish(),
});

export const wholeServerOf = (row: z.infer<typeof wholeServerAnswer>): WholeServer => ({
  ...serverOf(row),
  ...told({
    zone: row['OS-EXT-AZ:availability_zone'] === '' ? undefined : row['OS-EXT-AZ:availability_zone'],
    flavorId: row.flavor?.id,
    imageId: row.image === '' ? undefined : row.image?.id,
    faultDetails: row.fault?.details,
  }),
});

export const actionListAnswer = z.object({
  instanceActions: z.array(z.object({ request_id: text.nullish() })).max(10_000),
});

const eventAnswer = z.object({
  event: text,
  start_time: utcTime.nullish(),
  finish_time: utcTime.nullish(),
  result: text.nullish(),
  traceback: longText.nullish(),
  host: text.nullish(),
});

export const actionAnswer = z.object({
  instanceAction: z.object({
    action: text,
    request_id: text,
    start_time: utcTime.nullish(),
    message: longText.nullish(),
    events: z.array(eventAnswer).max(10_000).nullish(),
  }),
});

const startOf = ({ startedAt }: { readonly startedAt?: Date }): number => startedAt?.getTime() ?? 0;

export const inOrder = <Timed extends { readonly startedAt?: Date }>(all: readonly Timed[]): Timed[] =>
  [...all].sort((a, b) => startOf(a) - startOf(b));

export function actionOf({ instanceAction: row }: z.infer<typeof actionAnswer>): ServerAction {
  const events = row.events?.map((event): ActionEvent => ({
    event: event.event,
    ...told({
      startedAt: event.start_time,
      finishedAt: event.finish_time,
      result: event.result,
      traceback: event.traceback,
      host: event.host,
    }),
  }));
  return {
    action: row.action,
    requestId: row.request_id,
    ...told({ events: events && inOrder(events), startedAt: row.start_time, message: row.message }),
  };
}

export const flavorAnswer = z.object({
  flavor: z.object({ name: text, vcpus: amount, ram: amount, disk: amount }),
});

export const flavorOf = ({ flavor }: z.infer<typeof flavorAnswer>): Flavor => ({
  name: flavor.name,
  vcpus: flavor.vcpus,
  ramMiB: flavor.ram,
  diskGiB: flavor.disk,
});

/** The form below 2.88, which no longer has the amounts. Icehouse's service has no `host`. */
export const hypervisorsAnswer = z.object({
  hypervisors: z
    .array(
      z.object({
        hypervisor_hostname: text,
        service: z.object({ host: text.nullish() }).nullish(),
        vcpus: amount,
        vcpus_used: amount,
        memory_mb: amount,
        memory_mb_used: amount,
        local_gb: amount,
        local_gb_used: amount,
      }),
    )
    .max(100_000),
});

export const hypervisorOf = (row: z.infer<typeof hypervisorsAnswer>['hypervisors'][number]): Hypervisor => ({
  host: row.service?.host ?? row.hypervisor_hostname,
  node: row.hypervisor_hostname,
  vcpus: row.vcpus,
  vcpusUsed: row.vcpus_used,
  ramMiB: row.memory_mb,
  ramMiBUsed: row.memory_mb_used,
  diskGiB: row.local_gb,
  diskGiBUsed: row.local_gb_used,
});

export const imageAnswer = z.object({ status: text });

export const serverPortAnswer = z.object({
  id,
  network_id: id,
  status: text,
  'binding:host_id': text.nullish(),
  'binding:vif_type': text.nullish(),
});

export const serverPortOf = (row: z.infer<typeof serverPortAnswer>): ServerPort => ({
  id: row.id,
  networkId: row.network_id,
  status: row.status,
  hostId: row['binding:host_id'] ?? '',
  vifType: row['binding:vif_type'] ?? '',
});

export const allocationsAnswer = z.object({ allocations: z.record(id, z.object({})) });
export const providerAnswer = z.object({ name: text });

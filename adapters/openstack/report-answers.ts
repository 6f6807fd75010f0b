/**
 * The form of the answers of Nova, Cinder and Neutron to reports, checked before any part is used. Fields that nobody
 * reads are dropped.
 */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { UnrecoverableError } from '../../lib/basics/errors';
import { sayFault } from '../../lib/basics/schema-fault';
import type { Server, ServiceRecord } from '../../lib/contract/report-ports';
import type { OpenStackSession } from './openstack-session';

/** The columns of these tables hold 255 characters. Reasons and names are only shown. */
export const text = z.string().max(255);
const longText = z.string().max(64 << 10);
/** `2026-11-29T07:51:27.000000`, `2026-11-29 07:51:12`, `2026-11-28T23:25:21Z`: all are UTC. */
const utcForm = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|\+00:00)?$/;

export function parseUtc(time: string): Date | undefined {
  const [, day, hour] = utcForm.exec(time) ?? [];
  const date = new Date(`${day}T${hour?.replace(/(\.\d{3})\d+/, '$1')}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export const utcTime = z
  .string()
  .max(64)
  .refine((value) => parseUtc(value) !== undefined, 'must be a time in UTC')
  .transform((value) => parseUtc(value) as Date);

/** The fields of Nova below 2.69, which leaves out things in a cell that it can't reach, and of Cinder. */
export const serviceAnswer = z.object({
  binary: text,
  host: text,
  zone: text.nullish(),
  status: z.enum(['enabled', 'disabled']),
  state: z.enum(['up', 'down']),
  updated_at: utcTime.nullish(),
  disabled_reason: longText.nullish(),
  forced_down: z.boolean().nullish(),
});

export const servicesAnswer = z.object({ services: z.array(serviceAnswer).max(100_000) });

export const serverAnswer = z.object({
  id: z.string().max(64),
  name: text,
  tenant_id: z.string().max(255),
  status: text,
  created: utcTime.nullish(),
  updated: utcTime.nullish(),
  'OS-SRV-USG:launched_at': utcTime.nullish(),
  'OS-EXT-STS:vm_state': text.nullish(),
  'OS-EXT-STS:task_state': text.nullish(),
  'OS-EXT-STS:power_state': z.number().int().nullish(),
  'OS-EXT-SRV-ATTR:host': text.nullish(),
  fault: z.object({ message: longText, created: utcTime.nullish() }).nullish(),
});

export const agentRecordAnswer = z.object({
  host: text,
  agent_type: text,
  binary: text,
  alive: z.boolean(),
  admin_state_up: z.boolean(),
  heartbeat_timestamp: utcTime.nullish(),
  started_at: utcTime.nullish(),
});

const id = z.string().max(64);

export const floatingIpAnswer = z.object({
  id,
  floating_ip_address: z.string().max(64),
  floating_network_id: id,
  port_id: id.nullish(),
  status: text.nullish(),
});

export const ownedPortAnswer = z.object({
  id,
  network_id: id,
  device_id: text,
  device_owner: text,
  fixed_ips: z.array(z.object({ subnet_id: id, ip_address: z.string().max(64) })),
});

/** @throws UnrecoverableError naming the field, where the answer has another form */
export function checkedAnswer<Answer>(schema: z.ZodType<Answer>, answer: unknown, what: string, cloud: string): Answer {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new UnrecoverableError(
    `the answer of ${what} has an unknown form: ${sayFault(parsed.error)}; see what answers there`,
    { where: `cloud ${cloud}`, about: 'answer' },
  );
}

/** Asks a service by GET. If the answer may be absent, its schema accepts undefined. */
export async function askService<Answer>(
  session: OpenStackSession,
  service: string,
  path: string,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const mayBeAbsent = schema.safeParse(undefined).success;
  const answer = await session.call(service, path, { mayBeAbsent });
  return checkedAnswer(schema, answer, `the service of "${service}" to GET ${path}`, session.cloud);
}

/** Turns null into absence: null in an answer means that the value is not known. */
export const told = <Value extends object>(value: Value): { [K in keyof Value]?: NonNullable<Value[K]> } =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null)) as {
    [K in keyof Value]?: NonNullable<Value[K]>;
  };

export const serviceOf = (row: z.infer<typeof serviceAnswer>): ServiceRecord => ({
  binary: row.binary,
  host: row.host,
  isEnabled: row.status === 'enabled',
  isUp: row.state === 'up',
  ...told({
    zone: row.zone,
    heartbeat: row.updated_at,
    isForcedDown: row.forced_down,
  }),
  ...defined({ disabledReason: row.disabled_reason }),
});

export const serverOf = (row: z.infer<typeof serverAnswer>): Server => ({
  id: row.id,
  name: row.name,
  projectId: row.tenant_id,
  status: row.status,
  ...told({
    vmState: row['OS-EXT-STS:vm_state'],
    taskState: row['OS-EXT-STS:task_state'],
    powerState: row['OS-EXT-STS:power_state'],
    host: row['OS-EXT-SRV-ATTR:host'],
    created: row.created,
    updated: row.updated,
    launched: row['OS-SRV-USG:launched_at'],
    fault: row.fault && { message: row.fault.message, ...told({ created: row.fault.created }) },
  }),
});

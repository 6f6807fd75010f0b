/** Restarts a service of the control plane on one host, and sees it up. */
import * as z from 'zod';
import { isLine } from '../../lib/basics/line';
import type { RunbookReaders } from '../../lib/contract/runbook-ports';
import type { ServiceRecord } from '../../lib/contract/report-ports';
import { servedBy } from '../../lib/host-services/unit';
import { lookAtUnit, restartService } from '../../lib/hosts/restart-service';
import { restartCosts } from '../../lib/openstack/restarts';
import { defineAct } from '../act';
import { restartable, checkUpMeanwhile } from '../service-conditions';
import { lookAtSite } from '../service-sites';
import { until } from '../until';

/** Service → the API that lists it with a heartbeat. Other services are up if they listen on their ports. */
const listers: Readonly<Record<string, 'Nova' | 'Cinder'>> = {
  'nova-scheduler': 'Nova',
  'nova-conductor': 'Nova',
  'cinder-scheduler': 'Cinder',
};

/** A service reports every 10 s, and needs some seconds until it does so the first time. */
const heardWithinSeconds = 90;

export const listerOf = (service: string): 'Nova' | 'Cinder' | undefined =>
  Object.hasOwn(listers, service) ? listers[service] : undefined;

/** Every one that is enabled; [] where nobody lists the service. */
export async function listed(service: string, readers: RunbookReaders): Promise<readonly ServiceRecord[]> {
  const lister = listerOf(service);
  if (lister === undefined) return [];
  const records = await (await (lister === 'Nova' ? readers.compute() : readers.volumes())).services();
  return records.filter(({ binary, isEnabled }) => binary === service && isEnabled);
}

const text = (most: number) => z.string().min(1).max(most).refine(isLine, 'must be one line');
const unit = z.string().regex(/^[A-Za-z0-9@_.-]{1,200}\.service$/, 'must be a unit of systemd');
const pid = z.int().min(1);
const pids = z.array(pid).max(1_000);
const sockets = z.array(text(100)).max(1_000);

const place = z.strictObject({ host: text(255), unit });

const inputs = z
  .strictObject({
    service: z.string().refine((service) => Object.hasOwn(restartCosts, service), 'is no service to restart'),
    ...place.shape,
    /** The main processes before the restart. */
    main: pids.min(1),
    sockets,
    /** The host by the name that Nova or Cinder has of it. */
    listedAs: text(255).optional(),
    /** The other hosts of the service. It must be up on each of them. */
    others: z.array(place).max(1_000),
  })
  .refine((given) => servedBy(given.unit) === given.service, 'name a unit that runs another service');
export type RestartInputs = z.infer<typeof inputs>;

const state = z.strictObject({
  main: pids,
  /** Of the sockets from before. */
  missing: sockets,
  /** Nova or Cinder heard of it since it started, where they list it. */
  isHeard: z.boolean(),
});

function say({ main, missing, isHeard }: z.infer<typeof state>): string {
  if (main.length === 0) return 'no process is there';
  const silent = missing.length === 0 ? [] : [`nothing of it listens on ${missing.join(', ')}`];
  const unheard = isHeard ? [] : ['no heartbeat since it started'];
  return [`process ${main.join(', ')}`, ...silent, ...unheard].join('; ');
}

/** A heartbeat is written by the clock of the service's own host. */
async function isHeardSince(started: Date, { service, listedAs }: RestartInputs, readers: RunbookReaders) {
  if (listedAs === undefined) return true;
  const record = (await listed(service, readers)).find(({ host }) => host === listedAs);
  return record?.heartbeat !== undefined && record.heartbeat >= started;
}

async function observe(given: RestartInputs, readers: RunbookReaders): Promise<z.infer<typeof state>> {
  const host = await readers.host(`host:${given.host}`);
  const { main, sockets: held, startedAt } = await lookAtUnit(host, given.unit);
  return {
    main: [...main],
    missing: given.sockets.filter((socket) => !held.has(socket)),
    isHeard: startedAt !== undefined && (await isHeardSince(startedAt, given, readers)),
  };
}

/** Another host on which the service is down, as a clause. */
async function downElsewhere(given: RestartInputs, readers: RunbookReaders): Promise<string | undefined> {
  const { service, listedAs, others } = given;
  for (const elsewhere of others) {
    const { main, hasFailed } = await lookAtUnit(await readers.host(`host:${elsewhere.host}`), elsewhere.unit);
    if (main.length === 0 || hasFailed) return `${elsewhere.unit} is down on ${elsewhere.host}`;
  }
  const silent = (await listed(service, readers)).find(({ host, isUp }) => !isUp && host !== listedAs);
  return silent && `${listerOf(service)} says that ${service} on ${silent.host} is down`;
}

/** Asks again what the runbook asked. Inputs may come from a journal, so every host is looked at, not `others` alone. */
async function refuse(given: RestartInputs, readers: RunbookReaders): Promise<string | undefined> {
  const { service, host } = given;
  const down = await downElsewhere(given, readers);
  if (down !== undefined)
    return `${down}, so ${service} was not restarted on ${host}, where it may be the last that serves; bring it up there, then resume`;
  const elsewhere = readers.hostsToLookAt.filter((each) => each !== host);
  const sites = await Promise.all(elsewhere.map((each) => lookAtSite(service, each, readers)));
  const own = await lookAtSite(service, host, readers);
  // An earlier attempt may have left it down here, and the restart is to bring it up.
  const here = own.is === 'down' ? [] : restartable(service, own);
  const asked = [...sites.flatMap((site) => checkUpMeanwhile(service, site)), ...here];
  return asked.find(({ is }) => is !== 'holds')?.said;
}

/** Nothing that lasts is changed: the service reads the same files again. */
export const serviceRestart = defineAct({
  name: 'service-restart',
  inputs,
  state,
  title: ({ host, unit: name }) => `restart ${name} on ${host}, and see it up`,
  thing: ({ host, unit: name }) => `${name} on ${host}`,
  whole: ({ service }) => `service ${service}`,
  observe: (given, { readers }) => observe(given, readers),
  say,
  isDone: ({ main }, now) =>
    now.main.length > 0 && !now.main.some((each) => main.includes(each)) && now.missing.length === 0 && now.isHeard,
  refuse: (given, _, { readers }) => refuse(given, readers),
  perform: async (given, running) => {
    const { service, host, unit: name } = given;
    const { readers, writers } = running;
    const error = await restartService(await writers.host(`host:${host}`), name);
    if (error !== undefined) throw error;
    const isHeard = async () => (await observe(given, readers)).isHeard;
    await until(running, heardWithinSeconds, `a heartbeat of ${service} on ${host}`, isHeard);
  },
  undo: () => ({ is: 'nothing', because: 'a restart changes nothing that lasts' }),
});

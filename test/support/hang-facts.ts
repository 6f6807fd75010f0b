/** What was read of a server that hangs, in a cloud where all is well: tests change what they are about. */
import type { Heartbeat } from '../../reports/heartbeats';
import { read, untried } from '../../reports/looked';
import type { HangFacts } from '../../reports/server-hang/facts';
import { whyServerHangs } from '../../reports/server-hang/verdict';

const now = new Date('2026-11-29T12:00:00Z');
export const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

export const beat = (name: string, host: string, more: Partial<Heartbeat> = {}): Heartbeat => ({
  service: 'nova',
  name,
  host,
  zone: 'nova',
  isUp: true,
  isEnabled: true,
  writtenBy: 'conductor',
  at: ago(4),
  ageSeconds: 4,
  ...more,
});
export const dead = { isUp: false, hasMoved: false, at: ago(900), ageSeconds: 900 };
export const conductor = beat('nova-conductor', 'ctl1');
export const scheduler = beat('nova-scheduler', 'ctl1');
export const compute = beat('nova-compute', 'cnode01');
export const agent = beat('neutron-openvswitch-agent', 'cnode01', { service: 'neutron', writtenBy: 'neutron-server' });

export const idle = {
  id: '6a0c5f0e-93c1-4a53-8a52-0c2d1f6a7b11',
  name: 'utm-1',
  projectId: 'p1',
  created: ago(1500),
  updated: ago(1500),
};
export const server = { ...idle, status: 'BUILD', vmState: 'building', taskState: 'scheduling' };

export const noCells = untried('stackward.yaml names no database nova_api');
const noBroker = untried('stackward.yaml names no broker');

/** A server that has been in BUILD for 25 min in a cloud where all is well. */
export const facts = (more: Partial<HangFacts> = {}): HangFacts => ({
  now,
  server,
  actions: read([]),
  services: read([conductor, scheduler, compute]),
  agents: read([agent]),
  flavor: read({ name: 'utm', vcpus: 4, ramMiB: 4_096, diskGiB: 20 }),
  hypervisors: read([]),
  image: read('active'),
  ports: read([]),
  placedOn: read(undefined),
  room: untried('nothing has failed'),
  hasAllServices: true,
  rows: untried('stackward.yaml names no database nova'),
  record: { isRequested: noCells, cell: noCells, mappedHosts: noCells },
  queues: noBroker,
  nodes: noBroker,
  logs: [],
  isOld: false,
  ...more,
});
export const failed = (message: string) => ({ ...idle, status: 'ERROR', vmState: 'error', fault: { message } });
export const verdict = (more: Partial<HangFacts>) => whyServerHangs(facts(more), String);
export const namedBy = (more: Partial<HangFacts>): string[] => verdict(more).named.map(({ cause }) => cause);

/** A build that nova-compute of cnode01 has begun. */
export const spawning = { ...server, taskState: 'spawning', host: 'cnode01' };
export const begun = read([
  {
    action: 'create',
    requestId: 'req-1',
    events: [{ event: 'compute__do_build_and_run_instance', startedAt: ago(1400) }],
  },
]);

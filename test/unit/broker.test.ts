/** What is read out of a broker's queues, and of what rabbitmqctl prints. */
import { connectionsOf, nodesOfJson, nodesOfTerms, queueColumns, queuesOf, rowsOfJson, rowsOfTable } from '../../adapters/rabbitmq/ctl-answers'; // prettier-ignore
import { defined } from '../../lib/basics/defined';
import type { BrokerQueue, BrokerReader } from '../../lib/contract/broker-ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { backlogs, clientHosts, idleQueues } from '../../reports/broker/judge';
import { readBroker, type BrokerLooks } from '../../reports/broker/read';
import { settleBroker } from '../../reports/broker/settle';
import { brokerExitCode, renderBroker } from '../../reports/broker/render';
import { backlog, brokerHealth, idleQueue } from '../../reports/doctor/checks/broker';
import type { Heartbeat } from '../../reports/heartbeats';
import { read, untried, type Looked } from '../../reports/looked';
import { ownerOf } from '../../reports/broker/queue-owner';
import { beat, dead } from '../support/hang-facts';

const id = '0123456789abcdef0123456789abcdef';

test.each([
  ['conductor', { kind: 'service', service: 'nova-conductor' }],
  ['compute.cnode01', { kind: 'host', service: 'nova-compute', host: 'cnode01' }],
  ['compute.cnode01.example.net', { kind: 'host', service: 'nova-compute', host: 'cnode01.example.net' }],
  ['cinder-volume.ctl1@lvm', { kind: 'host', service: 'cinder-volume', host: 'ctl1@lvm' }],
  ['q-plugin', { kind: 'service', service: 'neutron-server' }],
  ['l3_agent.net1', { kind: 'host', service: 'neutron-l3-agent', host: 'net1' }],
  ['neutron-vo-SecurityGroupRule-1.0.cnode01', { kind: 'host', service: 'network agents', host: 'cnode01' }],
  [`scheduler_fanout_${id}`, { kind: 'fanout', service: 'nova-scheduler' }],
  [`reply_${id}`, { kind: 'reply' }],
  ['notifications.info', { kind: 'notifications' }],
  ['versioned_notifications.error', { kind: 'notifications' }],
  ['computer.cnode01', { kind: 'unknown' }],
  ['constructor', { kind: 'unknown' }],
])('the queue %s is told to be of %j', (name, owner) => {
  expect(ownerOf(name)).toMatchObject(owner);
});

const queue = (name: string, consumers: number | undefined, ready = 0, unacked = 0) => ({
  vhost: '/',
  name,
  ready,
  unacked,
  ...defined({ consumers }),
});

test('queues without a consumer are weighed by whose they are and what waits in them', () => {
  const weighed = idleQueues([
    queue('conductor', 0),
    queue('scheduler', 1),
    queue('compute.cnode01', 0, 1),
    queue('compute.cnode02', 0),
    queue('compute.cnode03', undefined),
    queue('notifications.info', 0, 999),
    queue('notifications.error', 0, 1_000),
    queue(`reply_${id}`, 0),
    queue('billing', 0, 1),
    queue('shop', 0),
  ]);
  expect(weighed.map((each) => `${each.queue.name} ${each.is}`)).toEqual([
    'conductor fault',
    'compute.cnode01 fault',
    'compute.cnode02 risk',
    'notifications.info note',
    'notifications.error risk',
    `reply_${id} note`,
    'billing risk',
    'shop note',
  ]);
});

test('a backlog is of a queue that has consumers, or of which nobody told, the fullest first', () => {
  const full = backlogs([
    queue('a', 1, 999),
    queue('b', 1, 0, 1_000),
    queue('c', undefined, 5_000),
    queue('d', 0, 9_000),
  ]);
  expect(full.map(({ name }) => name)).toEqual(['c', 'b']);
});

test('connections are counted by the address that they come from', () => {
  const from = (address: string, state: string) => ({ from: address, state });
  expect(clientHosts([from('a', 'running'), from('b', 'blocked'), from('b', 'running')])).toEqual([
    { from: 'b', connections: 2, blocked: 1 },
    { from: 'a', connections: 1, blocked: 0 },
  ]);
});

// 3.6 prints `Listing queues ...` without -q, and `...done.` before 3.4; 3.8 and later a head. From their documents and sources.
test.each([
  ['3.5 and 3.6', 'conductor\t0\t2\t1\nnotifications.info\t7\t0\t\n'],
  ['3.4 with its banner', 'Listing queues ...\nconductor\t0\t2\t1\nnotifications.info\t7\t0\t\n...done.\n'],
  ['3.8 and later', 'name\tmessages_ready\tmessages_unacknowledged\tconsumers\nconductor\t0\t2\t1\nnotifications.info\t7\t0\t\n'], // prettier-ignore
])('queues of the table that rabbitmqctl of %s prints', (_, printed) => {
  expect(queuesOf('/', rowsOfTable(printed, queueColumns))).toEqual([
    { vhost: '/', name: 'conductor', ready: 0, unacked: 2, consumers: 1 },
    { vhost: '/', name: 'notifications.info', ready: 7, unacked: 0 },
  ]);
});

test('queues of the JSON that rabbitmqctl prints, behind a line that says how long it waits', () => {
  const printed = 'Timeout: 60.0 seconds ...\n[\n{"name":"conductor","messages_ready":0,"messages_unacknowledged":2,"consumers":1}\n,{"name":"x","messages_ready":"","messages_unacknowledged":"","consumers":""}]\n'; // prettier-ignore
  expect(queuesOf('/nova', rowsOfJson(printed))).toEqual([
    { vhost: '/nova', name: 'conductor', ready: 0, unacked: 2, consumers: 1 },
    { vhost: '/nova', name: 'x' },
  ]);
  expect(() => rowsOfJson('Error: unable to perform an operation')).toThrow(
    'was asked for JSON and prints something else',
  );
});

test('connections of the JSON that 3.10 prints, with addresses as their numbers', () => {
  const row = (host: number[]) => `{"peer_host":${JSON.stringify(host)},"user":"stack","vhost":"/","state":"running"}`;
  const printed = `[\n${[[192, 0, 2, 7], [0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0208], [0x2001, 0xdb8, 0, 0, 0, 0, 0, 7]].map(row).join('\n,')}\n]\n`; // prettier-ignore
  expect(connectionsOf(rowsOfJson(printed)).map(({ from }) => from)).toEqual(['192.0.2.7', '192.0.2.8', '2001:db8::7']);
});

// RabbitMQ 3.6.5, from its documents.
const terms = `[{nodes,[{disc,['rabbit@ctl-1',rabbit@ctl2,rabbit@ctl3]}]},
 {running_nodes,[rabbit@ctl2,'rabbit@ctl-1']},
 {cluster_name,<<"rabbit@ctl2">>},
 {partitions,[{rabbit@ctl2,['rabbit@ctl-1']}]},
 {alarms,[{rabbit@ctl2,[memory]},{'rabbit@ctl-1',[]}]}]
`;

test('nodes of the Erlang terms that 3.6 prints', () => {
  expect(nodesOfTerms(terms)).toEqual([
    { name: 'rabbit@ctl-1', isRunning: true, alarms: [], partitions: [] },
    { name: 'rabbit@ctl2', isRunning: true, alarms: ['memory'], partitions: ['rabbit@ctl-1'] },
    { name: 'rabbit@ctl3', isRunning: false, alarms: [], partitions: [] },
  ]);
});

const looks = (more: Partial<BrokerLooks>): Looked<BrokerLooks> =>
  read({ by: 'x', queues: read([]), connections: read([]), nodes: read([]), ...more });

test('a node whose alarms nobody told, as of 3.5, is not said to have none', () => {
  const nodes = nodesOfTerms(terms.replace(/,\s*\{alarms.*\}\]/, ']')).slice(0, 1);
  expect(nodes).toEqual([{ name: 'rabbit@ctl-1', isRunning: true, partitions: [] }]);
  const looked = looks({ nodes: read(nodes) });
  expect([brokerExitCode(looked), renderBroker(looked, 80)]).toEqual([
    1,
    expect.stringContaining('were not looked at'),
  ]);
  expect(brokerHealth.judge(looked, String)).toMatchObject([
    { result: 'fine', found: '1 node without partition, 0 connections, none held up' },
    { result: 'not looked at', subject: 'alarms of node rabbit@ctl-1' },
  ]);
});

test('a queue whose number of consumers nobody told is not said to have one', () => {
  const judged = (...queues: readonly BrokerQueue[]) =>
    idleQueue.judge({ broker: looks({ queues: read(queues) }), beats: [] }, String);
  const unread = { result: 'not looked at', subject: '1 queue, conductor' };
  expect(judged(queue('conductor', undefined))).toMatchObject([unread]);
  expect(judged(queue('conductor', undefined), queue('scheduler', 1))).toMatchObject([
    { result: 'fine', found: '1 queue, each of a service with a consumer' },
    unread,
  ]);
});

test('services that are alive and have no queue at this broker have another one, which is not looked at', () => {
  const known = [queue('compute.cnode01', 1), queue('cinder-volume.ctl1@lvm', 1), queue('dhcp_agent.net1', 1)];
  const served = [beat('nova-compute', 'cnode01'), beat('cinder-volume', 'ctl1@lvm'), beat('neutron-dhcp-agent', 'net1'), beat('neutron-openvswitch-agent', 'cnode01')]; // prettier-ignore
  const judged = (...beats: readonly Heartbeat[]) =>
    idleQueue.judge({ broker: looks({ queues: read(known) }), beats: [read(beats), untried('no such API')] }, String);
  const fine = { result: 'fine', found: '3 queues, each of a service with a consumer' };
  expect(judged(...served, { ...beat('nova-compute', 'cnode03'), ...dead })).toMatchObject([fine]);
  expect(judged(...served, beat('nova-compute', 'cnode02'))).toMatchObject([
    fine,
    {
      result: 'not looked at',
      subject: 'the broker of 1 service, nova-compute on cnode02',
      why: expect.stringContaining('no queue of theirs, such as compute.cnode02') as string,
    },
  ]);
});

test('a queue whose messages nobody counted is not said to have few', () => {
  const untold: BrokerQueue = { vhost: '/', name: 'scheduler', consumers: 1 };
  const judged = (...queues: readonly BrokerQueue[]) => backlog.judge(looks({ queues: read(queues) }), String);
  const unread = { result: 'not looked at', subject: '1 queue, scheduler' };
  expect(judged(untold)).toMatchObject([unread]);
  expect(judged(untold, queue('conductor', 1))).toMatchObject([{ result: 'fine', found: expect.stringMatching(/^1 queue, none/) as string }, unread]); // prettier-ignore
  expect(judged(untold, queue('conductor', 1, 1_000))).toMatchObject([{ result: 'risk' }, unread]);
  const known = looks({ queues: read([untold]) });
  expect([brokerExitCode(known), renderBroker(known, 80)]).toEqual([1, expect.stringContaining('of 1 nobody told how many messages wait')]); // prettier-ignore
});

test('nodes of the JSON of 3.13 and 4.x', () => {
  const printed = JSON.stringify({
    running_nodes: ['rabbit@ctl1'],
    disk_nodes: ['rabbit@ctl1', 'rabbit@ctl2'],
    alarms: [{ node: 'rabbit@ctl1', resource: 'disk' }],
    partitions: {},
  });
  expect(nodesOfJson(printed)).toEqual([
    { name: 'rabbit@ctl1', isRunning: true, alarms: ['disk'], partitions: [] },
    { name: 'rabbit@ctl2', isRunning: false, alarms: [], partitions: [] },
  ]);
});

test('a number that one of two looks did not tell is not told, and in a queue that was not there nothing waited', async () => {
  const first = looks({ queues: read([queue('a', 0, 5), { vhost: '/', name: 'b', consumers: 0 }]) });
  const now = [queue('a', 0, 9, 1), queue('b', 0, 7), queue('c', 0, 8)];
  const readers = { broker: () => Promise.resolve({ queues: () => Promise.resolve(now) }) } as unknown as ReportReaders;
  const again = await settleBroker(readers, first, () => true, () => Promise.resolve()); // prettier-ignore
  expect(again).toMatchObject({ value: { queues: { value: [queue('a', 0, 5), { vhost: '/', name: 'b', consumers: 0 }, queue('c', 0)] } } }); // prettier-ignore
  expect(again.isRead && again.value.queues.isRead && again.value.queues.value[1]).not.toHaveProperty('ready');
});

test('a second look that shows no queue at all is not looked, in place of queues that have gone', async () => {
  const conductor: BrokerQueue = { vhost: '/', name: 'conductor', ready: 3, consumers: 0 };
  const answers = [[conductor], []];
  const broker: BrokerReader = {
    by: 'x',
    queues: () => Promise.resolve(answers.shift() ?? []),
    connections: () => Promise.resolve([]),
    nodes: () => Promise.resolve([]),
  };
  const readers = { broker: () => Promise.resolve(broker) } as unknown as ReportReaders;
  const first = await readBroker(readers);
  const again = await settleBroker(
    readers,
    first,
    () => true,
    () => Promise.resolve(),
  );
  expect(first).toMatchObject({ value: { queues: { isRead: true } } });
  expect(again).toMatchObject({
    value: { queues: { isRead: false, why: expect.stringContaining('no queue') as string } },
  });
});

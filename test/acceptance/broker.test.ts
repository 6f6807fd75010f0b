/** `stackward broker` on the lab's RabbitMQ, by rabbitmqctl as the host program runs it: over a real sshd, through sudo. */
import { join } from 'node:path';
import { BrokerHost } from '../support/broker-host';
import { CommandFolder } from '../support/command';
import { getLab } from '../support/lab-cloud';

let host: BrokerHost;
let folder: CommandFolder;
beforeAll(async () => {
  const { folder: lab, ports } = getLab();
  host = await BrokerHost.start({ name: 'stackward@localhost', epmdPort: ports.epmd, cookieFile: join(lab, 'home', '.erlang.cookie') }); // prettier-ignore
  folder = new CommandFolder();
  folder.write('stackward.yaml', { broker: { host: 'mq1' }, hosts: [host.access] });
});
afterAll(async () => {
  folder?.remove();
  await host?.stop();
});

interface Told {
  readonly by: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly running: boolean;
    readonly alarms: readonly string[] | null;
  }[];
  readonly queues: readonly {
    readonly name: string;
    readonly consumers: number | null;
    readonly ready: number | null;
  }[];
  readonly connections: readonly object[];
  readonly notLookedAt: readonly object[];
}

test('rabbitmqctl through sudo over ssh tells nodes with their alarms, queues with their consumers, and connections', async () => {
  const { stdout, stderr } = await folder.run(['broker', '--json']);
  const told = JSON.parse(stdout) as Told;
  expect([told.by, stderr, told.notLookedAt]).toEqual(['rabbitmqctl on mq1', '', []]);
  expect(told.nodes).toEqual([{ name: 'stackward@localhost', running: true, alarms: [], partitions: [] }]);
  const conductor = told.queues.find(({ name }) => name === 'conductor');
  expect([conductor?.consumers, conductor?.ready]).toEqual([expect.any(Number), expect.any(Number)]);
  expect(conductor?.consumers).toBeGreaterThan(0);
  const names = told.queues.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['scheduler', 'compute.cnode01']));
  // A process of a service also has a queue of its own, by which SW-6001 tells whether it uses this broker.
  for (const topic of ['conductor', 'scheduler', 'cinder-scheduler'])
    expect(names).toContainEqual(expect.stringMatching(new RegExp(`^${topic}\\..`)));
  expect(stdout).toContain('127.0.0.1');
});

/** Both ways to a real RabbitMQ: its management API, and rabbitmqctl. */
import { CtlBroker } from '../../adapters/rabbitmq/ctl-broker';
import { ManagementBroker } from '../../adapters/rabbitmq/management-broker';
import type { BrokerReader } from '../../lib/contract/broker-ports';
import { LocalHost } from '../../adapters/host/local-host';
import { queueColumns } from '../../adapters/rabbitmq/ctl-answers';
import { CommandFolder } from '../support/command';
import { examine, troublesOf } from '../support/doctor-run';
import { OwnBroker } from '../support/own-broker';

let own: OwnBroker;
beforeAll(async () => {
  own = await OwnBroker.start();
  await own.ask('PUT', '/api/vhosts/nova');
  await own.ask('PUT', `/api/permissions/nova/${own.user}`, { configure: '.*', write: '.*', read: '.*' });
  await own.declare('conductor', 2);
  await own.declare('compute.cnode01', 0, 'nova');
});
afterAll(() => own.stop());

const ways: readonly [string, () => BrokerReader][] = [
  ['the management API', () => new ManagementBroker({ url: own.url, user: own.user, password: own.password })],
  ['rabbitmqctl', () => new CtlBroker(rememberingHost())],
];

/** Every command line of rabbitmqctl that was used. */
const used = new Map<string, readonly string[]>();
function rememberingHost(): OwnBroker['host'] {
  const { host } = own;
  const read = (questions: readonly { readonly argv: readonly string[] }[]) => {
    for (const { argv } of questions) used.set(argv.join(' '), argv);
    return host.read(questions as never);
  };
  return { ...host, read: read as never };
}

describe.each(ways)('%s', (_, open) => {
  test('tells every queue of every virtual host, with its consumers and messages', async () => {
    let queues: Awaited<ReturnType<BrokerReader['queues']>> = [];
    await own.until('the numbers are there', async () =>
      (queues = await open().queues()).every(({ ready }) => ready !== undefined),
    );
    expect([...queues].sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { vhost: 'nova', name: 'compute.cnode01', consumers: 0, ready: 0, unacked: 0 },
      { vhost: '/', name: 'conductor', consumers: 0, ready: 2, unacked: 0 },
    ]);
  });

  test('tells no connection where there is none', async () => {
    expect(await open().connections()).toEqual([]);
  });
});

test('both ways tell an alarm while there is one', async () => {
  const tell = async (alarms: readonly string[]) => {
    for (const [way, open] of ways) {
      let nodes: Awaited<ReturnType<BrokerReader['nodes']>> = [];
      await own.until(`${way} tells ${alarms.length} alarms`, async () => {
        nodes = await open().nodes();
        return nodes[0]?.alarms?.length === alarms.length;
      });
      expect(nodes).toEqual([{ name: own.node, isRunning: true, alarms, partitions: [] }]);
    }
  };
  await tell([]);
  own.ctl(['set_vm_memory_high_watermark', '0.0001']);
  await tell(['memory']);
  own.ctl(['set_vm_memory_high_watermark', '0.4']);
  await tell([]);
});

test('a wrong password is told without it', async () => {
  const broker = new ManagementBroker({ url: own.url, user: own.user, password: 'hunter2-broker' });
  const error = (await broker.queues().catch((met: unknown) => met)) as Error;
  expect(error.message).toContain('refuses the user "monitor" (401)');
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
});

test('an answer of another program than the management API is an error with the address', async () => {
  const broker = new ManagementBroker({ url: `http://127.0.0.1:${own.amqpPort}`, user: own.user, password: 'x' });
  await expect(broker.nodes()).rejects.toThrow(/^http:\/\/127\.0\.0\.1:\d+: /);
});

describe('the command', () => {
  let folder: CommandFolder;
  beforeEach(() => {
    folder = new CommandFolder({ RABBIT: own.password });
    const access = { management: own.url, user: own.user, password: '${RABBIT}' };
    folder.write('stackward.yaml', { broker: access });
  });
  afterEach(() => folder.remove());

  test('lists queues that nobody takes from with whose they are, within 80 columns, and without the password (case 1115 c)', async () => {
    const { code, stdout, stderr } = await folder.run(['broker']);
    expect([code, stderr]).toEqual([2, '']);
    expect(stdout).toMatch(/2 queues, 2 without a consumer\.\n\nIS +WAITING +NO CONSUMER\nfault +2 +conductor\n +nova-conductor; named by nova\.conf \[conductor\] topic/); // prettier-ignore
    expect(stdout).toMatch(/risk +0 +compute\.cnode01 \(virtual host nova\)\n/);
    expect(stdout).not.toContain(own.password);
  });

  test('tells the same as JSON', async () => {
    const { code, stdout } = await folder.run(['broker', '--json']);
    const told = JSON.parse(stdout) as { queues: { name: string }[]; exitCode: number };
    expect([code, told.exitCode]).toEqual([2, 2]);
    expect(told.queues.find(({ name }) => name === 'conductor')).toEqual({
      vhost: '/',
      name: 'conductor',
      consumers: 0,
      ready: 2,
      unacked: 0,
      kind: 'service',
      service: 'nova-conductor',
      host: null,
      option: 'nova.conf [conductor] topic (up to Newton)',
      withoutConsumer: 'fault',
    });
  });

  test('doctor finds the same queues, and nothing else, over the same reading', async () => {
    const codes = ['SW-6001', 'SW-6002', 'SW-6003'].flatMap((code) => ['--only', code]);
    const told = await examine(folder, 'doctor', ...codes);
    expect([told.code, troublesOf(told).sort()]).toEqual([
      2,
      ['SW-6001 fault queue conductor', 'SW-6001 risk queue compute.cnode01 (virtual host nova)'],
    ]);
  });

  test('a broker that nothing names, and one that would be sent the password in clear, are not looked at', async () => {
    folder.write('stackward.yaml', {});
    const unnamed = await folder.run(['broker']);
    expect([unnamed.code, unnamed.stdout]).toEqual([1, 'not looked at: broker: stackward.yaml names no broker\n']);
    folder.write('stackward.yaml', {
      broker: { management: 'http://192.0.2.7:15672', user: 'u', password: '${RABBIT}' },
    });
    const clear = await folder.run(['broker']);
    expect([clear.code, clear.stdout.replace(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('travel in clear')]);
    folder.write('stackward.yaml', { broker: { management: own.url, host: 'ctl1' } });
    const both = await folder.run(['broker']);
    expect([both.code, both.stderr]).toEqual([1, expect.stringContaining('needs exactly one of management and host')]);
  });
});

test('the host program runs the command lines of rabbitmqctl that the tests above used, and no other', async () => {
  const host = new LocalHost('controller', {});
  const run = (...argv: string[]) => ({ verb: 'run-reader', argv: ['rabbitmqctl', ...argv] }) as const;
  // The tests above asked for virtual hosts, the queues of two of them, connections and nodes.
  expect(used.size).toBe(5);
  try {
    const refused = async (...questions: Parameters<typeof host.read>[0]) =>
      (await host.read(questions)).filter((answer) => !answer.ok && answer.reason === 'refused').length;
    expect(await refused(...[...used.values()].map((argv) => ({ verb: 'run-reader', argv: [...argv] }) as const))).toBe(
      0,
    );
    expect(await refused(run('stop'), run('-q', 'purge_queue', 'x'), run('-q', 'list_queues', '-p', '-n', ...queueColumns))).toBe(3); // prettier-ignore
  } finally {
    await host.close();
  }
});

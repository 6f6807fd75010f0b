/** An inventory from databases of Zed, beside what the openstack command takes for the same, sampled on the lab. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readLab } from '../lab/environment';
import { CommandFolder } from '../test/support/command';
import { InventoryTables } from '../test/support/inventory-tables';
import { makeWorld } from '../test/support/inventory-world';
import { startMariadb } from '../test/support/mariadb';
import { inTurn, median, medianUsage, runNode, secondsSince } from './measure';
import { measured, type Measured } from './results';

const rounds = 5;
const hosts = 40;

export async function benchInventory(bundle: string, say: (text: string) => void): Promise<Measured[]> {
  const mariadb = await startMariadb();
  const command = new CommandFolder({});
  try {
    const files: string[] = [];
    for (const size of [1_000, 10_000]) {
      say(`a cloud of ${size} servers is made …`);
      const tables = await InventoryTables.make(mariadb, 'zed', `of_${size}_`);
      await tables.fill(makeWorld(size, hosts, 'zed'));
      command.write(`${size}.yaml`, tables.configuration());
      files.push(`${size}.yaml`);
    }
    say('inventories …');
    const env = { ...process.env, INVENTORY_PASSWORD: mariadb.root.password };
    const take =
      (file: string | undefined, ...args: string[]) =>
      () =>
        runNode([bundle, 'inventory', '--config', file ?? '', ...args], { cwd: command.folder, env });
    const [small, large, table, bare] = await inTurn(
      rounds,
      take(files[0], '--json'),
      take(files[1], '--json'),
      take(files[0]),
      () => runNode([bundle, '--version']),
    );
    const [few, many, text, start] = [medianUsage(small), medianUsage(large), medianUsage(table), medianUsage(bare)];
    return [
      measured(
        'inventory of 1,000 servers, all columns, time',
        [few.seconds, start.seconds],
        's',
        '`stackward --version`',
        {
          target: { of: 'ours', atMost: 2 },
        },
      ),
      measured(
        'inventory of 1,000 servers, all columns, memory',
        [few.mebibytes, start.mebibytes],
        'MiB',
        '`stackward --version`',
        {
          target: { of: 'ours', atMost: 150 },
        },
      ),
      measured('inventory of 1,000 servers, table, time', [text.seconds, start.seconds], 's', '`stackward --version`'),
      measured(
        'inventory of 10,000 servers, all columns, time',
        [many.seconds, few.seconds],
        's',
        'the same of 1,000',
        {
          target: { of: 'ratio', atMost: 12 },
          remark: `memory ${many.mebibytes.toFixed(0)} MiB`,
        },
      ),
      ...(await besideCommandLine(few.seconds, say)),
    ];
  } finally {
    command.remove();
    await mariadb.stop();
  }
}

const samples = 3;

/** Launch time, hostname and root device of a server are told by `server show` alone, and its ports by `port list`. */
async function besideCommandLine(ours: number, say: (text: string) => void): Promise<Measured[]> {
  const lab = readLab();
  if (!lab) {
    say('No lab here: the openstack commands that tell the same are left out.');
    return [];
  }
  const env = { ...lab.environment, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
  const openstack = async (...args: string[]): Promise<{ seconds: number; stdout: string }> => {
    const started = process.hrtime.bigint();
    const { stdout } = await promisify(execFile)('openstack', ['--os-cloud', 'stackward-lab', ...args], { env });
    return { seconds: secondsSince(started), stdout };
  };
  const list = await openstack('server', 'list', '--all-projects', '-f', 'value', '-c', 'ID');
  const [server] = list.stdout.split('\n');
  if (server === undefined || server === '') {
    say('The lab has no server: the openstack commands that tell the same are left out.');
    return [];
  }
  say('openstack server show and port list, three times …');
  const each: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const shown = await openstack('server', 'show', server);
    const ports = await openstack('port', 'list', '--device-id', server, '--long');
    each.push(shown.seconds + ports.seconds);
  }
  const theirs = list.seconds + 1_000 * median(each);
  return [
    measured(
      'inventory of 1,000 servers beside the openstack command',
      [ours, theirs],
      's',
      'one `openstack server show` and one `port list` each',
      {
        remark: 'three sampled on the lab, scaled',
      },
    ),
  ];
}

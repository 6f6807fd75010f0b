/** Plan and apply of allocation pools from a manifest file, on a private MariaDB with Neutron's tables of Zed. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { CommandFolder } from '../test/support/command';
import { startMariadb } from '../test/support/mariadb';
import { NeutronTables, schemaFiles, type MadeSubnet } from '../test/support/neutron-tables';
import { inTurn, median, medianUsage, runNode, secondsSince, type Usage } from './measure';
import { measured, type Measured } from './results';

const rounds = 5;
const sizes = [1, 100, 1000] as const;

interface Ground {
  readonly command: CommandFolder;
  readonly bundle: string;
  readonly env: NodeJS.ProcessEnv;
  readonly connection: Connection;
  readonly subnets: readonly MadeSubnet[];
  readonly port: number;
  /** Path of the bundled bare-selects.ts. */
  readonly selects: string;
  connect(): Promise<Connection>;
}

/**
 * @param bare runs `stackward --version`
 * @param empty runs a plan of a manifest without targets
 */
export async function benchPools(
  bundle: string,
  bare: () => Promise<Usage>,
  empty: () => Promise<Usage>,
  say: (text: string) => void,
): Promise<Measured[]> {
  const mariadb = await startMariadb();
  try {
    const options = await mariadb.createSchema('neutron', ...schemaFiles.zed);
    const connection = await mariadb.connect('neutron');
    const tables = new NeutronTables(connection, 'zed');
    say('1,000 subnets are made …');
    const subnets: MadeSubnet[] = [];
    for (let n = 0; n < 1000; n++)
      subnets.push(
        await tables.subnet({
          cidr: cidrOf(n, '0/24'),
          gateway: cidrOf(n, '1'),
          pools: [[cidrOf(n, '10'), cidrOf(n, '19')]],
          used: [cidrOf(n, '10')],
        }),
      );
    const env = { ...process.env, NEUTRON_PASSWORD: options.password };
    const command = new CommandFolder({});
    command.write(
      'stackward.yaml',
      `databases: { neutron: { host: 127.0.0.1, port: ${options.port}, user: root, password: "\${NEUTRON_PASSWORD}", schema: neutron, tls: off } }\n`,
    );
    const connect = () =>
      createConnection({
        host: '127.0.0.1',
        port: options.port,
        user: 'root',
        password: options.password,
        database: 'neutron',
      });
    const selects = await bundleSelects(command.folder);
    const ground: Ground = { command, bundle, env, connection, subnets, port: options.port, selects, connect };
    const results: Measured[] = [];
    for (const size of sizes) {
      say(`plan and apply of ${size} …`);
      results.push(...(await benchPlan(ground, size, { bare, empty })), ...(await benchApply(ground, size, bare)));
    }
    command.remove();
    return results;
  } finally {
    await mariadb.stop();
  }
}

const cidrOf = (n: number, rest: string): string => `10.${n >> 8}.${n & 255}.${rest}`;
const named = (size: number): string => `${size} ${size === 1 ? 'subnet' : 'subnets'}`;

function writeManifest({ command, subnets }: Ground, size: number, last: number): void {
  const resources = Object.fromEntries(
    subnets.slice(0, size).map(({ id }, n) => [
      `bench/N${n}/AllocationPools`,
      {
        kind: 'allocation-pool',
        spec: { subnetId: id, method: 'database', pools: [{ start: cidrOf(n, '10'), end: cidrOf(n, String(last)) }] },
        dependsOn: [],
      },
    ]),
  );
  command.write('manifest.json', { schemaVersion: '1.0', owner: 'bench', stack: 'bench', resources });
}

const runCommand = ({ command, bundle, env }: Ground, verb: string): Promise<Usage> =>
  runNode([bundle, verb, '--manifest', 'manifest.json', ...(verb === 'apply' ? ['--auto-approve'] : [])], {
    cwd: command.folder,
    env,
    allowed: [0, 2],
  });

/** Statements that the server got during `work`, without the two that ask for the count. */
async function statements(connection: Connection, work: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    const [rows] = await connection.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Questions'");
    return Number(rows[0]?.['Value']);
  };
  const before = await count();
  await work();
  return (await count()) - before - 1;
}

async function benchPlan(
  ground: Ground,
  size: number,
  { bare, empty }: Readonly<Record<'bare' | 'empty', () => Promise<Usage>>>,
): Promise<Measured[]> {
  writeManifest(ground, size, 29);
  const [ours, started, selects, node, emptied] = await inTurn(
    rounds,
    () => runCommand(ground, 'plan'),
    bare,
    () => bareSelects(ground, size),
    () => runNode(['-e', '0']),
    empty,
  );
  const asked = await statements(ground.connection, () => runCommand(ground, 'plan'));
  const usage = medianUsage(ours);
  const net = usage.seconds - medianUsage(started).seconds;
  const bareNode = medianUsage(node).seconds;
  const wholeSelects = median(selects.map(({ whole }) => whole)) - bareNode;
  const fromConnect = median(selects.map((each) => each.fromConnect));
  const emptyNet = medianUsage(emptied).seconds - medianUsage(started).seconds;
  const target = size === 1000 ? { target: { of: 'ratio', atMost: 2 } as const } : {};
  return [
    measured(
      `plan of ${named(size)}, time without process start`,
      [net, fromConnect],
      's',
      'bare SELECTs of the same rows through mysql2 in a process of their own, from its connect on',
      target,
    ),
    measured(
      `plan of ${named(size)}, time beside a bare process`,
      [usage.seconds - bareNode, wholeSelects],
      's',
      'the process of the same SELECTs: its driver loaded, nothing parsed, compared or printed; both less `node -e 0`',
    ),
    measured(
      `floor of plan of ${named(size)}: nothing parsed or printed`,
      [emptyNet + fromConnect, fromConnect],
      's',
      'the bare SELECTs, from their connect on',
      { remark: 'a plan without targets less `stackward --version`, and the SELECTs' },
    ),
    measured(`plan of ${named(size)}, statements`, [asked, 3 * Math.ceil(size / 500)], '', 'the bare SELECTs'),
    measured(
      `plan of ${named(size)}, memory`,
      [usage.mebibytes, medianUsage(started).mebibytes],
      'MiB',
      '`stackward --version`',
    ),
  ];
}

interface SelectsTime {
  /** Seconds from the first packet to the last row. */
  readonly fromConnect: number;
  /** Seconds of the process, its start included. */
  readonly whole: number;
}

/** Runs bare-selects.ts. */
async function bareSelects({ command, env, subnets, port, selects }: Ground, size: number): Promise<SelectsTime> {
  command.write(
    'ids.json',
    subnets.slice(0, size).map((subnet) => subnet.id),
  );
  const args = [selects, String(port), 'ids.json'];
  const started = process.hrtime.bigint();
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: command.folder, env });
  return { fromConnect: Number(stdout), whole: secondsSince(started) };
}

/** Bundled like the command, so that both start alike. */
async function bundleSelects(folder: string): Promise<string> {
  const outfile = join(folder, 'bare-selects.cjs');
  await build({
    entryPoints: [join(__dirname, 'bare-selects.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
  });
  return outfile;
}

async function benchApply(ground: Ground, size: number, bare: () => Promise<Usage>): Promise<Measured[]> {
  let last = 29;
  const next = (): number => (last += 1);
  const apply = async (): Promise<Usage> => {
    writeManifest(ground, size, next());
    return runCommand(ground, 'apply');
  };
  const asked = await statements(ground.connection, apply);
  const [ours, started, updates] = await inTurn(3, apply, bare, () => bareUpdates(ground, size, next()));
  const usage = medianUsage(ours);
  await bareUpdates(ground, size, 19);
  return [
    measured(
      `apply to ${named(size)}, time without process start`,
      [usage.seconds - medianUsage(started).seconds, median(updates)],
      's',
      'two hand-written UPDATEs per subnet, one session, no check, no second look',
    ),
    measured(`apply to ${named(size)}, statements`, [asked, 2 * size], '', 'the same UPDATEs'),
    measured(
      `apply to ${named(size)}, memory`,
      [usage.mebibytes, medianUsage(started).mebibytes],
      'MiB',
      '`stackward --version`',
    ),
  ];
}

async function bareUpdates({ connect, subnets }: Ground, size: number, last: number): Promise<number> {
  const started = process.hrtime.bigint();
  const connection = await connect();
  for (const [n, { id, ipamId }] of subnets.slice(0, size).entries()) {
    await connection.query('UPDATE ipallocationpools SET last_ip = ? WHERE subnet_id = ?', [
      cidrOf(n, String(last)),
      id,
    ]);
    await connection.query('UPDATE ipamallocationpools SET last_ip = ? WHERE ipam_subnet_id = ?', [
      cidrOf(n, String(last)),
      ipamId,
    ]);
  }
  await connection.end();
  return secondsSince(started);
}

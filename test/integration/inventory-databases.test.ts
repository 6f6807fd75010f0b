/** `stackward inventory` by the databases of several eras, against a world whose truth the generator knows. */
import type { RowDataPacket } from 'mysql2/promise';
import { hideSecrets } from '../../lib/basics/without-secrets';
import { CommandFolder } from '../support/command';
import { documentedInventoryGrants } from '../support/documented-grants';
import { InventoryTables } from '../support/inventory-tables';
import { truthOf, type TrueRow } from '../support/inventory-truth';
import {
  hostName,
  inventoryEras,
  makeWorld,
  uuid,
  zoneOfHost,
  type InventoryEra,
  type World,
} from '../support/inventory-world';
import { startMariadb, type Mariadb } from '../support/mariadb';

let mariadb: Mariadb;
let folder: CommandFolder;
const worlds = new Map<string, { tables: InventoryTables; world: World }>();
const worldOf = (name: string) => {
  const found = worlds.get(name);
  if (found === undefined) throw new Error(`no world ${name}`);
  return found;
};

interface Report {
  readonly servers: readonly (TrueRow & { readonly id: string; readonly name: string })[];
  readonly unknown: readonly { readonly name: string; readonly why: string }[];
  readonly notLookedAt: readonly { readonly what: string; readonly why: string }[];
  readonly leftOut: readonly object[];
  readonly readBy: Readonly<Record<string, string>>;
  readonly exitCode: number;
}

/** A name of the world is an address with a query, which no report shows. */
const shownTruth = (world: World, era: InventoryEra) => hideSecrets(truthOf(world, era));

beforeAll(async () => {
  mariadb = await startMariadb();
  folder = new CommandFolder({ INVENTORY_PASSWORD: mariadb.root.password });
  for (const era of inventoryEras) {
    const world = makeWorld(60, 6, era);
    const tables = await InventoryTables.make(mariadb, era, `${era}_`);
    await tables.fill(world);
    worlds.set(era, { tables, world });
  }
});
afterAll(async () => {
  folder.remove();
  await mariadb.stop();
});

async function take(
  tables: InventoryTables,
  ...args: readonly string[]
): Promise<{ code: number | null; report: Report }> {
  folder.write('stackward.yaml', tables.configuration());
  const { code, stdout, stderr } = await folder.run(['inventory', '--json', ...args]);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  expect(report.exitCode).toBe(code);
  return { code, report };
}

describe.each(inventoryEras)('databases of %s', (era) => {
  test('every column of every server is what the world says, and what no row tells is unknown (case 0919 c)', async () => {
    const { tables, world } = worldOf(era);
    const { code, report } = await take(tables);
    expect(report.notLookedAt).toEqual([]);
    const truth = shownTruth(world, era);
    const found = new Map(report.servers.map((row) => [row.id, { ...row, unknown: [...row.unknown].sort() }]));
    expect([...found.keys()].sort()).toEqual([...truth.keys()].sort());
    for (const [id, row] of truth) expect(found.get(id)).toEqual(row);
    expect([code, new Set(Object.values(report.readBy))]).toEqual([0, new Set(['database'])]);
  });

  test('servers stand in the order of zone, host, name and time', async () => {
    const { tables } = worldOf(era);
    const { report } = await take(tables, '--columns', 'zone,host,name,created,id');
    const keys = report.servers.map((row) => ['zone', 'host', 'name', 'created', 'id'].map((name) => row[name] ?? ''));
    expect(keys.length).toBe(60);
    const compare = (a: readonly unknown[], b: readonly unknown[]): number => {
      const place = a.findIndex((text, index) => text !== b[index]);
      return String(a[place]) < String(b[place]) ? -1 : 1;
    };
    expect(keys).toEqual([...keys].sort(compare));
  });

  test('300 servers take exactly as many statements as 60', async () => {
    const { tables: few } = worldOf(era);
    const many = await InventoryTables.make(mariadb, era, `${era}_many_`);
    await many.fill(makeWorld(300, 40, era));
    const connection = await mariadb.connect();
    const asked = async (): Promise<number> => {
      const [rows] = await connection.query<RowDataPacket[]>("SHOW GLOBAL STATUS LIKE 'Questions'");
      return Number(rows[0]?.['Value']);
    };
    const questionsOf = async (tables: InventoryTables): Promise<number> => {
      const before = await asked();
      await take(tables);
      return (await asked()) - before;
    };
    const small = await questionsOf(few);
    expect(await questionsOf(many)).toBe(small);
    expect(small).toBeLessThan(80);
  });

  test('the documented grants are enough for all columns, and let the account read no secret', async () => {
    const { tables, world } = worldOf(era);
    const account = await mariadb.createUser(
      `report_${era}`,
      '',
      documentedInventoryGrants(era, (name) => `${era}_${name}`),
    );
    folder.env = { INVENTORY_PASSWORD: account.password };
    folder.write('stackward.yaml', tables.configuration(account));
    const { code, stdout } = await folder.run(['inventory', '--json']);
    folder.env = { INVENTORY_PASSWORD: mariadb.root.password };
    const report = JSON.parse(stdout) as Report;
    const truth = shownTruth(world, era);
    for (const row of report.servers) expect({ ...row, unknown: [...row.unknown].sort() }).toEqual(truth.get(row.id));
    expect([code, report.servers.length]).toEqual([0, 60]);
    const connection = await mariadb.connect();
    await connection.changeUser({ user: account.user, password: account.password });
    for (const secret of secretsOf(era))
      await expect(connection.query(`SELECT ${secret.replace(' FROM ', ` FROM ${era}_`)}`)).rejects.toThrow(/denied/);
  });
});

const secretsOf = (era: string): readonly string[] =>
  era === 'zed'
    ? [
        'user_data FROM nova.instances',
        'database_connection FROM nova_api.cell_mappings',
        'provider_auth FROM cinder.volumes',
      ]
    : ['user_data FROM nova.instances', 'provider_auth FROM cinder.volumes'];

test('--where takes servers by project, name, network and address, and an empty list is an answer', async () => {
  const { tables, world } = worldOf('zed');
  const count = async (...where: string[]): Promise<number> => {
    const { code, report } = await take(tables, ...where.flatMap((text) => ['--where', text]));
    expect(code).toBe(0);
    return report.servers.length;
  };
  const inProject = world.servers.filter(({ project }) => project === 2).length;
  expect(await count(`project=${uuid('project', 2)}`)).toBe(inProject);
  expect(await count('project~PROJECT 2')).toBe(inProject);
  expect(await count('network=red', 'network=guest')).toBe(
    world.servers.filter(({ ports }) => [0, 3].every((network) => ports.some((port) => port.network === network)))
      .length,
  );
  expect(await count('found_in!=nova')).toBe(2);
  expect(await count("name=o'brien; DROP TABLE instances; -- %_")).toBe(1);
  const floating = world.servers.find(({ n }) => n === 21)?.ports[0]?.floatingIps[0] ?? '';
  expect(await count(`ip=${floating}`)).toBe(1);
  expect(await count('name=utm_21', 'name=utm_22')).toBe(0);
});

test('a server whose zone nobody tells is neither in nor out of --where zone, and that is said', async () => {
  const { tables, world } = worldOf('zed');
  const untold = world.servers.filter(
    ({ n, host }) => host !== undefined && zoneOfHost(host) === undefined && n % 5 === 4,
  );
  const { code, report } = await take(tables, '--where', 'zone!=nova');
  expect(report.leftOut).toEqual([{ condition: 'zone!=nova', servers: untold.length }]);
  expect([code, untold.length > 0]).toEqual([1, true]);
});

test('--vcpu-ratio stands in where no database tells the ratio, and nowhere else', async () => {
  const { tables, world } = worldOf('zed');
  const { report } = await take(tables, '--vcpu-ratio', '2', '--columns', 'host,host_vcpu_ratio,host_vcpus_total');
  const totals = new Set(report.servers.map((row) => `${String(row['host'])} ${String(row['host_vcpus_total'])}`));
  const hosts = Array.from({ length: world.hosts }, (_, n) => `${hostName(n)} ${n % 3 === 0 ? 48 : 120}`);
  expect([...totals].sort()).toEqual([...hosts, 'null null'].sort());
});

test('servers of a cell whose database nobody named are counted, and none is counted for its project', async () => {
  const { tables } = worldOf('zed');
  const inCell2 = { cell_id: 3, project_id: uuid('project', 0), queued_for_delete: 0 };
  await tables.insert('nova_api', 'instance_mappings', [{ instance_uuid: uuid('elsewhere', 1), ...inCell2 }]);
  const { code, report } = await take(tables, '--columns', 'name,used_cores');
  const connection = await mariadb.connect();
  await connection.query('DELETE FROM zed_nova_api.instance_mappings WHERE instance_uuid = ?', [uuid('elsewhere', 1)]);
  expect([code, report.notLookedAt.map(({ what, why }) => `${what}: ${why}`)]).toEqual([
    1,
    ['servers: of the cell cell2, 1 server is in a database that stackward.yaml does not name'],
  ]);
  expect(report.servers.map((row) => row['used_cores'])).toEqual(report.servers.map(() => null));
});

test.each(['icehouse', 'zed'] as const)(
  'nova of %s without a sight of compute_nodes may be a cell: servers may be missing, and none is counted for its project',
  async (era) => {
    const { tables } = worldOf(era);
    const granted = documentedInventoryGrants(era, (name) => `${era}_${name}`).filter(
      (grant) => grant.includes(`ON ${era}_nova.`) && !grant.includes('compute_nodes'),
    );
    const account = await mariadb.createUser(`blind_${era}`, '', granted);
    folder.env = { INVENTORY_PASSWORD: account.password };
    folder.write('stackward.yaml', tables.configuration(account, ['nova']));
    const { code, stdout } = await folder.run([
      'inventory',
      '--json',
      '--columns',
      'name,used_instances,key_fingerprint',
    ]);
    folder.env = { INVENTORY_PASSWORD: mariadb.root.password };
    const report = JSON.parse(stdout) as Report;
    expect([code, report.notLookedAt]).toEqual([
      1,
      [
        {
          what: 'servers',
          why: expect.stringMatching(
            /^nova shows this account no compute_nodes, which tells whether nova has all servers; grant it/,
          ),
        },
      ],
    ]);
    expect(report.servers.length).toBeGreaterThan(0);
    expect(new Set(report.servers.map((row) => row['used_instances']))).toEqual(new Set([null]));
    expect(report.servers.some((row) => row.unknown.includes('key_fingerprint'))).toBe(true);
  },
);

test('a database that refuses the login is said, and what the others tell is still there', async () => {
  const { tables } = worldOf('icehouse');
  const good = tables.configuration(undefined, ['nova', 'keystone']);
  folder.write('stackward.yaml', good.replace(/(keystone: .*user: )root/, '$1nobody'));
  const { code, stdout } = await folder.run(['inventory', '--json', '--columns', 'name,project']);
  const report = JSON.parse(stdout) as Report;
  expect([code, report.servers.length, report.servers[0]?.unknown]).toEqual([1, 60, ['project']]);
  expect(report.notLookedAt[0]?.what).toBe('database keystone');
});

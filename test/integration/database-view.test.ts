/** The kind on a real MariaDB: accounts and rights, foreign things, and runs that end half-way. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { bind } from '../../lib/contract/kind';
import type { Manifest } from '../../lib/contract/manifest';
import { apply, plan } from '../../lib/run/engine';
import { databaseView } from '../../reconcilers/database-view';
import { CommandFolder } from '../support/command';
import { CountedWriters } from '../support/counted-writers';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { memoryReaders, memoryWriters } from '../support/memory-kind';
import { addTroubledServer, makeCell } from '../support/view-world';

let mariadb: Mariadb;
let root: Connection;
let worlds = 0;
let own: string;
let nova: string;
let login: MysqlOptions;
let accounts = 0;
beforeAll(async () => {
  mariadb = await startMariadb();
  root = await mariadb.connect();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  worlds += 1;
  [own, nova] = [`stackward_${worlds}`, `nova_${worlds}`];
  login = await mariadb.createSchema(own);
  await makeCell(root, nova);
  await addTroubledServer(root, nova, 'jingoo_utm');
});

/** The block under "## Views" of the page, for these schemas. */
function documentedGrants(): string[] {
  const page = readFileSync(join(__dirname, '../../docs/database-grants.md'), 'utf8');
  const [, block = ''] =
    /## Views\n[^`]*`[^`]*`[^`]*`[^`]*`\.\n\n```sql\n([^`]+)```/.exec(page.replace(/\[database-view\]\([^)]*\)/, '')) ??
    [];
  const grants = [...block.matchAll(/(GRANT .+) TO '/g)].map(([, grant = '']) => grant);
  expect(grants).toHaveLength(5);
  return grants.map((grant) => grant.replace(' stackward.', ` ${own}.`).replace(' nova.', ` ${nova}.`));
}

const declared = (...views: string[]): Manifest => ({
  owner: 'team-a',
  stack: 'shared',
  source: 'shared',
  removed: [],
  resources: views.map((view) => ({
    path: `shared/Views/${view}`,
    stack: 'shared',
    owner: 'team-a',
    kind: 'database-view',
    spec: { view, schemas: { nova } },
    dependsOn: [],
    unknown: [],
  })),
});

interface RunOptions {
  readonly by?: MysqlOptions;
  readonly commits?: number;
  readonly between?: () => unknown;
  /** Right before a view is made. */
  readonly beforeDefine?: () => unknown;
}

async function run(manifest: Manifest, { by = login, commits = Infinity, between, beforeDefine }: RunOptions = {}) {
  const [reader, writer] = [new MysqlReader(by), new MysqlWriter(by)];
  const define = writer.define.bind(writer);
  writer.define = async (statement) => {
    if (statement.includes(' VIEW ')) await beforeDefine?.();
    return define(statement);
  };
  const readers = {
    ...memoryReaders,
    databases: new Set(['stackward'] as const),
    database: () => Promise.resolve(reader),
  };
  const writers = new CountedWriters({ ...memoryWriters, database: () => Promise.resolve(writer) });
  writers.left = commits;
  const kinds = [bind(databaseView)];
  try {
    const planned = await plan([manifest], kinds, readers);
    await between?.();
    const report = await apply(planned, kinds, [manifest], readers, writers);
    const said = [...planned.problems, ...report.problems].map(({ reason, message }) => `${reason}: ${message}`);
    const failed = report.results.flatMap(({ outcome, message }) => (outcome === 'failed' ? [message] : []));
    const because = planned.steps.map((step) => step.because);
    return {
      because,
      notes: planned.steps.flatMap(({ notes = [] }) => notes),
      said,
      failed,
      warnings: planned.warnings,
    };
  } finally {
    await Promise.all([reader.close(), writer.close()]);
  }
}

const rowsOf = async (sql: string, connection: Connection = root): Promise<Record<string, unknown>[]> =>
  (await connection.query(sql))[0] as Record<string, unknown>[];
const trace = () => rowsOf(`SELECT * FROM ${own}.vw_vm_trace`);
const records = () => rowsOf(`SELECT name, owner, path FROM ${own}.stackward_records`);
const views = async () =>
  (await rowsOf(`SELECT TABLE_NAME AS n FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${own}'`)).map(
    ({ n }) => n,
  );
const makeAccount = (grants: readonly string[]) => mariadb.createUser(`views${++accounts}`, own, grants);

test('the trace has the events of each action and the faults of a server, by its display name (cases 0919 b, 1223)', async () => {
  expect((await run(declared('vw_vm_trace'))).said).toEqual([]);
  const rows = await trace();
  expect(rows.map((row) => [row.vm_name, row.action, row.event, row.result, row.details])).toEqual([
    ['jingoo_utm', 'create', 'compute__do_build_and_run_instance', 'Success', null],
    ['jingoo_utm', 'stop', null, 'it did not stop', null],
    ['jingoo_utm', 'cnode01', '#instance fault', 'No valid host', 'Traceback: …'],
  ]);
  expect(Object.keys(rows[0]!)).toEqual([
    'vm_name',
    'action',
    'event',
    'start_time',
    'finish_time',
    'result',
    'details',
  ]);
});

test('servers for which no host was found are in the trace too, where there is a nova_cell0', async () => {
  const cell0 = `cell0_${worlds}`;
  await makeCell(root, cell0);
  await addTroubledServer(root, cell0, 'nowhere');
  const [resource] = declared('vw_vm_trace').resources;
  const both = {
    ...declared(),
    resources: [{ ...resource!, spec: { view: 'vw_vm_trace', schemas: { nova, nova_cell0: cell0 } } }],
  };
  expect((await run(both as Manifest)).said).toEqual([]);
  expect([...new Set((await trace()).map(({ vm_name }) => vm_name))].sort()).toEqual(['jingoo_utm', 'nowhere']);
});

test('an account with the documented grants makes the trace, and each grant is needed; a reader sees the view and nothing else', async () => {
  for (const left of documentedGrants()) {
    const { said } = await run(declared('vw_vm_trace'), {
      by: await makeAccount(documentedGrants().filter((grant) => grant !== left)),
    });
    expect([left, said]).toEqual([left, [expect.stringMatching(/^(Blocked|UnrecoverableError|InvalidConfiguration)/)]]);
    expect(await views()).toEqual([]);
  }
  expect((await run(declared('vw_vm_trace'), { by: await makeAccount(documentedGrants()) })).said).toEqual([]);
  const reader = await makeAccount([`GRANT SELECT ON ${own}.vw_vm_trace`]);
  const asReader = new MysqlReader(reader);
  expect(await asReader.query(`SELECT vm_name FROM vw_vm_trace`)).toHaveLength(3);
  for (const table of [`${own}.stackward_records`, `${nova}.instances`, `${nova}.instance_faults`])
    await expect(asReader.query(`SELECT * FROM ${table}`)).rejects.toThrow(/denies|lets/);
  // The grant outlives a view that is made again.
  await root.query(`ALTER VIEW ${own}.vw_vm_trace AS SELECT 1 AS a`);
  expect((await run(declared('vw_vm_trace'))).because).toEqual(['somebody changed it']);
  expect(await asReader.query(`SELECT vm_name FROM vw_vm_trace`)).toHaveLength(3);
  await asReader.close();
});

test('a view whose definer is gone is seen, and made again by the account of the run', async () => {
  const former = await makeAccount(documentedGrants());
  await run(declared('vw_vm_trace'), { by: former });
  await root.query(`DROP USER '${former.user}'@'127.0.0.1'`);
  await expect(trace()).rejects.toThrow(/definer|invalid/);
  const { because, said } = await run(declared('vw_vm_trace'));
  expect([because, said]).toEqual([[expect.stringMatching(/^it can't be read: /)], []]);
  expect(await trace()).toHaveLength(3);
});

test.each([
  ['view', 'CREATE VIEW'],
  ['table', 'CREATE TABLE'],
])("somebody else's %s of that name is Blocked, and stays", async (_, create) => {
  await root.query(`${create} ${own}.vw_vm_trace AS SELECT 1 AS a`);
  const { said } = await run(declared('vw_vm_trace'));
  expect(said).toEqual([
    expect.stringMatching(/^Blocked: .* is there, and stackward did not make it; rename it or drop it/),
  ]);
  expect(await trace()).toEqual([{ a: 1 }]);
});

test("another owner's view is Blocked, naming both", async () => {
  await run(declared('vw_vm_trace'));
  const others = { ...declared('vw_vm_trace'), owner: 'team-b' };
  const { said } = await run({
    ...others,
    resources: others.resources.map((resource) => ({ ...resource, owner: 'team-b' })),
  });
  expect(said).toEqual([expect.stringContaining('team-a has the view')]);
});

test('a view that somebody changed stays when its declaration leaves the code, and the row goes', async () => {
  await run(declared('vw_vm_trace'));
  await root.query(`ALTER VIEW ${own}.vw_vm_trace AS SELECT 1 AS a`);
  const { notes, said } = await run(declared());
  expect([notes, said]).toEqual([
    [
      expect.stringMatching(
        /^somebody changed the view since it was made, so it stays, .* rollback of this run is Blocked/,
      ),
    ],
    [],
  ]);
  expect([await trace(), await records()]).toEqual([[{ a: 1 }], []]);
});

test('a view that appears between plan and apply is StalePlan, and stays', async () => {
  const { failed } = await run(declared('vw_vm_trace'), {
    between: () => root.query(`CREATE VIEW ${own}.vw_vm_trace AS SELECT 1 AS a`),
  });
  expect(failed).toEqual([expect.stringMatching(/^the view vw_vm_trace changed after the plan was made/)]);
  expect([await trace(), await records()]).toEqual([[{ a: 1 }], []]);
});

test.each([1, 2, 3])(
  'killed behind the %s. of four writes: no view is without its row, and the next run finishes',
  async (commits) => {
    await run(declared('vw_vm_trace'), { commits });
    const named = (await records()).map(({ name }) => name);
    expect((await views()).every((name) => named.includes(name))).toBe(true);
    const { because, said } = await run(declared('vw_vm_trace'));
    expect([because.length, said, (await trace()).length]).toEqual([1, [], 3]);
    expect(await run(declared('vw_vm_trace'))).toMatchObject({ because: [], said: [] });
  },
);

test('a view that somebody made after a run was cut short is theirs: Blocked where declared, left where not', async () => {
  // The first two writes are the table of records and the row; the view itself was never made.
  await run(declared('vw_vm_trace'), { commits: 2 });
  await root.query(`CREATE VIEW ${own}.vw_vm_trace AS SELECT 1 AS a`);
  expect(await run(declared('vw_vm_trace'))).toMatchObject({
    because: [],
    said: [expect.stringMatching(/^Blocked: .* is there, and stackward did not make it; rename it or drop it/)],
  });
  expect(await trace()).toEqual([{ a: 1 }]);
  expect((await run(declared())).said).toEqual([]);
  expect([await trace(), await records()]).toEqual([[{ a: 1 }], []]);
});

test.each([
  ['the old one', 1],
  ['the new one', 2],
])('a view that a cut run left, %s, is still ours: it goes when nothing declares it any more', async (_, commits) => {
  await run(declared('vw_vm_trace'));
  const [resource] = declared('vw_vm_trace').resources;
  await makeCell(root, `cell0_${worlds}`);
  const spec = { view: 'vw_vm_trace', schemas: { nova, nova_cell0: `cell0_${worlds}` } };
  await run({ ...declared(), resources: [{ ...resource!, spec }] } as Manifest, { commits });
  expect((await run(declared())).notes).toEqual([]);
  expect([await views(), await records()]).toEqual([[], []]);
});

test('a view that appears just before our statement stays, and the row goes', async () => {
  const { failed } = await run(declared('vw_vm_trace'), {
    beforeDefine: () => root.query(`CREATE VIEW ${own}.vw_vm_trace AS SELECT 1 AS a`),
  });
  expect(failed).toEqual([expect.stringContaining('already exists')]);
  expect([await trace(), await records()]).toEqual([[{ a: 1 }], []]);
});

test("a view that somebody's open transaction reads is left as it is, within seconds, and its row too", async () => {
  await run(declared('vw_vm_trace'));
  const [resource] = declared('vw_vm_trace').resources;
  await makeCell(root, `cell0_${worlds}`);
  const spec = { view: 'vw_vm_trace', schemas: { nova, nova_cell0: `cell0_${worlds}` } };
  const changed = { ...declared(), resources: [{ ...resource!, spec }] } as Manifest;
  const reader = await mariadb.connect();
  await reader.query(`START TRANSACTION; SELECT * FROM ${own}.vw_vm_trace`);
  const entry = () => rowsOf(`SELECT entry FROM ${own}.stackward_records`);
  const before = await entry();
  expect((await run(changed)).failed).toEqual([expect.stringMatching(/nothing was written; .*SHOW PROCESSLIST/)]);
  expect(await entry()).toEqual(before);
  await reader.query('ROLLBACK');
  expect(await run(changed)).toMatchObject({ failed: [], said: [] });
});

test('a view whose definer was changed is made again', async () => {
  await run(declared('vw_vm_trace'));
  await root.query(
    `ALTER DEFINER = root@localhost VIEW ${own}.vw_vm_trace AS ${String((await rowsOf(`SELECT VIEW_DEFINITION AS text FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${own}'`))[0]?.text)}`,
  );
  expect((await run(declared('vw_vm_trace'))).because).toEqual(['somebody changed it']);
});

test("another account's view is Blocked where the account can't see its text", async () => {
  await run(declared('vw_vm_trace'));
  const blind = await makeAccount(documentedGrants().map((grant) => grant.replace(', SHOW VIEW', '')));
  expect((await run(declared('vw_vm_trace'), { by: blind })).said).toEqual([
    expect.stringMatching(/^Blocked: .*can't see the text of .*; GRANT it SHOW VIEW/),
  ]);
  expect((await run(declared(), { by: blind })).said).toEqual([expect.stringMatching(/^Blocked: /)]);
  expect(await views()).toEqual(['vw_vm_trace']);
});

test('a statement that the server refuses leaves view and row as they were', async () => {
  await run(declared('vw_vm_trace'));
  const before = [await records(), await views()];
  const weak = await makeAccount(documentedGrants().map((grant) => grant.replace(', CREATE VIEW', '')));
  await root.query(`ALTER TABLE ${nova}.instances ADD COLUMN more INT`);
  await root.query(`ALTER VIEW ${own}.vw_vm_trace AS SELECT 1 AS a`);
  const { failed } = await run(declared('vw_vm_trace'), { by: weak });
  expect(failed).toEqual([expect.stringMatching(/CREATE VIEW/)]);
  expect([await records(), await views()]).toEqual(before);
  expect((await run(declared('vw_vm_trace'))).because).toEqual(['somebody changed it']);
});

test('the command plans, applies, verifies, removes and rolls back a view by stackward.yaml', async () => {
  const { host, port, user, password, schema } = login;
  const command = new CommandFolder({ VIEWS_PASSWORD: password });
  const account = `host: ${host}, port: ${port}, user: ${user}, password: "\${VIEWS_PASSWORD}", schema: ${schema}, tls: off`;
  command.write('stackward.yaml', `databases:\n  stackward: { ${account} }\n`);
  const manifestOf = (resources: object) => ({ schemaVersion: '1.0', owner: 'team-a', stack: 'shared', resources });
  const spec = { view: 'vw_vm_trace', schemas: { nova } };
  command.write(
    'with.json',
    manifestOf({ 'shared/Views/vw_vm_trace': { kind: 'database-view', spec, dependsOn: [] } }),
  );
  command.write('without.json', manifestOf({}));
  const codeOf = async (...args: string[]) => (await command.run(args)).code;
  expect(await codeOf('plan', '--manifest', 'with.json')).toBe(2);
  expect(await codeOf('apply', '--manifest', 'with.json', '--auto-approve')).toBe(0);
  expect([await codeOf('verify', '--manifest', 'with.json'), (await trace()).length]).toEqual([0, 3]);
  expect([await codeOf('apply', '--manifest', 'without.json', '--auto-approve'), await views()]).toEqual([0, []]);
  const runs = readdirSync(join(command.folder, 'runs')).sort();
  expect(await codeOf('rollback', runs.at(-1) ?? '', '--auto-approve')).toBe(0);
  expect([await codeOf('verify', '--manifest', 'with.json'), (await trace()).length]).toEqual([0, 3]);
  command.remove();
});

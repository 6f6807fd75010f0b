/** The records that runs leave behind, and rollback, through the command on a real MariaDB. */
import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { CommandFolder } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import type { MadeSubnet, NeutronTables } from '../support/neutron-tables';
import { addManySubnets, entry, manifestOf, manyEntries, openPoolCommand } from '../support/pool-command';

let mariadb: Mariadb;
let command: CommandFolder;
let tables: NeutronTables;
let red: MadeSubnet;
let password: string;

beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  ({ command, tables, red, password } = await openPoolCommand(mariadb));
});
afterEach(() => command.remove());

const apply = (resources: object = { 'shared/Red/AllocationPools': entry(red, '10.0.1.10', '10.0.1.29') }) =>
  command.run(['apply', '--manifest', '-', '--auto-approve'], JSON.stringify(manifestOf(resources)));
const rollback = (name: string) => command.run(['rollback', name, '--auto-approve']);
const runs = () => readdirSync(join(command.folder, 'runs')).sort();
const text = (run: string, file: string) => readFileSync(join(command.folder, 'runs', run, file), 'utf8');

test('the journal records what was there before a run, and a rollback brings back the very rows', async () => {
  const before = await tables.pools(red);
  const applied = await apply();
  const [run = ''] = runs();
  expect(applied.stdout).toMatch(new RegExp(`Journal: runs/${run}\\n$`));
  expect(JSON.parse(text(run, 'run.json'))).toMatchObject({
    stacks: ['shared'],
    steps: [
      {
        id: 'allocation-pool.shared/Red/AllocationPools',
        target: 'database:neutron',
        changes: [{ before: '10.0.1.10-10.0.1.19', after: '10.0.1.10-10.0.1.29' }],
        before: { ledgers: [{ book: 'ipallocationpools', pools: [{ start: '10.0.1.10', end: '10.0.1.19' }] }, {}] },
      },
    ],
  });
  expect(text(run, 'results.jsonl')).toContain('"outcome":"applied"');
  expect(JSON.parse(text(run, 'report.json'))).toEqual({
    problems: [],
    found: [],
    interrupted: false,
    exitCode: 0,
  });

  const back = await rollback(run);
  expect(back.code).toBe(0);
  expect(back.stdout).toContain('~ allocation_pools = 10.0.1.10-10.0.1.29 -> 10.0.1.10-10.0.1.19');
  expect(back.stdout).toContain('(because the run is rolled back)');
  expect(back.stdout).toContain('The code still says otherwise');
  expect(await tables.pools(red)).toEqual(before);
  expect(await tables.pools(red, 'ipamallocationpools')).toEqual(before);

  const again = await rollback(run);
  const nothing = 'No changes. What the run touched is as it was before.';
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(nothing) as string });
  const [, second = ''] = runs();
  const forth = await rollback(second);
  expect([forth.code, forth.stdout]).toEqual([0, expect.not.stringContaining('The code still says otherwise')]);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('rollback asks on a terminal; where nobody can answer, it names the command to give', async () => {
  await apply();
  const [run = ''] = runs();
  expect((await command.run(['rollback', run])).stderr).toContain(`run \`stackward rollback ${run} --auto-approve\``);
  const cancelled = await command.runOnTerminal(['rollback', run], '\u0003');
  expect([cancelled.code, cancelled.stdout]).toEqual([1, expect.stringContaining('Cancelled; nothing was changed.')]);
  expect(cancelled.stdout).not.toMatch(/Ctrl|The code still says otherwise/);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
  expect((await command.runOnTerminal(['rollback', run], 'yes\n')).code).toBe(0);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
});

test('an apply of a plan without steps records no run', async () => {
  expect((await apply({ 'shared/Red/AllocationPools': entry(red, '10.0.1.10', '10.0.1.19') })).code).toBe(0);
  expect((await command.run(['runs'])).stdout).toBe('There are no runs in runs.\n');
});

test('a rollback leaves a pool that somebody changed since, and says so', async () => {
  await apply();
  await apply({ 'shared/Red/AllocationPools': entry(red, '10.0.1.10', '10.0.1.49') });
  const [first = ''] = runs();
  const back = await rollback(first);
  expect(back.code).toBe(1);
  expect(back.stdout).toContain(
    'allocation_pools is 10.0.1.10-10.0.1.49, and the run left 10.0.1.10-10.0.1.29; somebody changed it since',
  );
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.49']);
});

test('a rollback gives no address back that a port uses by now', async () => {
  await apply();
  await tables.port(red, '10.0.1.25');
  const back = await rollback(runs()[0] ?? '');
  expect(back.code).toBe(1);
  expect(back.stdout).toContain('10.0.1.25');
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

/** Applies to sixty subnets; `work` happens once, while the run stands still after its first step. */
async function interruptedApply(work: (child: ChildProcess, run: string) => unknown) {
  const many = await addManySubnets(tables);
  let pausing: Promise<unknown> | undefined;
  const ended = await command.run(
    ['apply', '--manifest', '-', '--auto-approve'],
    JSON.stringify(manifestOf(manyEntries(many))),
    (child, stdout) => {
      if (pausing || !stdout.includes(': updated (')) return;
      child.kill('SIGSTOP');
      pausing = Promise.resolve(work(child, runs()[0] ?? '')).finally(() => child.kill('SIGCONT'));
    },
  );
  await pausing;
  const done = async () =>
    (await Promise.all(many.map((subnet) => tables.pools(subnet)))).filter(([pool]) => pool?.endsWith('.29')).length;
  return { ended, done, run: runs()[0] ?? '' };
}

test('runs says what a killed run may have done, and a rollback brings all of it back, whatever is left of its results', async () => {
  const { done, run } = await interruptedApply((child) => child.kill('SIGKILL'));
  const written = await done();
  expect(written).toBeGreaterThan(0);
  expect(written).toBeLessThan(60);
  expect(JSON.parse(text(run, 'run.json'))).toMatchObject({ steps: { length: 60 } });
  expect((await command.run(['runs'])).stdout).toMatch(
    /apply: \d+ of 60 steps applied in shared, killed: what has no outcome may have been done\n.+\n$/,
  );
  const whole = text(run, 'results.jsonl');
  writeFileSync(join(command.folder, 'runs', run, 'results.jsonl'), `{"id":"cut${whole}{"id":"cut`);
  const back = await rollback(run);
  expect([back.code, back.stderr]).toEqual([0, '']);
  expect(back.stdout).toContain("Warning: journal\n  2 lines of its results can't be read; the steps they were about");
  expect(await done()).toBe(0);
});

test('a run that is under way is listed as such, and is not rolled back', async () => {
  const { ended, done, run } = await interruptedApply(async (_, name) => {
    expect((await command.run(['runs'])).stdout).toMatch(
      / of 60 steps applied in shared, under way \(process \d+\)\n.+\n$/,
    );
    const back = await rollback(name);
    expect([back.code, back.stderr]).toEqual([1, expect.stringContaining(`${name}: it is under way (process `)]);
  });
  expect([ended.code, await done()]).toEqual([0, 60]);
  expect((await command.run(['runs'])).stdout).toMatch(
    new RegExp(`^${run}  apply: 60 of 60 steps applied in shared, exit code 0\n.*, 58 more\n$`),
  );
});

test('a run ends when its journal can no longer be written: what was done is reported, and can be rolled back', async () => {
  const { ended, done, run } = await interruptedApply((_, name) => {
    rmSync(join(command.folder, 'runs', name, 'results.jsonl'));
    mkdirSync(join(command.folder, 'runs', name, 'results.jsonl', 'no'), { recursive: true });
    mkdirSync(join(command.folder, 'runs', name, '.report.json'));
  });
  const written = await done();
  expect(written).toBeLessThan(60);
  expect([ended.code, ended.stderr]).toEqual([1, '']);
  expect(ended.stdout).toContain('it lacks how steps ended from here on, and no further one was begun');
  expect(ended.stdout).toContain('it lacks the end of this run, which will be listed as killed');
  expect(ended.stdout).toContain("skipped (60 of 60): the journal can't be written, so it was not begun; run it again");
  expect(ended.stdout).toMatch(
    new RegExp(
      `Apply incomplete\\. Resources: 0 added, ${written} changed, 0 destroyed, ${60 - written} skipped, 2 problems`,
    ),
  );
  rmSync(join(command.folder, 'runs', run, 'results.jsonl'), { recursive: true });
  expect((await rollback(run)).code).toBe(0);
  expect(await done()).toBe(0);
});

test('runs lists every run beside a folder that is no whole run', async () => {
  await apply();
  mkdirSync(join(command.folder, 'runs', '20260101T000000.000Z-00000a'));
  mkdirSync(join(command.folder, 'runs', '20260101T000000.000Z-00000b'));
  writeFileSync(join(command.folder, 'runs', '20260101T000000.000Z-00000b', 'run.json'), '{"formatVersion":');
  const { code, stdout } = await command.run(['runs']);
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    expect.stringMatching(/^20260101T000000.000Z-00000a {2}.*there is no run/),
    expect.stringMatching(/^20260101T000000.000Z-00000b {2}.*it is not JSON/),
    expect.stringMatching(/ {2}apply: 1 of 1 step applied in shared, exit code 0$/),
    expect.stringMatching(/^ {4}\S+ on \S+: update /),
    '',
  ]);
});

test('runs says who did what from which job, and show takes a beginning of the name, of its digits, or last', async () => {
  const job = { GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'anna', GITHUB_SERVER_URL: 'https://forge', GITHUB_REPOSITORY: 'a/b', GITHUB_RUN_ID: '7' }; // prettier-ignore
  command.env = { ...command.env, ...job };
  await apply();
  const back = await command.run(['rollback', 'last', '--auto-approve']);
  expect([back.code, back.stderr]).toEqual([0, '']);
  const [run = '', undoer = ''] = runs();
  const listed = (await command.run(['runs'])).stdout.replaceAll(hostname(), 'HOST').split('\n');
  expect(listed).toEqual([
    `${run}  apply: 1 of 1 step applied in shared, exit code 0; rolled back by ${undoer}`,
    expect.stringMatching(
      /^ {4}anna on HOST, https:\/\/forge\/a\/b\/actions\/runs\/7: update allocation pool shared\/Red\/AllocationPools$/,
    ),
    `${undoer}  rollback: 1 of 1 step applied in shared, exit code 0`,
    expect.stringMatching(new RegExp(`^    anna on HOST, .*: undoes ${run}: update `)),
    '',
  ]);
  const show = async (name: string) => (await command.run(['runs', 'show', name, '--journal', 'runs'])).stdout;
  const shown = await show(run);
  expect(shown).toMatch(
    new RegExp(`^Run ${run}\\n  apply: 1 of 1 step applied in shared, exit code 0\\n  by anna on `),
  );
  expect(shown).toMatch(new RegExp(`\\n  rolled back \\S+ \\S+ UTC by run ${undoer}\\n`));
  expect(shown).toContain('allocation-pool.shared/Red/AllocationPools@database:neutron: applied\n  update: subnet ');
  expect(shown).toContain('  allocation_pools = 10.0.1.10-10.0.1.19 -> 10.0.1.10-10.0.1.29\n');
  expect([await show(run.slice(0, -1)), await show(run.slice(-6))]).toEqual([shown, shown]);
  expect(await show('last')).toContain(`\n  undoes run ${run}\n`);
  const doubtful = await command.run(['runs', 'show', '20']);
  expect(doubtful.stderr).toContain(`"20" may be ${run} or ${undoer}; give more of the name`);
});

test('plan and verify tell what somebody else changed since the last run apart from what the code changed', async () => {
  await apply();
  const [run = ''] = runs();
  const wider = JSON.stringify(manifestOf({ 'shared/Red/AllocationPools': entry(red, '10.0.1.10', '10.0.1.39') }));
  const look = async (word: string) => (await command.run([word, '--manifest', '-'], wider)).stdout;
  expect(await look('plan')).toMatch(
    new RegExp(`\\n {6}# as left at \\S+ \\S+ UTC, run ${run.slice(-6)}; the code changed since\\n`),
  );
  for (const book of ['ipallocationpools', 'ipamallocationpools'])
    await tables.connection.execute(`UPDATE ${book} SET last_ip = '10.0.1.34' WHERE last_ip = '10.0.1.29'`);
  const outside = `, run ${run.slice(-6)}, by somebody else; that run left allocation_pools = 10.0.1.10-10.0.1.29\n`;
  expect(await look('plan')).toContain(outside);
  expect(await look('verify')).toContain(outside);
  const elsewhere = await command.run(['plan', '--manifest', '-', '--journal', 'none'], wider);
  expect(elsewhere.stdout).not.toContain('since');
});

test('apply changes nothing where a file stands in the place of the journal', async () => {
  const before = await tables.dump();
  writeFileSync(join(command.folder, 'runs'), 'a file');
  const { code, stderr } = await apply();
  expect(code).toBe(1);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(
    /nothing was changed runs: the journal can't be read \(ENOTDIR.*\); give a folder with --journal DIR/,
  );
  expect(await tables.dump()).toEqual(before);
});

test('apply makes the folder of the journal with its parents, and names a read-only file system', async () => {
  const manifest = (last: string) =>
    JSON.stringify(manifestOf({ 'shared/Red/AllocationPools': entry(red, '10.0.1.10', last) }));
  const applyInto = (folder: string, last: string) =>
    command.run(['apply', '--manifest', '-', '--auto-approve', '--journal', folder], manifest(last));
  expect((await applyInto('a/b', '10.0.1.29')).code).toBe(0);
  expect(readdirSync(join(command.folder, 'a/b'))).toHaveLength(1);
  const readOnly = join(command.folder, 'read-only');
  mkdirSync(readOnly);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', readOnly]);
  try {
    const { code, stderr } = await applyInto('read-only/a/b', '10.0.1.39');
    expect([code, stderr]).toEqual([1, expect.stringContaining("the journal can't be written (EROFS: read-only")]);
  } finally {
    execFileSync('umount', [readOnly]);
  }
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('no file of a recorded run holds a secret', async () => {
  await apply();
  const [run = ''] = runs();
  for (const file of ['run.json', 'results.jsonl', 'report.json']) expect(text(run, file)).not.toContain(password);
});

describe('rollback refuses a run because', () => {
  const strangeRun = (name: string, content: string) => {
    mkdirSync(join(command.folder, 'runs', name), { recursive: true });
    writeFileSync(join(command.folder, 'runs', name, 'run.json'), content);
    return name;
  };

  test.each<[string, () => string, string]>([
    [
      'none is there yet',
      () => 'last',
      'runs: there is no run yet; apply something, or give another folder with --journal DIR',
    ],
    [
      'there is none of this name',
      () => strangeRun('20260101T000000.000Z-000001', '{').replace(/1$/, '0'),
      'there is no run "20260101T000000.000Z-000000"; `stackward runs` lists those below runs',
    ],
    ['it is not JSON', () => strangeRun('20260101T000000.000Z-000001', '{'), 'it is not JSON'],
    [
      'it is of another version',
      () => strangeRun('20260101T000000.000Z-000002', '{"formatVersion":"2.0"}'),
      '"formatVersion" is of another version of stackward',
    ],
    [
      'its folder was renamed, so that no later run could name it',
      () => strangeRun('artifact', '{}'),
      'the folder of a run keeps the name that it was given, such as 20260101T000000.000Z-00000a, and this one is "artifact"',
    ],
  ])('%s', async (_, name, message) => {
    const { code, stderr } = await rollback(name());
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

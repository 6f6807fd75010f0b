/** The command from its arguments to its exit code, on a real MariaDB with Neutron's tables of Zed. */
import { CommandFolder } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import type { MadeSubnet, NeutronTables } from '../support/neutron-tables';
import { addManySubnets, entry, manifestOf, manyEntries, openPoolCommand } from '../support/pool-command';

let mariadb: Mariadb;
let command: CommandFolder;
let tables: NeutronTables;
let red: MadeSubnet;
let blue: MadeSubnet;

beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  ({ command, tables, red, blue } = await openPoolCommand(mariadb));
});
afterEach(() => command.remove());

const declared = () => ({
  'shared/Red/AllocationPools': entry(red, '10.0.1.10', '10.0.1.29'),
  'shared/Blue/AllocationPools': entry(blue, '10.0.2.10', '10.0.2.19'),
});
const manifest = (resources: object = declared()) => manifestOf(resources);

test('plan ends with 2 where something is to be done, and apply and the next plan end with 0, with times of the zone that was asked for (case 1007)', async () => {
  command.write('manifest.json', manifest());
  const before = await tables.dump();
  const planned = await command.run(['plan', '--manifest', 'manifest.json', '--timezone', 'Asia/Seoul']);
  expect(planned.code).toBe(2);
  expect(planned.stdout).toMatch(/^stackward \S+, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+09:00, stack shared\n\n/);
  expect(planned.stdout).toContain(
    `  # allocation-pool.shared/Red/AllocationPools@database:neutron will be updated in-place
  # (because the code declares other pools)
  ~ subnet ${red.id} (10.0.1.0/24)
      ~ allocation_pools = 10.0.1.10-10.0.1.19 -> 10.0.1.10-10.0.1.29
      # adds 10 addresses
      # 1 of 20 addresses in use; gateway 10.0.1.1

Plan: 0 to add, 1 to change, 0 to destroy.
`,
  );
  expect(await tables.dump()).toEqual(before);

  const applied = await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve']);
  expect(applied.stdout).toContain('allocation-pool.shared/Red/AllocationPools@database:neutron: updated (1 of 1)\n');
  expect(applied.stdout).toMatch(
    /Apply complete\. Resources: 0 added, 1 changed, 0 destroyed\.\nJournal: runs\/\S+\n$/,
  );
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);

  const after = await tables.dump();
  const again = await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve']);
  expect(again.stdout).toMatch(/No changes\. 2 resources of 1 stack are as the code says\.\n$/);
  expect(again.code).toBe(0);
  expect(await tables.dump()).toEqual(after);
});

test('plan reads a manifest from stdin, and answers with one JSON document', async () => {
  const { code, stdout, stderr } = await command.run(['plan', '--manifest', '-', '--json'], JSON.stringify(manifest()));
  expect([code, stderr]).toEqual([2, '']);
  expect(JSON.parse(stdout)).toMatchObject({
    command: 'plan',
    exitCode: 2,
    steps: [{ id: 'allocation-pool.shared/Red/AllocationPools', target: 'database:neutron', action: 'update' }],
    converged: ['allocation-pool.shared/Blue/AllocationPools@database:neutron'],
  });
});

test('verify names each resource, and changes nothing', async () => {
  command.write('manifest.json', manifest());
  const before = await tables.dump();
  const { code, stdout } = await command.run(['verify', '--manifest', 'manifest.json']);
  expect(code).toBe(2);
  expect(stdout).toContain('converged allocation-pool.shared/Blue/AllocationPools@database:neutron\n');
  expect(stdout).toContain(
    'differs   allocation-pool.shared/Red/AllocationPools@database:neutron: the code declares other pools\n',
  );
  expect(await tables.dump()).toEqual(before);
});

test('apply needs --auto-approve where nobody can answer, and writes nothing without it', async () => {
  command.write('manifest.json', manifest());
  const before = await tables.dump();
  const { code, stderr } = await command.run(['apply', '--manifest', 'manifest.json']);
  expect(code).toBe(1);
  expect(stderr).toContain(
    'Error: Refused; nothing was changed\n  approval is needed, and there is no terminal to ask at; once the plan is reviewed, run `stackward apply --manifest manifest.json --auto-approve`',
  );
  expect(await tables.dump()).toEqual(before);
});

test.each([
  ['yes', 0, '10.0.1.10-10.0.1.29'],
  ['y', 1, '10.0.1.10-10.0.1.19'],
])('apply asks on a terminal, and the answer "%s" ends with %d', async (answer, code, pool) => {
  command.write('manifest.json', manifest());
  const ended = await command.runOnTerminal(['apply', '--manifest', 'manifest.json'], `${answer}\n`);
  expect(ended.stdout).toContain('Only "yes" is accepted to approve.');
  expect(ended.code).toBe(code);
  expect(await tables.pools(red)).toEqual([pool]);
});

test('the hint below a plan names an apply of the same selection', async () => {
  command.write("it's.json", manifest());
  const args = ['--manifest', "it's.json", '--target', 'database:neutron', '--stack', 'shared'];
  const { stdout } = await command.run(['plan', ...args]);
  expect(stdout).toContain(
    "run `stackward apply --manifest 'it'\\''s.json' --stack shared --target database:neutron`.",
  );
});

test('a resource that waits for Terraform leaves the rest to be done, and the run ends with 2', async () => {
  const after = manifest({
    ...declared(),
    'shared/New/AllocationPools': { kind: 'allocation-pool', spec: { method: 'database' }, dependsOn: [] },
  });
  const unknown = { resources: { 'shared/New/AllocationPools': { spec: { subnetId: true } } } };
  command.write('plan.json', {
    format_version: '1.2',
    output_changes: { stackward_manifest: { actions: ['update'], before: null, after, after_unknown: unknown } },
  });
  const { code, stdout } = await command.run(['apply', '--manifest', 'plan.json', '--auto-approve']);
  expect(stdout).toContain(
    '# allocation-pool.shared/New/AllocationPools waits for `cdktf apply`\n      spec.subnetId = (known after apply)\n',
  );
  expect(stdout).toMatch(
    /Apply incomplete\. Resources: 0 added, 1 changed, 0 destroyed, 1 waiting for `cdktf apply`\.\n/,
  );
  expect(code).toBe(2);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('a reader that goes away ends the output, not the work', async () => {
  command.write('manifest.json', manifest());
  const { stderr } = await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve'], '', (child) =>
    child.stdout?.destroy(),
  );
  expect(stderr).toBe('');
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('help shows no default for an empty list, and says that destroy needs a stack', async () => {
  const { stdout } = await command.run(['destroy', '--help']);
  expect(stdout).toContain('--stack <name>      the stack to clean up after (required)');
  expect(stdout).not.toContain('[]');
});

test('a full disk under the output stops no work: the journal is whole, stderr says it once, and the run ends with 1', async () => {
  command.write('manifest.json', manifest());
  const { code, stderr } = await command.runOnFullDisk(['apply', '--manifest', 'manifest.json', '--auto-approve']);
  expect(stderr).toMatch(/^\nThe output can't be written \(ENOSPC.*\); the work goes on without it\.\n$/);
  expect(code).toBe(1);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
  const [run] = JSON.parse((await command.run(['runs', '--json'])).stdout) as { end: object; results: object }[];
  expect([run?.end, Object.values(run?.results ?? {})]).toMatchObject([
    { exitCode: 0, problems: 0 },
    [{ outcome: 'applied' }],
  ]);
  const planned = await command.runOnFullDisk(['plan', '--manifest', 'manifest.json']);
  expect(planned.code).toBe(1);
});

test('a refused pool is named with its numbers, the other pool is done, and the run ends with 1', async () => {
  command.write(
    'manifest.json',
    manifest({ ...declared(), 'shared/Blue/AllocationPools': entry(blue, '10.0.2.1', '10.0.2.30') }),
  );
  const { code, stdout } = await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve']);
  expect(code).toBe(1);
  expect(stdout).toContain(
    'Error: The configuration is not valid\n  allocation-pool.shared/Blue/AllocationPools@database:neutron\n',
  );
  expect(stdout).toContain('10.0.2.1');
  expect(await tables.pools(blue)).toEqual(['10.0.2.10-10.0.2.19']);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('destroy says that pools stay, and needs a stack', async () => {
  command.write('manifest.json', manifest());
  const before = await tables.dump();
  expect(await command.run(['destroy', '--manifest', 'manifest.json'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('destroy takes --stack NAME') as string,
  });
  const { code, stdout } = await command.run(['destroy', '--stack', 'shared', '--manifest', 'manifest.json']);
  expect(code).toBe(0);
  expect(stdout).toContain(
    'Leaving the code: allocation-pool.shared/Red/AllocationPools\n  its pools stay as they are\n',
  );
  expect(stdout).toMatch(/\nNow run `cdktf destroy shared`\.\n$/);
  expect(await tables.dump()).toEqual(before);
});

test('an interrupt ends the run between two steps, and a second run finishes', async () => {
  const many = await addManySubnets(tables);
  command.write('manifest.json', manifest(manyEntries(many)));
  let interrupted = false;
  const first = await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve'], '', (child, stdout) => {
    if (interrupted || !stdout.includes(': updated (')) return;
    interrupted = true;
    child.kill('SIGINT');
  });
  expect(first.stderr).toContain('Interrupted: finishing what is under way.');
  expect(first.stdout).toContain('Interrupted: what was under way was finished, the rest was left.');
  expect(first.code).toBe(2);
  const done = await Promise.all(many.map((subnet) => tables.pools(subnet)));
  const said = first.stdout.match(/: updated \(/g)?.length;
  expect(done.filter(([pool]) => pool?.endsWith('.29'))).toHaveLength(said ?? -1);
  expect((await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve'])).code).toBe(0);
  expect((await command.run(['plan', '--manifest', 'manifest.json'])).code).toBe(0);
});

test('a terminal that goes away and sends two signals leaves the current step to be finished, and a second run finishes the rest', async () => {
  const many = await addManySubnets(tables);
  command.write('manifest.json', manifest(manyEntries(many)));
  let gone = false;
  const first = await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve'], '', (child, stdout) => {
    if (gone || !stdout.includes(': updated (')) return;
    gone = true;
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.kill('SIGHUP');
    setImmediate(() => child.kill('SIGHUP'));
  });
  expect(first.code).toBe(2);
  const done = await Promise.all(many.map((subnet) => tables.pools(subnet)));
  const written = done.filter(([pool]) => pool?.endsWith('.29')).length;
  expect([written > 0, written < many.length]).toEqual([true, true]);
  expect((await command.run(['apply', '--manifest', 'manifest.json', '--auto-approve'])).code).toBe(0);
  expect((await command.run(['plan', '--manifest', 'manifest.json'])).code).toBe(0);
});

describe('the message of a command that cannot start', () => {
  test.each<[string, string[], string]>([
    ['no app here', ['plan'], 'there is no synthesized app here'],
    ['a manifest that is not there', ['plan', '--manifest', 'nowhere.json'], 'nowhere.json: there is no such file'],
    ['a configuration that is not there', ['plan', '--config', 'nowhere.yaml'], 'nowhere.yaml: there is no such file'],
    [
      'a command that does not exist',
      ['plna'],
      "unknown command 'plna'\n(Did you mean plan?)\nCommands: init, import, synth, review, plan, apply, deploy, verify, destroy, rollback, runs, run, services, broker, where, inventory, console, doctor, trace, provider, explain, completion.\n",
    ],
    ['a time zone that does not exist', ['plan', '--timezone', 'Mars'], '--timezone "Mars" is not a time zone'],
    [
      'a stack that does not exist',
      ['plan', '--manifest', 'manifest.json', '--stack', 'acme'],
      '--stack acme names nothing here; there is shared',
    ],
  ])('names %s', async (_, args, message) => {
    command.write('manifest.json', manifest());
    const { code, stderr } = await command.run(args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  test('a password that the server refuses is in no output', async () => {
    command.write('manifest.json', manifest());
    const folder = new CommandFolder({ NEUTRON_PASSWORD: 'hunter2' });
    const { code, stdout, stderr } = await folder.run([
      'plan',
      '--manifest',
      `${command.folder}/manifest.json`,
      '--config',
      `${command.folder}/stackward.yaml`,
    ]);
    folder.remove();
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/denies user root access/);
    expect(stdout + stderr).not.toContain('hunter2');
  });
});

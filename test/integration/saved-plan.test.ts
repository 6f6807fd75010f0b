/** `plan --out FILE`, `apply FILE`: what was reviewed is applied, and nothing else. On a real MariaDB. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandFolder } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import type { MadeSubnet, NeutronTables } from '../support/neutron-tables';
import { entry, manifestOf, openPoolCommand } from '../support/pool-command';

let mariadb: Mariadb;
let command: CommandFolder;
let tables: NeutronTables;
let red: MadeSubnet;
let blue: MadeSubnet;
let password: string;

beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  ({ command, tables, red, blue, password } = await openPoolCommand(mariadb));
  command.write('manifest.json', manifestOf(declared()));
});
afterEach(() => command.remove());

const declared = (end = '10.0.1.29') => ({
  'shared/Red/AllocationPools': entry(red, '10.0.1.10', end),
  'shared/Blue/AllocationPools': entry(blue, '10.0.2.10', '10.0.2.19'),
});
const plan = (...more: string[]) => command.run(['plan', '--manifest', 'manifest.json', '--out', 'plan.json', ...more]);
const apply = (...more: string[]) =>
  command.run(['apply', 'plan.json', '--manifest', 'manifest.json', '--auto-approve', ...more]);
const elsewhere = async (subnet: MadeSubnet, last: string) => {
  await tables.connection.execute('UPDATE ipallocationpools SET last_ip = ? WHERE subnet_id = ?', [last, subnet.id]);
  await tables.connection.execute('UPDATE ipamallocationpools SET last_ip = ? WHERE ipam_subnet_id = ?', [
    last,
    subnet.ipamId ?? '',
  ]);
};

test('apply FILE applies the reviewed plan', async () => {
  const planned = await plan();
  expect(planned).toMatchObject({
    code: 2,
    stdout: expect.stringContaining('run `stackward apply plan.json --manifest manifest.json`') as string,
  });
  expect((await apply()).code).toBe(0);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
  expect(await apply()).toMatchObject({ code: 0, stdout: expect.stringContaining('No changes.') as string });
});

test('a saved plan with problems says in which file it is kept, and that it leaves out the things with problems', async () => {
  command.write(
    'manifest.json',
    manifestOf({ ...declared(), 'shared/Blue/AllocationPools': entry(blue, '10.0.9.10', '10.0.9.19') }),
  );
  const { code, stdout } = await plan();
  expect(code).toBe(1);
  expect(stdout).toContain('The plan is kept in plan.json, without what the problems are about.');
  expect(stdout).toContain('run `stackward apply plan.json');
});

test('a step that would come out different now is refused with both values, and the rest is done', async () => {
  command.write(
    'manifest.json',
    manifestOf({ ...declared(), 'shared/Blue/AllocationPools': entry(blue, '10.0.2.10', '10.0.2.29') }),
  );
  await plan();
  await elsewhere(red, '10.0.1.24');
  const { code, stdout } = await apply();
  expect(code).toBe(1);
  expect(stdout).toContain(
    'the plan says update allocation_pools = 10.0.1.10-10.0.1.19 -> 10.0.1.10-10.0.1.29, ' +
      'and it would be update allocation_pools = 10.0.1.10-10.0.1.24 -> 10.0.1.10-10.0.1.29 now',
  );
  expect([await tables.pools(red), await tables.pools(blue)]).toEqual([
    ['10.0.1.10-10.0.1.24'],
    ['10.0.2.10-10.0.2.29'],
  ]);
});

test('a step that depends on a refused step is skipped', async () => {
  const blue20 = { ...entry(blue, '10.0.2.10', '10.0.2.29'), dependsOn: ['shared/Red/AllocationPools'] };
  command.write('manifest.json', manifestOf({ ...declared(), 'shared/Blue/AllocationPools': blue20 }));
  await plan();
  await elsewhere(red, '10.0.1.24');
  const { code, stdout } = await apply();
  expect(code).toBe(1);
  expect(stdout).toContain(
    'skipped (1 of 1): it depends on allocation-pool.shared/Red/AllocationPools, which is not done',
  );
  expect(await tables.pools(blue)).toEqual(['10.0.2.10-10.0.2.19']);
});

test('a step that nobody reviewed is left alone with a warning', async () => {
  await plan();
  await elsewhere(blue, '10.0.2.14');
  const { code, stdout } = await apply();
  expect(code).toBe(2);
  expect(stdout).toContain(
    'allocation-pool.shared/Blue/AllocationPools@database:neutron\n  this change came up after the plan was made and is left alone',
  );
  expect([await tables.pools(red), await tables.pools(blue)]).toEqual([
    ['10.0.1.10-10.0.1.29'],
    ['10.0.2.10-10.0.2.14'],
  ]);
});

test('a saved plan is refused as a whole where the code changed since', async () => {
  await plan();
  command.write('manifest.json', manifestOf(declared('10.0.1.39')));
  expect(await apply()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'Error: Refused; nothing was changed\n  plan.json: the code of shared is not what it was when this plan was made; plan again',
    ) as string,
  });
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
});

test('apply FILE asks on a terminal, and names the command to give where nobody can answer', async () => {
  await plan();
  const args = ['apply', 'plan.json', '--manifest', 'manifest.json'];
  expect((await command.run(args)).stderr).toContain(
    'run `stackward apply plan.json --manifest manifest.json --auto-approve`',
  );
  expect(await command.runOnTerminal(args, 'no\n')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('Cancelled; nothing was changed.') as string,
  });
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
  expect((await command.runOnTerminal(args, 'yes\n')).code).toBe(0);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('a saved plan holds no secret', async () => {
  await plan();
  expect(readFileSync(join(command.folder, 'plan.json'), 'utf8')).not.toContain(password);
});

test('apply FILE keeps the filter of its plan', async () => {
  await plan('--target', 'database:neutron');
  expect((await apply('--stack', 'shared')).stderr).toContain('a saved plan has the filter it was made with');
  expect((await apply()).code).toBe(0);
});

test('plan --out overwrites no file, and apply refuses a file of another kind', async () => {
  await plan();
  const kept = readFileSync(join(command.folder, 'plan.json'), 'utf8');
  expect(await plan()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('plan.json: it is there already') as string,
  });
  expect(readFileSync(join(command.folder, 'plan.json'), 'utf8')).toBe(kept);
  command.write('plan.json', '{"format_version":"1.2"}');
  expect((await apply()).stderr).toContain('plan.json: this is no plan of `stackward plan --out`');
});

test('a plan that was rolled back is applied again only with --again, and the refusal names both runs', async () => {
  await plan();
  await apply();
  const runs = () => readdirSync(join(command.folder, 'runs')).sort();
  const [first = ''] = runs();
  expect((await command.run(['rollback', first, '--auto-approve'])).code).toBe(0);
  const [, second = ''] = runs();
  const refused = await apply();
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining(`in run ${first}, and rolled back`) as string,
  ]);
  expect(refused.stderr).toContain(`in run ${second}; plan again, or add --again`);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
  expect((await apply('--again')).code).toBe(0);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.29']);
});

test('a step that was applied and that somebody undid since is not applied a second time', async () => {
  await plan();
  await apply();
  await elsewhere(red, '10.0.1.19');
  const refused = await apply();
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('a second time') as string]);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
});

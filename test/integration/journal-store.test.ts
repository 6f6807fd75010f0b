/** A journal in a store that two machines reach by two commands, by the real command and a real MariaDB. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisProcess } from '../../adapters/process/running-process';
import { CommandFolder } from '../support/command';
import { startMariadb, type Mariadb } from '../support/mariadb';
import type { MadeSubnet, NeutronTables } from '../support/neutron-tables';
import { entry, manifestOf, openPoolCommand } from '../support/pool-command';

let mariadb: Mariadb;
let here: CommandFolder;
let there: CommandFolder;
let tables: NeutronTables;
let red: MadeSubnet;
let store: string;

beforeAll(async () => {
  mariadb = await startMariadb();
});
afterAll(() => mariadb.stop());
beforeEach(async () => {
  ({ command: here, tables, red } = await openPoolCommand(mariadb));
  there = new CommandFolder(here.env);
  store = join(here.folder, 'store');
  mkdirSync(store);
  keepIn(['cp', '{file}', `${store}/{name}`]);
});
afterEach(() => {
  here.remove();
  there.remove();
});

function keepIn(put: readonly string[], get: readonly string[] = ['cp', '-R', `${store}/.`, '{folder}']): void {
  const own = readFileSync(join(here.folder, 'stackward.yaml'), 'utf8').replace(/^journal: .*\n/, '');
  const text = `journal: ${JSON.stringify({ put, get })}\n${own}`;
  for (const machine of [here, there]) machine.write('stackward.yaml', text);
}

const apply = (machine: CommandFolder, last = '10.0.1.29', ...more: string[]) =>
  machine.run(
    ['apply', '--manifest', '-', '--auto-approve', ...more],
    JSON.stringify(manifestOf({ 'shared/Red/AllocationPools': entry(red, '10.0.1.10', last) })),
  );
const list = async (machine: CommandFolder) => (await machine.run(['runs'])).stdout;
const archives = () => readdirSync(store).sort();
const forge = (name: string, content: object) => writeFileSync(join(store, `${name}.json`), JSON.stringify(content));
interface Archive { name: string; run: string; results: string; report?: string } // prettier-ignore
const archive = (): Archive => JSON.parse(readFileSync(join(store, archives()[0] ?? ''), 'utf8')) as Archive;

test('another machine lists the run of this one and rolls it back, and this one learns it', async () => {
  expect((await apply(here)).code).toBe(0);
  expect(archive()).toMatchObject({ results: expect.stringContaining('applied') as string, report: expect.any(String) as string }); // prettier-ignore
  // Both machines have one name here, which a forger could write too.
  const refused = await there.run(['rollback', 'last', '--auto-approve']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/came from the journal's store.*--from-elsewhere/s)]); // prettier-ignore
  const back = await there.run(['rollback', 'last', '--auto-approve', '--from-elsewhere']);
  expect([back.code, back.stderr]).toEqual([0, '']);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
  expect(archives()).toHaveLength(2);
  expect(await list(here)).toContain('; rolled back by ');
  expect(await list(here)).toBe(await list(there));
});

test('a run is in the store before its first change, and is completed where it was seen unfinished', async () => {
  keepIn(['sh', '-c', `cp "$0" ${store}/"$1".$$; cp "$0" ${store}/"$1"`, '{file}', '{name}']);
  await apply(here);
  const [whole = '', ...copies] = archives();
  const [begun] = copies
    .map((name) => JSON.parse(readFileSync(join(store, name), 'utf8')) as Archive)
    .filter(({ report }) => report === undefined);
  expect(begun).toMatchObject({ name: whole.replace('.json', ''), results: '' });
  const ended = archive();
  forge(ended.name, begun ?? {});
  expect(await list(there)).toContain('0 of 1 step applied in shared, killed');
  // Killed here, the run is further here than in the store.
  rmSync(join(here.folder, 'runs', ended.name, 'report.json'));
  const killed = await here.run(['runs']);
  expect([killed.stderr, killed.stdout]).toEqual(['', expect.stringContaining('1 of 1 step applied in shared, killed')]); // prettier-ignore
  forge(ended.name, ended);
  expect(await list(there)).toContain('1 of 1 step applied in shared, exit code 0');
});

test('nothing is changed where the store does not take the run, and --journal goes without it', async () => {
  keepIn(['sh', '-c', 'echo no such bucket >&2; exit 3', '{file}']);
  const refused = await apply(here);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('failed: sh ended with 3: no such bucket), so nothing was changed')]); // prettier-ignore
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
  expect(await list(here)).toBe('There are no runs in runs.\n');
  expect((await apply(here, '10.0.1.29', '--journal', 'own')).code).toBe(0);
});

test('an end that the store did not get is told, and the next run puts it first', async () => {
  keepIn(['sh', '-c', `! grep -q exitCode "$0" && cp "$0" ${store}/"$1"`, '{file}', '{name}']);
  const first = await apply(here);
  expect(first.code).toBe(1);
  expect(first.stdout).toContain("the journal's store lacks the end of this run");
  expect(archive().report).toBeUndefined();
  const blocked = await apply(here, '10.0.1.39');
  expect([blocked.code, blocked.stderr]).toEqual([1, expect.stringContaining("the journal's store lacks a run")]);
  keepIn(['cp', '{file}', `${store}/{name}`]);
  expect((await apply(here, '10.0.1.39')).code).toBe(0);
  expect(archive().report).toContain('exitCode');
});

test('the archive of a run under way is left to that run, and an archive that another command sent meanwhile is no error', async () => {
  expect((await apply(here)).code).toBe(0);
  const own = archive();
  const [waiting, name] = [join(here.folder, 'runs/.unsent'), '20260101T000000.000Z-00000a'];
  const put = (by: object) =>
    writeFileSync(join(waiting, `${name}.json`), JSON.stringify({ ...own, name, run: JSON.stringify({ ...JSON.parse(own.run), by }) })); // prettier-ignore
  put(thisProcess());
  expect((await apply(here, '10.0.1.39')).code).toBe(0);
  expect([archives().includes(`${name}.json`), readdirSync(waiting)]).toEqual([false, [`${name}.json`]]);
  put({ ...thisProcess(), identity: 'ended' });
  for (const end of ['true', 'false']) {
    keepIn(['sh', '-c', `cp "$0" ${store}/"$1"; case "$1" in ${name}*) rm "$0"; ${end};; esac`, '{file}', '{name}']);
    const next = await apply(here, end === 'true' ? '10.0.1.49' : '10.0.1.59');
    expect([next.code, next.stderr, readdirSync(waiting)]).toEqual([0, '', []]);
    put({ ...thisProcess(), identity: 'ended' });
  }
});

test('a store that can not be read stops what changes something, and is told by what only reads', async () => {
  keepIn(['cp', '{file}', store], ['cp', '-R', `${store}/none`, '{folder}']);
  const refused = await apply(here);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("the journal's store can't be read")]);
  expect(await tables.pools(red)).toEqual(['10.0.1.10-10.0.1.19']);
  const listed = await here.run(['runs']);
  expect([listed.code, listed.stderr]).toEqual([0, expect.stringContaining('runs of other machines may be missing here')]); // prettier-ignore
  // A list of runbooks needs no run.
  expect(await here.run(['run'])).toMatchObject({ code: 0, stderr: '' });
});

test('an archive that is no run of its name, that is a link, or that contradicts the journal is left out and named', async () => {
  await apply(here);
  const own = archive();
  const name = (digits: string) => `20260101T000000.000Z-${digits}`;
  forge(name('00000a'), own);
  forge(name('00000b'), { ...own, name: name('00000b'), run: '{}' });
  forge(name('00000c'), { ...own, name: name('00000c'), path: '../../x' });
  const last = '99991231T235959.999Z-00000';
  forge(`${last}e`, { ...own, name: `${last}e` });
  const late = JSON.stringify({ ...JSON.parse(own.run), startedAt: '9999-12-31T23:59:59.999Z' }); // prettier-ignore
  forge(`${last}f`, { ...own, name: `${last}f`, run: late });
  forge('..', own);
  symlinkSync('/etc/hostname', join(store, `${name('00000d')}.json`));
  const { stdout, stderr } = await there.run(['runs']);
  expect(stdout.match(/^\S+/gm)).toEqual([own.name]);
  expect(stderr.replace(/\s+/g, ' ').match(/-00000\w\.json it is left out of the journal: .*?(?= Warning|$)/g)).toEqual(
    [
      expect.stringContaining('"name" is not the name of the file'),
      expect.stringContaining('this is no journal that this stackward reads'),
      expect.stringContaining('path'),
      expect.stringContaining('ahead of its start'),
      expect.stringContaining('ahead of its start'),
    ],
  );
  rmSync(join(there.folder, 'runs', own.name, 'report.json'));
  forge(own.name, { ...own, run: own.run.replace('10.0.1.29', '10.0.1.99') });
  expect((await there.run(['runs'])).stderr).toContain('the run of this name in the journal is another one');
});

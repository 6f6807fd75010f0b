/** `stackward console` against a cloud of one's own: both ways of Nova's API, and where the address goes. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandFolder } from '../support/command';
import { PrivateCloud } from '../support/private-cloud';

const address = 'https://ctl1.example:6080/vnc_auto.html?path=%3Ftoken%3D5a1f8c7e-s3cret&title="x"';
const encoded = new URL(address).href;
const id = (n: number): string => `0d5f6a4e-93c1-4a53-8a52-00000000000${n}`;
const compute = '/compute/v2.1';

let cloud: PrivateCloud;
let folder: CommandFolder;
beforeEach(async () => {
  cloud = await PrivateCloud.start();
  folder = new CommandFolder({});
  folder.write('clouds.yaml', cloud.clouds());
  folder.write('stackward.yaml', 'cloud: private\n');
  cloud.servers = ['web', 'twin', 'twin', 'a.b'].map((name, n) => ({
    id: id(n),
    name,
    tenant_id: `p${n}`,
    status: 'ACTIVE',
  }));
  cloud.told.set(`${compute}/servers/${id(0)}`, { server: cloud.servers[0] });
  cloud.told.set(`${compute}/servers/${id(0)}/remote-consoles`, { remote_console: { url: encoded, type: 'novnc' } });
});
afterEach(async () => {
  folder.remove();
  await cloud.stop();
});

test('the address alone is on stdout, and the warning on stderr does not repeat it', async () => {
  const { code, stdout, stderr } = await folder.run(['console', 'web']);
  expect([code, stdout]).toEqual([0, `${encoded}\n`]);
  expect(stderr).toMatch(/^Whoever has this address has the console/);
  expect(stderr).not.toContain('s3cret');
  expect(readdirSync(folder.folder).sort()).toEqual(['clouds.yaml', 'stackward.yaml']);
});

test('a server is found by its id too, and --json has the address beside it', async () => {
  const { code, stdout } = await folder.run(['console', id(0), '--json']);
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    { formatVersion: '1.0', command: 'console', server: { id: id(0), name: 'web' }, url: encoded },
  ]);
});

test.each([
  ['2.5', 'action'],
  ['', 'action'],
  ['2.6', 'remote-consoles'],
])('a Nova of version "%s" is asked by %s (case 1116)', async (version, way) => {
  cloud.told.set(`${compute}/`, { version: { id: 'v2.1', version } });
  cloud.told.set('/compute/v2.1/', { version: { id: 'v2.1', version } });
  cloud.told.set(`${compute}/servers/${id(0)}/action`, { console: { url: encoded, type: 'novnc' } });
  const { code, stdout } = await folder.run(['console', 'web']);
  expect([code, stdout]).toEqual([0, `${encoded}\n`]);
  expect(cloud.asked.filter((path) => path.startsWith(`${compute}/servers/${id(0)}/`))).toEqual([
    `${compute}/servers/${id(0)}/${way}`,
  ]);
});

test('a name of two servers is refused with both ids, and no console is asked for', async () => {
  const { code, stderr } = await folder.run(['console', 'twin']);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`2 servers have the name "twin"`)]);
  for (const text of [id(1), id(2), 'project p1', 'project p2']) expect(stderr).toContain(text);
  expect(cloud.asked.some((path) => path.endsWith('/remote-consoles'))).toBe(false);
});

test('a name is no pattern, and a name that nobody has leads to the inventory', async () => {
  const { code, stderr } = await folder.run(['console', 'w.b']);
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('there is no server "w.b" in any project that these credentials see; `stackward inventory'),
  ]);
});

test.each(['javascript:alert(1)', 'https://user@ctl1/vnc', 'https://ctl1/vnc?a b', 'file:///etc/passwd'])(
  'the address %s is refused and not repeated',
  async (hostile) => {
    cloud.told.set(`${compute}/servers/${id(0)}/remote-consoles`, { remote_console: { url: hostile } });
    const { code, stdout, stderr } = await folder.run(['console', 'web']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('must be an address that begins with http:// or https://');
    expect(stderr).not.toContain(hostile);
  },
);

describe('--open', () => {
  let room: string;
  beforeEach(() => {
    room = mkdtempSync(join(tmpdir(), 'stackward-opener-'));
  });
  afterEach(() => rmSync(room, { recursive: true }));

  /** An `xdg-open` that notes what it was given, and what any local user may read of it and of the page. */
  const withOpener = (end: string): Readonly<Record<string, string>> => {
    const script = [
      '#!/bin/bash',
      `page="$(printf %s "\${1#file://}")"`,
      `{ tr '\\0' ' ' < /proc/$$/cmdline; echo; stat -c '%a' "$page" "$(dirname "$page")"; cat "$page"; env; } > ${room}/seen`,
      end,
    ];
    writeFileSync(join(room, 'xdg-open'), `${script.join('\n')}\n`, { mode: 0o755 });
    return { PATH: `${room}:${process.env.PATH ?? ''}`, XDG_RUNTIME_DIR: room, STACKWARD_TEST_PASSWORD: 'hunter2' };
  };

  test('gives the opener a page that its user alone can read, and deletes the page', async () => {
    folder.env = withOpener('exit 0');
    const { code, stdout, stderr } = await folder.run(['console', 'web', '--open']);
    expect([code, stdout, stderr]).toEqual([0, '', '']);
    const seen = readFileSync(join(room, 'seen'), 'utf8');
    const [line = '', fileMode, folderMode] = seen.split('\n');
    expect(line).toMatch(/xdg-open file:\/\/.*\/stackward-console-\w+\/console\.html $/);
    expect(line).not.toContain('s3cret');
    expect([fileMode, folderMode]).toEqual(['600', '700']);
    expect(seen).toContain(`content="0;url=${encoded.replaceAll('&', '&amp;')}"`);
    expect(seen).not.toContain('hunter2');
    expect(readdirSync(room).sort()).toEqual(['seen', 'xdg-open']);
  });

  test('says what to do where the opener fails, without the address, and leaves no page', async () => {
    folder.env = withOpener('exit 3');
    const { code, stdout, stderr } = await folder.run(['console', 'web', '--open']);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('could not open the console (it ended with 3); run the command without --open');
    expect(stderr).not.toContain('s3cret');
    expect(readdirSync(room).sort()).toEqual(['seen', 'xdg-open']);
  });
});

/** Settings of Horizon on a host: the files in the order in which Horizon runs them, and edits within the limits of an installed program. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import type { SettingChange, SettingName } from '../../lib/hosts/settings-answers';
import { editSetting, type Say } from '../../lib/python-settings/effective';
import { readHorizonSettings } from '../../lib/python-settings/read';
import { settingsOf } from '../support/python-settings';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const program = join(__dirname, '../../host/stackward-host.py');
let root: string;
let main: string;
let etc: string;
beforeEach(() => {
  root = mkdtempSync('/tmp/stackward-settings-');
  chmodSync(root, 0o755);
  const local = join(root, 'openstack_dashboard/local');
  etc = join(root, 'etc');
  mkdirSync(join(etc, 'local_settings.d'), { recursive: true });
  mkdirSync(local, { recursive: true });
  main = join(local, 'local_settings.py');
  // As Debian's packages link them.
  symlinkSync(join(etc, 'local_settings.py'), main);
  symlinkSync(join(etc, 'local_settings.d'), join(local, 'local_settings.d'));
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (name: string, text: string): void => writeFileSync(join(etc, name), text);
const host = new LocalHost('ctl1');
afterAll(() => host.close());
const zone: SettingName = ['TIME_ZONE'];
const vpn: SettingName = ['OPENSTACK_NEUTRON_NETWORK', 'enable_vpn'];

async function saysOf(...names: readonly SettingName[]): Promise<readonly (readonly Say[])[]> {
  const found = await readHorizonSettings(host, names, [join(root, 'nowhere.py'), main]);
  if (found.is !== 'read') throw new Error(`the settings are ${found.is}`);
  return found.says;
}
const places = (says: readonly Say[] | undefined): readonly string[] =>
  (says ?? []).map(
    (say) => `${say.path.slice(root.length)}:${say.line} ${say.is} ${'source' in say ? say.source : ''}`,
  );

const write = async (path: string, ...changes: readonly SettingChange[]) =>
  (await host.write([[{ verb: 'swap-settings', path, changes }]]))[0]?.[0];

describe('settings of Horizon', () => {
  test('are read in the order in which Horizon runs its files', async () => {
    put('local_settings.py', "TIME_ZONE = 'A'\nfrom site_theme import *\nTIME_ZONE = 'C'\n");
    writeFileSync(join(root, 'openstack_dashboard/local/site_theme.py'), "TIME_ZONE = 'B'\n");
    put('local_settings.d/_20_b.py', "TIME_ZONE = 'E'\n");
    put('local_settings.d/_10_a.py', "TIME_ZONE = 'D'\n");
    put('local_settings.d/_30_c.py.example', "TIME_ZONE = 'F'\n");
    const [says] = await saysOf(zone);
    const local = '/openstack_dashboard/local';
    expect(places(says)).toEqual([
      `${local}/local_settings.py:1 literal 'A'`,
      `${local}/site_theme.py:1 literal 'B'`,
      `${local}/local_settings.py:3 literal 'C'`,
      `${local}/local_settings.d/_10_a.py:1 literal 'D'`,
      `${local}/local_settings.d/_20_b.py:1 literal 'E'`,
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a module that is nowhere',
      { 'local_settings.py': "TIME_ZONE = 'A'\nfrom site_theme import *\n" },
      /imports all names of site_theme/,
    ],
    [
      'a snippet with an error',
      { 'local_settings.py': "TIME_ZONE = 'A'\n", 'local_settings.d/_1.py': 'TIME_ZONE = = 1\n' },
      /_1\.py:1:13: Python 3\.\d+ says/,
    ],
    [
      'a snippet that imports all names',
      { 'local_settings.py': '', 'local_settings.d/_1.py': 'from m import *\n' },
      /imports all names of another module/,
    ],
  ])('cannot be edited where %s may count', async (_, files, why) => {
    // prettier-ignore
    for (const [name, text] of Object.entries(files)) put(name, text);
    const [says] = await saysOf(zone);
    expect(editSetting(zone, 'Asia/Seoul', says!, main)).toEqual({ is: 'refused', why: expect.stringMatching(why) });
  });

  test('cannot be edited where a folder below the snippets may count, whose order nobody knows', async () => {
    put('local_settings.py', '');
    mkdirSync(join(etc, 'local_settings.d/more'));
    mkdirSync(join(etc, 'local_settings.d/__pycache__'));
    const [says] = await saysOf(zone);
    expect(says).toEqual([expect.objectContaining({ is: 'unread', why: expect.stringMatching(/no certain order/) })]);
  });

  test('are absent where there is none of the files, and unread where Python refuses the file', async () => {
    expect(await readHorizonSettings(host, [zone], [main])).toEqual({ is: 'absent' });
    put('local_settings.py', 'if True:\n');
    expect(await readHorizonSettings(host, [zone], [main])).toMatchObject({
      is: 'unread',
      path: main,
      why: expect.stringMatching(/local_settings\.py:\d+:\d+: Python 3\.\d+ says/),
    });
  });

  test('of a guarded theme that is not installed are those of the file', async () => {
    put('local_settings.py', settingsOf('icehouse'));
    const [says] = await saysOf(zone);
    expect(editSetting(zone, 'UTC', says!, main)).toEqual({ is: 'unchanged' });
  });

  test('are swapped together, with mode and links kept, and come back byte by byte', async () => {
    const before = settingsOf('zed-debian');
    put('local_settings.py', before);
    chmodSync(join(etc, 'local_settings.py'), 0o640);
    const says = await saysOf(zone, ['DEBUG'], vpn, ['CONSOLE_TYPE']);
    expect(says[2]).toEqual([]);
    const changes = (['Asia/Seoul', false, undefined, 'SPICE'] as const).flatMap((wanted, index) => {
      const edit = editSetting(([zone, ['DEBUG'], vpn, ['CONSOLE_TYPE']] as const)[index]!, wanted, says[index]!, main);
      return edit.is === 'edited' ? [edit.change] : [];
    });
    const mtime = statSync(main).mtimeMs;
    expect(await write(main, ...changes)).toMatchObject({ ok: true });
    const after = readFileSync(main, 'utf8');
    expect(after).toBe(
      `${before.replace('TIME_ZONE = "UTC"', 'TIME_ZONE = "Asia/Seoul"').replace('\nDEBUG = True', '\nDEBUG = False')}\n` +
        "# Settings that stackward added. Each line is kept by a declaration.\nCONSOLE_TYPE = 'SPICE'\n",
    );
    expect([statSync(main).mode & 0o7777, statSync(main).mtimeMs > mtime, existsSync(main)]).toEqual([
      0o640,
      true,
      true,
    ]);
    expect(await write(main, ...changes)).toMatchObject({ ok: false, reason: 'changed' });
    const back = changes.map(({ name, expect, literal }) => ({ name, expect: literal, literal: expect }));
    expect(await write(main, ...back)).toMatchObject({ ok: true });
    expect(readFileSync(main, 'utf8')).toBe(before);
  });

  test('are written all or not at all', async () => {
    put('local_settings.py', "DEBUG = True\nTIME_ZONE = 'UTC'\n");
    const changes = [
      { name: ['DEBUG'], expect: 'True', literal: 'False' },
      { name: zone, expect: "'GMT'", literal: "'Asia/Seoul'" },
    ] as const;
    expect(await write(main, ...changes)).toMatchObject({ ok: false, reason: 'changed' });
    expect(readFileSync(main, 'utf8')).toBe("DEBUG = True\nTIME_ZONE = 'UTC'\n");
  });

  test('that are secret by name or value are neither told nor written', async () => {
    put('local_settings.py', "SECRET_KEY = 'top'\nCACHES = {'default': {'LOCATION': 'redis://:top@h'}}\n");
    for (const name of [['SECRET_KEY'], ['DATABASES', 'default', 'PASSWORD']] as const) {
      const [answer] = await host.read([{ verb: 'read-settings', path: main, names: [name] }]);
      expect(answer).toMatchObject({ ok: false, reason: 'refused' });
      expect(await write(main, { name, expect: null, literal: "'x'" })).toMatchObject({ ok: false, reason: 'refused' });
    }
    const [says] = await saysOf(['CACHES', 'default', 'LOCATION']);
    expect([says?.map(({ is }) => is), JSON.stringify(says)]).toEqual([['secret'], expect.not.stringContaining('top')]);
  });
});

test.each([
  [
    'CACHES',
    ['CACHES', 'default', 'LOCATION'],
    "CACHES = {'default': {'LOCATION': 'redis://h:6379?password=hunter2'}}",
  ],
  ['DSN', ['DSN'], "DSN = 'Driver=x;Uid=a;Pwd=hunter2'"],
  ['HEADERS', ['HEADERS'], "HEADERS = ['Authorization: Bearer hunter2']"],
  ['EMAIL_HOST_PWD', ['EMAIL_HOST_PWD'], "EMAIL_HOST_PWD = 'hunter2'"],
  ['LDAP_BINDPW', ['LDAP_BINDPW'], "LDAP_BINDPW = 'hunter2'"],
] as const)('a secret in %s leaves no host', async (_, name, text) => {
  put('local_settings.py', `${text}\n`);
  const [answer] = await host.read([{ verb: 'read-settings', path: main, names: [name] }]);
  expect(JSON.stringify(answer)).not.toContain('hunter2');
  expect(answer.ok ? answer.value : answer.reason).toEqual(
    answer.ok ? expect.objectContaining({ settings: [[expect.objectContaining({ is: 'secret' })]] }) : 'refused',
  );
});

describe('an installed program whose limits name settings', () => {
  async function installed(limits: object) {
    const path = join(root, 'stackward-host');
    writeFileSync(path, readFileSync(program), { mode: 0o755 });
    writeFileSync(`${path}.limits`, JSON.stringify(limits));
    const guarded = new LocalHost('ctl1', { installed: path });
    const file = join(etc, 'local_settings.py');
    const read = await guarded.read([
      { verb: 'read-settings', path: file, names: [zone] },
      { verb: 'read-file', path: file },
      { verb: 'list-folder', path: join(etc, 'local_settings.d') },
    ]);
    const content = Buffer.from('import os').toString('base64');
    const wrote = await guarded.write([
      [{ verb: 'swap-settings', path: file, changes: [{ name: zone, expect: "'UTC'", literal: "'Asia/Seoul'" }] }],
      [{ verb: 'swap-file', path: file, expect: null, content }],
    ]);
    await guarded.close();
    return [...read, ...wrote.flat()].map((answer) => (answer.ok ? 'ok' : answer.reason));
  }

  async function swapped(name: SettingName, expect: string, literal: string, more: object) {
    const path = join(root, 'stackward-host');
    writeFileSync(path, readFileSync(program), { mode: 0o755 });
    writeFileSync(`${path}.limits`, JSON.stringify({ settings: [join(etc, '/')], ...more }));
    const guarded = new LocalHost('ctl1', { installed: path });
    const change = { name, expect, literal };
    const wrote = await guarded.write([[{ verb: 'swap-settings', path: join(etc, 'local_settings.py'), changes: [change] }]]); // prettier-ignore
    await guarded.close();
    return wrote.flat().map((answer) => (answer.ok ? 'ok' : answer.reason));
  }

  test('edits literals of these files, and neither tells nor writes them whole', async () => {
    put('local_settings.py', "TIME_ZONE = 'UTC'\n");
    const settings = [join(etc, 'local_settings.py'), join(etc, 'local_settings.d/')];
    expect(await installed({ settings })).toEqual(['ok', 'outside-limits', 'ok', 'ok', 'outside-limits']);
    expect(readFileSync(main, 'utf8')).toBe("TIME_ZONE = 'Asia/Seoul'\n");
  });

  test.each<[string, SettingName, string, string, object]>([
    ['the name of a secret', ['SITE_BRANDING'], "'Cloud'", 'SECRET_KEY', {}],
    ['the name of a secret in brackets', ['SITE_BRANDING'], "'Cloud'", '(SECRET_KEY)', {}],
    ['the name of a setting that is not known', ['SITE_BRANDING'], "'Cloud'", 'KEYS', {}],
    ['a class', ['LOGGING', 'handlers', 'console', 'class'], "'logging.StreamHandler'", "'subprocess.Popen'", {}],
    ['code for sessions', ['SESSION_ENGINE'], "'signed_cookies'", "'evil'", {}],
    ['a server', ['OPENSTACK_KEYSTONE_URL'], "'http://k'", "'http://evil'", {}],
    [
      'a setting beside that of the limits',
      ['SESSION_ENGINE'],
      "'signed_cookies'",
      "'evil'",
      { 'setting-names': ['X'] },
    ],
  ])('brings no more than data into them: %s', async (_, name, expected, literal, more) => {
    const text = `SITE_BRANDING = 'Cloud'\nSECRET_KEY = 'x'\nKEYS = 'k'\nSESSION_ENGINE = 'signed_cookies'
OPENSTACK_KEYSTONE_URL = 'http://k'\nLOGGING = {'handlers': {'console': {'class': 'logging.StreamHandler'}}}\n`;
    put('local_settings.py', text);
    const [answer] = await swapped(name, expected, literal, more);
    expect(['outside-limits', 'refused']).toContain(answer);
    expect(readFileSync(main, 'utf8')).toBe(text);
  });

  test('writes a setting that they name, and the name of another that is known', async () => {
    put('local_settings.py', "DEBUG = True\nTEMPLATE_DEBUG = True\nHELP_TEXT = 'a'\n");
    expect(await swapped(['HELP_TEXT'], "'a'", "'b'", { 'setting-names': ['HELP_TEXT'] })).toEqual(['ok']);
    expect(await swapped(['TEMPLATE_DEBUG'], 'True', 'DEBUG', {})).toEqual(['ok']);
    expect(readFileSync(main, 'utf8')).toBe("DEBUG = True\nTEMPLATE_DEBUG = DEBUG\nHELP_TEXT = 'b'\n");
  });

  test('touches nothing where they name other files', async () => {
    put('local_settings.py', "TIME_ZONE = 'UTC'\n");
    const none = Array.from({ length: 5 }, () => 'outside-limits');
    expect(await installed({ settings: [join(etc, 'other.py')] })).toEqual(none);
  });
});

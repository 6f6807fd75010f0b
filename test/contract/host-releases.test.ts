/** The host program and stackward of different releases: each release uses a newer program, and the program of the release before. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { fileHeader, type HostRead, type HostWrite } from '../../lib/hosts/host';
import { hostSource, programOfVersion2, type laterVerbs } from '../support/host-releases';
import { base64, sha256, swap } from '../support/host-words';
import { framed } from '../support/least-privilege';

let folder: string;
let installed: string;
beforeEach(() => {
  folder = mkdtempSync('/var/lib/stackward-test-');
  installed = join(folder, 'stackward-host');
  const limits = { read: ['/etc/'], write: [join(folder, 'made'), '/var/lib/stackward/'] };
  writeFileSync(`${installed}.limits`, JSON.stringify(limits));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Fields of each answer in version 2, as the first release with it takes them: a field more or less is refused there. */
const fieldsOfVersion2: Readonly<Record<Exclude<(HostRead | HostWrite)['verb'], (typeof laterVerbs)[number]>, string>> =
  {
    facts: 'hostname init installed kernel machine python tools uid version',
    'swap-file': 'mtimeSeconds realPath sha256',
    'read-file': 'content exists group links managers mode mtimeSeconds owner realPath sha256 xattrs',
    'digest-file': 'exists head sha256 size',
    'list-folder': 'entries[].kind entries[].name exists',
    'remove-file': '',
    'save-tables': 'hasHook packedText variant',
    'restore-tables': '',
    'bridge-ports':
      'ports[].bridge ports[].flags.hairpin_mode ports[].flags.learning ports[].flags.unicast_flood ports[].port',
    'set-bridge-flag': '',
    'boot-files':
      'files[].isOurs files[].now files[].path files[].right files[].right.lines files[].right.sha256 init seen',
    'swap-boot-files':
      'files[].isOurs files[].now files[].path files[].right files[].right.lines files[].right.sha256 init seen',
    'run-reader': 'code stderr stdout',
  };

/** Names of these fields are data. */
const maps = ['tools', 'xattrs'];

function fieldsOf(value: unknown, field = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [field] : value.flatMap((item) => fieldsOf(item, `${field}[]`));
  if (value === null || typeof value !== 'object' || maps.includes(field)) return [field];
  return Object.entries(value).flatMap(([name, inner]) => fieldsOf(inner, (field && `${field}.${name}`) || name));
}

test('the host program answers each verb of version 2 with exactly the fields of version 2', () => {
  const made = join(folder, 'made');
  const content = `# ${fileHeader('team-a')}\n`;
  const state = { stateFolder: '/var/lib/stackward' };
  const chain = 'stackward-0123456789abcdef';
  const rule = `-A ${chain} -s 198.51.100.1/32 -m physdev --physdev-in tap0 --physdev-out qvb0 --physdev-is-bridged -m comment --comment "stackward:acme/Branch" -j ACCEPT`;
  const text = `*filter\n-N ${chain}\n${rule}\n-A neutron-filter-top -j ${chain}\nCOMMIT\n`;
  const flag = { bridge: 'br0', port: 'p0', flag: 'hairpin_mode', expect: false, value: true } as const;
  const questions: readonly (HostRead | HostWrite)[] = [
    { verb: 'facts' },
    { verb: 'swap-file', path: made, expect: null, content: base64(content) },
    { verb: 'read-file', path: made },
    { verb: 'digest-file', path: made },
    { verb: 'list-folder', path: '/etc' },
    { verb: 'remove-file', path: made, expect: sha256(content) },
    { verb: 'save-tables', family: 4 },
    { verb: 'restore-tables', family: 4, variant: 'nft', text },
    { verb: 'bridge-ports' },
    { verb: 'set-bridge-flag', ...flag },
    { verb: 'boot-files', ...state },
    { verb: 'swap-boot-files', ...state, wanted: false, expect: sha256('') },
    { verb: 'run-reader', argv: ['ip', '-o', 'link', 'show'] },
  ];
  writeFileSync(installed, hostSource, { mode: 0o755 });
  const setUp = [
    'exec 3<&0 4>&1 >/dev/null </dev/null',
    ...['/etc/systemd/system', '/etc/init', '/usr/local/lib', '/run'].map((path) => `mkdir -p ${path} && mount -t tmpfs none ${path}`),
    'mkdir -p /run/systemd/system && mount -t sysfs none /sys',
    'ip link add br0 type bridge && ip link add p0 type veth peer p1 && ip link set p0 master br0',
    'iptables-nft -N neutron-filter-top',
    `exec ${installed} <&3 >&4`,
  ]; // prettier-ignore
  const request = {
    version: 2,
    access: 'write',
    deadlineSeconds: 60,
    sequences: questions.map((question) => [question]),
  };
  const { stdout, stderr } = spawnSync('unshare', ['--mount', '--net', 'sh', '-ec', setUp.join('\n')], {
    input: framed(JSON.stringify(request)),
    encoding: 'utf8',
  });
  const json = /^stackward-answer \d+\n(.*)$/m.exec(stdout)?.[1];
  if (json === undefined) throw new Error(`${stdout}${stderr}`);
  const whole = JSON.parse(json) as { answers: { ok: boolean; value: unknown }[][] };
  expect(Object.keys(whole).sort()).toEqual(['answers', 'oldest', 'version']);
  const told = whole.answers.map(([answer], index) => [
    questions[index]?.verb,
    answer?.ok === true ? [...new Set(fieldsOf(answer.value))].sort().join(' ') : answer,
  ]);
  expect(Object.fromEntries(told)).toEqual(fieldsOfVersion2);
});

test('a host program of version 2 does everything that this stackward asks of it, except for the later verbs', async () => {
  writeFileSync(installed, programOfVersion2(), { mode: 0o755 });
  const host = new LocalHost('cnode01', { installed });
  try {
    const read = await host.read([{ verb: 'facts' }, { verb: 'clock' }, { verb: 'list-folder', path: '/etc' }]);
    expect(read).toMatchObject([{ ok: true, value: { version: 2 } }, { ok: false, reason: 'refused' }, { ok: true }]);
    expect(await host.write([[swap(join(folder, 'made'), null, 'x')]])).toMatchObject([[{ ok: true }]]);
    expect(existsSync(join(folder, 'made'))).toBe(true);
  } finally {
    await host.close();
  }
});

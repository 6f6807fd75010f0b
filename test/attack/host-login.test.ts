/** The login of docs/hosts.md as an attacker: from it nothing outside the limits can be read, written or run. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileHeader } from '../../lib/hosts/host';
import { base64, sha256 } from '../support/host-words';
import { framed, LeastPrivilege, reasons, requestOf } from '../support/least-privilege';
import { findPython2 } from '../support/python2';

const python2 = findPython2('the attacks on the host program');
const interpreters = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];
const secret = 'the secret of root';

describe.each(interpreters)('the installed program, run by %s', (python) => {
  let host: LeastPrivilege;
  beforeAll(() => (host = new LeastPrivilege(python)));
  afterAll(() => host.remove());

  const swap = (path: string, more: object = {}) => ({
    verb: 'swap-file',
    path,
    expect: null,
    content: base64('x'),
    ...more,
  });
  const record = (number: number): string =>
    host.path(`state/bridge-port-${number.toString(16).padStart(8, '0')}.json`);

  describe('power over what is written', () => {
    beforeAll(() => {
      mkdirSync(host.path('state'));
      host.allow({ write: [`${host.path('state')}/`, host.path('plain'), host.path('powerful')] });
    });

    test('gives nobody a right to a file that it makes or replaces in a folder that hands its ACL on', () => {
      const folder = host.path('handing');
      const [replaced, made] = [`${folder}/policy-rule-00000001.json`, `${folder}/policy-rule-00000002.json`];
      mkdirSync(folder);
      writeFileSync(replaced, 'x');
      chmodSync(replaced, 0o660);
      setAttribute(folder, 'system.posix_acl_default', aclFor(4711));
      host.allow({ write: [`${folder}/`] });
      const answers = host.ask('write', [swap(replaced, { expect: sha256('x') }), swap(made, { mode: 0o644 })]);
      expect(answers.map(({ ok }) => ok)).toEqual([true, true]);
      for (const path of [replaced, made])
        expect(execFileSync('/usr/bin/python3', ['-c', listAttributes, path], { encoding: 'utf8' })).toBe('[]\n');
      expect([replaced, made].map((path) => statSync(path).mode & 0o7777)).toEqual([0o660, 0o644]);
      host.allow({ write: [`${host.path('state')}/`, host.path('plain'), host.path('powerful')] });
    });

    test('makes no file with another mode than 0600 or 0644', () => {
      const modes = [
        ...Array.from({ length: 0o10000 }, (_, mode) => mode),
        -1,
        0o100644,
        1e99,
        '0600',
        true,
        null,
        [420],
      ];
      for (let start = 0; start < modes.length; start += 2000) {
        const asked = modes.slice(start, start + 2000).map((mode, index) => swap(record(start + index), { mode }));
        host.ask('write', asked);
      }
      const made = readdirSync(host.path('state'));
      expect(made.sort()).toEqual([record(0o600), record(0o644)].map((path) => path.split('/').at(-1)).sort());
      expect(made.map((name) => statSync(host.path(`state/${name}`)).mode & 0o7777).sort()).toEqual([0o600, 0o644]);
    });

    test('gives no file to another user, and makes no folder that others may write', () => {
      const path = record(1);
      const attributes = [{ owner: host.login.name }, { group: 'shadow' }, { uid: 0 }, { xattrs: {} }];
      expect(
        reasons(
          host.ask(
            'write',
            attributes.map((more) => swap(path, more)),
          ),
        ),
      ).toEqual(['invalid']);
      rmSync(host.path('state'), { recursive: true });
      const modes = [0o700, 0o755, 0o777, 0o1777, 0o2755, 0o4755, -1, '0700'];
      const folders = modes.map((folderMode) => swap(path, { makeFolder: true, folderMode }));
      expect(reasons(host.ask('write', folders))).toEqual(['invalid']);
      expect(existsSync(host.path('state'))).toBe(false);
      expect(reasons(host.ask('write', [swap(path, { makeFolder: true })]))).toEqual([true]);
      expect(statSync(host.path('state')).mode & 0o7777).toBe(0o700);
    });

    test("makes a plain file of a file that was given stackward's header, removed and made anew", () => {
      const path = host.path('plain');
      writeFileSync(path, 'x', { mode: 0o600 });
      const ours = `# ${fileHeader('x')}\n`;
      const outcomes = host.ask('write', [
        swap(path, { expect: sha256('x'), content: base64(ours) }),
        { verb: 'remove-file', path, expect: sha256(ours) },
        swap(path, { mode: 0o4755 }),
        swap(path, { mode: 0o644 }),
      ]);
      expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false, true]);
      expect(statSync(path)).toMatchObject({ mode: 0o100644, uid: 0, gid: 0 });
    });

    test.each([0o4755, 0o2644, 0o755, 0o711, 0o645])('writes no content into a file of mode %o', (mode) => {
      const path = host.path('powerful');
      writeFileSync(path, 'x');
      chmodSync(path, mode);
      const [answer] = host.ask('write', [swap(path, { expect: sha256('x'), content: base64('y') })]);
      expect(answer).toMatchObject({ ok: false, reason: 'refused' });
      expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o7777]).toEqual(['x', mode]);
      rmSync(path);
    });

    test('writes no content into a file that has capabilities, and copies no trusted attributes', () => {
      const path = host.path('powerful');
      writeFileSync(path, 'x', { mode: 0o644 });
      // CAP_SETUID, permitted and effective: vfs_cap_data of version 2.
      setAttribute(path, 'security.capability', Buffer.from('0100000280000000000000000000000000000000', 'hex'));
      const asked = swap(path, { expect: sha256('x'), content: base64('y') });
      expect(host.ask('write', [asked])).toMatchObject([{ ok: false, reason: 'refused' }]);
      rmSync(path);
      writeFileSync(path, 'x', { mode: 0o644 });
      for (const name of ['trusted.note', 'user.note']) setAttribute(path, name, Buffer.from('v'));
      expect(host.ask('write', [asked])).toMatchObject([{ ok: true }]);
      expect(execFileSync('/usr/bin/python3', ['-c', listAttributes, path], { encoding: 'utf8' })).toBe(
        "['user.note']\n",
      );
    });

    test('writes into a folder of its limits only the names that stackward gives', () => {
      const names = [
        'x',
        'run.sh',
        '.bashrc',
        'bridge-port-0123456.json',
        'bridge-port-01234567.json.sh',
        'sub/x.json',
      ];
      const more = [
        'restore-at-boot',
        'other-01234567.json',
        'bridge-port-0123456G.json',
        'policy.json',
        '.stackward-0123456789abcdef',
      ];
      const paths = [...names, ...more, `bridge-port-${'0'.repeat(33)}.json`].map((name) => host.path(`state/${name}`));
      const before = readdirSync(host.path('state'));
      expect(
        reasons(
          host.ask(
            'write',
            paths.map((path) => swap(path)),
          ),
        ),
      ).toEqual(['outside-limits']);
      expect(reasons(host.ask('write', [swap(host.path('state/sub/x.json'), { makeFolder: true })]))).toEqual([
        'outside-limits',
      ]);
      expect(readdirSync(host.path('state'))).toEqual(before);
      const known = [
        'policy-rule-01234567.json',
        `bridge-port-${'0'.repeat(32)}.json`,
        'firewall-exception-01234567.ipv4',
      ];
      expect(
        reasons(
          host.ask(
            'write',
            known.map((name) => swap(host.path(`state/${name}`))),
          ),
        ),
      ).toEqual([true]);
    });
  });

  describe('requests that no stackward sends', () => {
    beforeAll(() => {
      mkdirSync(host.path('open'));
      writeFileSync(host.path('open/file'), 'x');
      writeFileSync(host.path('shut'), secret, { mode: 0o600 });
      host.allow({ read: [`${host.path('open')}/`], write: [] });
    });

    test('are answered alike for paths outside of the limits, whether something is there or not', () => {
      const paths = [
        ...['/etc/shadow', '/etc/no-such-file', '/no-such-folder/x', '/', '/root', host.folder, host.path('shut')],
        ...['/proc/self/environ', '/proc/self/root/etc/shadow', '/proc/self/cwd', '/proc/self/fd/0', '/dev/stdin'],
        ...[host.path('open2'), host.path('ope'), `${host.path('shut')}/x`, host.installed],
      ];
      for (const verb of ['read-file', 'digest-file', 'list-folder'])
        expect(
          reasons(
            host.ask(
              'read',
              paths.map((path) => ({ verb, path })),
            ),
          ),
        ).toEqual(['outside-limits']);
      const dotted = [
        `${host.path('open')}/../shut`,
        '/..',
        '/etc/../etc/shadow',
        'open/file',
        '',
        `${host.path('open/file')}\0`,
      ];
      expect(
        reasons(
          host.ask(
            'read',
            dotted.map((path) => ({ verb: 'read-file', path })),
          ),
        ),
      ).toEqual(['invalid']);
    });

    test('get neither a wait nor a content for a FIFO, a folder, or a file below a file', () => {
      execFileSync('mkfifo', [host.path('open/pipe')]);
      const paths = ['pipe', '', 'file/x', 'absent'].map((name) => host.path(`open/${name}`));
      const answers = host.ask(
        'read',
        paths.map((path) => ({ verb: 'read-file', path })),
      );
      expect(answers.map(({ ok, reason }) => reason ?? ok)).toEqual(['not-a-file', 'not-a-file', true, true]);
    });

    test('gain nothing from the environment, from arguments or from other programs', () => {
      const evil = host.path('open/evil');
      mkdirSync(evil);
      for (const module of ['base64', 'json', 'sitecustomize', 'ctypes'])
        writeFileSync(join(evil, `${module}.py`), `open('${host.path('ran')}', 'w')\n`);
      chownSync(evil, 4711, 4711);
      const environment = [
        'PYTHONPATH',
        'PYTHONHOME',
        'PYTHONSTARTUP',
        'PYTHONINSPECT',
        'LD_PRELOAD',
        'LD_LIBRARY_PATH',
        'BASH_ENV',
      ];
      const set = environment.map((name) => `${name}=${evil}`);
      const facts = requestOf({ access: 'read', sequences: [[{ verb: 'facts' }]] });
      expect(host.send(facts, ['env', '-C', evil, ...set]).answers).toMatchObject([[{ ok: true }]]);
      expect(existsSync(host.path('ran'))).toBe(false);
      for (const argv of [
        [host.installed, '-c', 'x'],
        [host.installed, host.path('shut')],
        ['/usr/bin/python3'],
        ['/bin/sh'],
      ]) {
        const [program = '', ...args] = host.asLogin('sudo', '-n', ...argv);
        expect(() => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })).toThrow(
          /password is required|not allowed/,
        );
      }
      const runs = [
        ['sh', '-c', 'id'],
        ['ovs-vsctl', 'add-br', 'x'],
        ['docker', 'ps', '--format', 'x'],
        ['ip', '-o', 'link', 'show', 'x'],
      ];
      expect(
        reasons(
          host.ask(
            'read',
            runs.map((argv) => ({ verb: 'run-reader', argv })),
          ),
        ),
      ).toEqual(['refused']);
    });

    test('are answered with a reason and change nothing where their shape is wrong', () => {
      const path = host.path('open/file');
      const wrong: unknown[] = [[], {}, null, 7, 'x', true, ['x'], { a: 1 }, '\ud800', 'x'.repeat(99_999), -1, 1.5];
      const fields = { ...swap(path), makeFolder: true, watchedFolder: true };
      const questions = Object.keys(fields).flatMap((field) => wrong.map((value) => ({ ...fields, [field]: value })));
      const known = ['invalid', 'refused', 'outside-limits', 'changed'];
      for (const answer of host.ask('write', [...questions, ...(wrong as object[])]))
        if (!answer.ok) expect(known).toContain(answer.reason);
      for (const body of [
        '[]',
        '7',
        '{"version":2}',
        '{"version":"2"}',
        '{"version":2.0}',
        '\u0000',
        '{"version":1e999}',
        '{"version":2,',
      ])
        expect(host.send(framed(body)).refused).toMatchObject({ reason: 'invalid' });
      expect(readFileSync(path, 'utf8')).toBe('x');
    });
  });
});

/** Read and write for one more user, as the kernel keeps it: version 2, then tag, rights and id of each entry (acl(5), linux/posix_acl_xattr.h). */
function aclFor(user: number): Buffer {
  const none = 0xffffffff;
  const entries = [[1, 6, none], [2, 6, user], [4, 4, none], [0x10, 6, none], [0x20, 0, none]] as const; // prettier-ignore
  const acl = Buffer.alloc(4 + 8 * entries.length);
  acl.writeUInt32LE(2);
  for (const [index, [tag, rights, id]] of entries.entries()) {
    acl.writeUInt16LE(tag, 4 + 8 * index);
    acl.writeUInt16LE(rights, 6 + 8 * index);
    acl.writeUInt32LE(id, 8 + 8 * index);
  }
  return acl;
}

const listAttributes = 'import os, sys; print(os.listxattr(sys.argv[1]))';

function setAttribute(path: string, name: string, value: Buffer): void {
  const set = 'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))';
  execFileSync('/usr/bin/python3', ['-c', set, path, name, value.toString('hex')]);
}

/** The contract of every `Host`: this machine itself, and one behind a real sshd. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chownSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenHost } from '../../adapters/host/host-pool';
import { valueOf, type HostFile, type HostWrite, type Outcome } from '../../lib/hosts/host';
import { base64, refused, sha256, swap } from '../support/host-words';
import { guardContract } from './host-guard-suite';

/** Names in any script, bytes that are no UTF-8, quotes and line breaks. */
const oddNames = ['Grüße 😀', `it's "a" $(b) \`c\` !d \\e`, 'two\nlines', '\u0001', 'bytes \udcff\udc80'];

/** Paths below its folder that the suite writes. Each is an entry of the limits. */
const written = [
  ...['', 'large', 'kept', 'link', 'often', 'new', 'names/', 'shared/', 'shared/0/x'],
  ...oddNames.map((name) => `names/${name}`),
  ...Array.from({ length: 6 }, (_, index) => `shared/${index}`),
];

/** @param open a host that works as root on this machine, and may write at least these paths and folders */
export function fileContract(name: string, open: (writable: readonly string[]) => Promise<OpenHost>): void {
  describe(`Host, files: ${name}`, () => {
    let host: OpenHost;
    let folder: string;
    beforeAll(async () => {
      folder = mkdtempSync('/tmp/stackward-host-');
      host = await open(writable());
    });
    afterAll(async () => {
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const writable = (): string[] => written.map((path) => `${folder}/${path}`);
    const write = async (...sequence: HostWrite[]): Promise<readonly Outcome<object>[]> =>
      (await host.write([sequence]))[0] ?? [];
    const readFile = async (path: string): Promise<HostFile> => {
      const [outcome] = await host.read([{ verb: 'read-file', path }]);
      return valueOf(outcome);
    };
    test('reads and writes files whose names are in any script, no UTF-8, or hold quotes and line breaks', async () => {
      const names = oddNames;
      for (const content of ['é', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))]) {
        const paths = names.map((name) => join(folder, 'names', name));
        const made = await write(
          ...paths.map((path) => ({ ...swap(path, null, content), makeFolder: true }) as HostWrite),
        );
        expect(made).toMatchObject(
          paths.map((path) => ({ ok: true, value: { sha256: sha256(content), realPath: path } })),
        );
        const read = await host.read(paths.map((path) => ({ verb: 'read-file', path }) as const));
        expect(read).toMatchObject(paths.map(() => ({ ok: true, value: { exists: true, content: base64(content) } })));
        const [listed] = await host.read([{ verb: 'list-folder', path: join(folder, 'names') }]);
        const sorted = [...names].sort((a, b) => Buffer.compare(onDisk(a), onDisk(b)));
        expect(valueOf(listed).entries).toEqual(sorted.map((name) => ({ name: name, kind: 'file' })));
        const raw = readdirSync(join(folder, 'names'), { encoding: 'buffer' });
        expect(raw.sort(Buffer.compare)).toEqual(sorted.map(onDisk));
        rmSync(join(folder, 'names'), { recursive: true });
      }
    });

    test('restores exceptions at boot from fixed paths alone, and refuses a state folder that a unit or a shell would read otherwise', async () => {
      const boot = (stateFolder: string) => ({ verb: 'boot-files', stateFolder }) as const;
      const [found] = await host.read([boot(folder)]);
      expect(valueOf(found).files.map(({ path }) => path)).toEqual([
        `${folder}/restore-at-boot`,
        '/usr/local/lib/stackward/restore-at-boot.py',
        '/etc/systemd/system/stackward-restore.service',
        '/etc/systemd/system/multi-user.target.d/stackward.conf',
        '/etc/init/stackward-restore.conf',
      ]);
      const strange = ["'; true", ' b', '/%h', '/$HOME', '\\n', '/..', '/.', '/', '"', '`id`', 'é', '\n'];
      const folders = [...strange.map((end) => `${folder}${end}`), 'relative', ''];
      const swapped = { verb: 'swap-boot-files', wanted: true, expect: '0'.repeat(64) } as const;
      expect(await host.read(folders.map(boot))).toEqual(
        folders.map(() =>
          refused('invalid', 'UnrecoverableError', '"stateFolder" must be an absolute path of letters'),
        ),
      );
      expect(await host.write(folders.map((stateFolder) => [{ ...swapped, stateFolder }]))).toMatchObject(
        folders.map(() => [{ ok: false, reason: 'invalid' }]),
      );
    });

    test('takes one MiB there and back', async () => {
      const path = join(folder, 'large');
      const content = randomBytes(1 << 20);
      expect(await write(swap(path, null, content))).toMatchObject([{ ok: true }]);
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(await readFile(path)).toMatchObject({ content: base64(content) });
    });

    test('answers a missing file with a value, and one failed question stops no other', async () => {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      expect(
        await host.read([
          { verb: 'read-file', path: join(folder, 'missing') },
          { verb: 'list-folder', path: join(folder, 'missing') },
          { verb: 'list-folder', path: join(folder, 'pipe', 'missing') },
          { verb: 'list-folder', path: join(folder, 'pipe') },
          { verb: 'read-file', path: folder },
          { verb: 'read-file', path: join(folder, 'pipe') },
          { verb: 'read-file', path: 'relative' },
          { verb: 'facts' },
        ]),
      ).toMatchObject([
        { ok: true, value: { exists: false } },
        { ok: true, value: { exists: false, entries: [] } },
        { ok: true, value: { exists: false, entries: [] } },
        refused('not-a-folder', 'Blocked', `${join(folder, 'pipe')} is no folder`),
        refused('not-a-file', 'Blocked', `${folder} is no regular file`),
        refused('not-a-file', 'Blocked', 'is no regular file'),
        refused('invalid', 'UnrecoverableError', '"path" must be an absolute path'),
        { ok: true, value: { uid: 0, version: 5 } },
      ]);
      expect(await host.read([])).toEqual([]);
    });

    test('keeps mode, owner, group and attributes in a swap, and makes the mtime grow', async () => {
      const path = join(folder, 'kept');
      writeFileSync(path, 'before');
      chownSync(path, 12_345, 23_456);
      chmodSync(path, 0o640);
      setAttribute(path, 'user.note', 'hé');
      // In the future, and at a fraction of a second: a clock that was set back.
      const future = Math.floor(Date.now() / 1000) + 1000.75;
      utimesSync(path, future, future);
      symlinkSync(path, join(folder, 'link'));
      const before = await readFile(join(folder, 'link'));
      expect(before).toMatchObject({
        realPath: path,
        owner: '12345',
        group: '23456',
        mode: 0o640,
        sha256: sha256('before'),
        links: 1,
        xattrs: { 'user.note': base64('hé') },
        mtimeSeconds: future,
      });
      expect(await write(swap(join(folder, 'link'), 'before', 'after'))).toMatchObject([{ ok: true }]);
      const after = await readFile(path);
      if (!before.exists || !after.exists) throw new Error('it is gone');
      expect(after.mtimeSeconds).toBeGreaterThan(before.mtimeSeconds);
      expect(after).toEqual({
        ...before,
        mtimeSeconds: after.mtimeSeconds,
        content: base64('after'),
        sha256: sha256('after'),
      });
      expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('after');
    });

    test('gives each of many swaps at once a later mtime than the one before', async () => {
      const path = join(folder, 'often');
      writeFileSync(path, '0');
      const outcomes = await write(...Array.from({ length: 30 }, (_, i) => swap(path, String(i), String(i + 1))));
      const times = outcomes.map((outcome) => (valueOf(outcome) as { mtimeSeconds: number }).mtimeSeconds);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(times[29]! - times[0]!).toBeLessThan(30);
    });

    test('gives a new file to root, with the mode that was asked for', async () => {
      const path = join(folder, 'new');
      await write({ ...swap(path, null, 'x'), mode: 0o600 } as HostWrite);
      expect(await readFile(path)).toMatchObject({ mode: 0o600, owner: 'root', group: 'root' });
    });

    test('lets many writers make one folder at once, and refuses a folder that is a file', async () => {
      const hosts = await Promise.all(Array.from({ length: 6 }, () => open(writable())));
      const own = join(folder, 'shared');
      const into = (path: string, host: OpenHost) =>
        host.write([[{ ...swap(path, null, 'x'), makeFolder: true } as HostWrite]]);
      const all = await Promise.all(hosts.map((host, index) => into(join(own, String(index)), host)));
      await Promise.all(hosts.map((host) => host.close()));
      expect(all).toMatchObject(hosts.map(() => [[{ ok: true }]]));
      expect(readdirSync(own)).toHaveLength(6);
      expect(await into(join(own, '0', 'x'), host)).toMatchObject([[{ ok: false }]]);
      expect(readFileSync(join(own, '0'), 'utf8')).toBe('x');
    });

    test.each([
      ['# This file is managed by Ansible; do not edit', ['Ansible']],
      ['# Ansible managed: policy.j2', ['Ansible']],
      ['# THIS FILE IS MANAGED BY PUPPET', ['Puppet']],
      ['# HEADER: This file was autogenerated at 2014-05-01 by puppet.', ['Puppet']],
      ['# nobody manages this puppet', []],
    ])('tells who manages a file: %s', async (header, managers) => {
      const path = join(folder, 'header');
      writeFileSync(path, `${header}\n{}\n`);
      expect(await readFile(path)).toMatchObject({ managers });
    });

    test('runs only whole command lines of its list as a reader', async () => {
      const run = (...argv: string[]) => ({ verb: 'run-reader', argv }) as const;
      const router = '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11';
      const [version, absent, ...others] = await host.read([
        run('iptables', '--version'),
        run('ip', 'netns', 'exec', `qrouter-${router}`, 'ip', '-s', '-o', 'link'),
        run('iptables', '--flush'),
        run('oslopolicy-policy-generator', '--namespace', 'neutron', '--output-file=/etc/passwd'),
        run('oslopolicy-policy-generator', '--namespace', '--config-file=x'),
        run('/tmp/iptables', '--version'),
        run('iptables', '--version\n'),
        ...['../../etc', 'qrouter-x', 'sw0-cnode01', `qdhcp-${router}`, `qrouter-${router}\n`].map((name) =>
          run('ip', 'netns', 'exec', name, 'ip', '-o', 'addr', 'show'),
        ),
        run('ip', 'netns', 'exec', `qrouter-${router}`, 'ip', 'addr', 'flush'),
        run('ip', 'netns', 'exec', `qrouter-${router}`, 'iptables-save', '-c', '-t', 'filter'),
        run('ip', 'netns', 'exec', `qrouter-${router}`, 'sh'),
      ]);
      expect(valueOf(version)).toMatchObject({ code: 0, stdout: expect.stringContaining('iptables v') as unknown });
      expect(valueOf(absent)).toMatchObject({
        stderr: expect.stringContaining(`qrouter-${router}`) as unknown,
      });
      for (const outcome of others)
        expect(outcome).toEqual({
          ...(refused('refused', 'UnrecoverableError', 'not among the command lines') as object),
          isUnknown: true,
        });
    });
  });
  guardContract(name, open);
}

/** Lone surrogates as the bytes that they stand for. */
const onDisk = (name: string): Buffer =>
  Buffer.concat(
    [...name].map((char) =>
      /[\udc80-\udcff]/u.test(char) ? Buffer.from([char.charCodeAt(0) - 0xdc00]) : Buffer.from(char),
    ),
  );

function setAttribute(path: string, name: string, value: string): void {
  execFileSync('/usr/bin/python3', [
    '-c',
    'import os,sys; os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())',
    path,
    name,
    value,
  ]);
}

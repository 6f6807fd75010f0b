/** What every `Host` does: this machine itself, and one behind a real sshd. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chownSync, linkSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenHost } from '../../adapters/host-pool';
import { fileHeader, protocolVersion, valueOf, type HostFile, type HostWrite, type Outcome } from '../../lib/host';

export const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');
export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
const text = (part: string): unknown => expect.stringContaining(part);
const refused = (reason: string, as: string, part: string): unknown => ({
  ok: false,
  reason,
  error: expect.objectContaining({ reason: as, message: text(part) }) as unknown,
});

/** @param open a host that works as root on this machine */
export function fileContract(name: string, open: () => Promise<OpenHost>): void {
  describe(`Host, files: ${name}`, () => {
    let host: OpenHost;
    let folder: string;
    let mounted: string;
    beforeAll(async () => {
      host = await open();
      folder = mkdtempSync('/tmp/stackward-host-');
      mounted = join(folder, 'mounted');
      mkdirSync(mounted);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mounted]);
    });
    afterAll(async () => {
      execFileSync('umount', [mounted]);
      await host.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const write = async (...sequence: HostWrite[]): Promise<readonly Outcome<object>[]> =>
      (await host.write([sequence]))[0] ?? [];
    const readFile = async (path: string): Promise<HostFile> => {
      const [outcome] = await host.read([{ verb: 'read-file', path }]);
      return valueOf(outcome);
    };
    const swap = (path: string, expected: string | Buffer | null, content: string | Buffer): HostWrite => ({
      ...{ verb: 'swap-file', path, content: base64(content) },
      expect: expected === null ? null : sha256(expected),
    });

    test('names in any script, bytes that are no UTF-8, quotes and line breaks', async () => {
      const names = ['Grüße 😀', `it's "a" $(b) \`c\` !d \\e`, 'two\nlines', '\u0001', 'bytes \udcff\udc80'];
      for (const content of ['é', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))]) {
        const paths = names.map((one) => join(folder, 'names', one));
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
        expect(valueOf(listed).entries).toEqual(sorted.map((one) => ({ name: one, kind: 'file' })));
        const raw = readdirSync(join(folder, 'names'), { encoding: 'buffer' });
        expect(raw.sort(Buffer.compare)).toEqual(sorted.map(onDisk));
        rmSync(join(folder, 'names'), { recursive: true });
      }
    });

    test('one MiB there and back', async () => {
      const path = join(folder, 'large');
      const content = randomBytes(1 << 20);
      expect(await write(swap(path, null, content))).toMatchObject([{ ok: true }]);
      expect(readFileSync(path).equals(content)).toBe(true);
      expect(await readFile(path)).toMatchObject({ content: base64(content) });
    });

    test('what is not there is a value, and one failure does not stop other questions', async () => {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      expect(
        await host.read([
          { verb: 'read-file', path: join(folder, 'missing') },
          { verb: 'list-folder', path: join(folder, 'missing') },
          { verb: 'read-file', path: folder },
          { verb: 'read-file', path: join(folder, 'pipe') },
          { verb: 'read-file', path: 'relative' },
          { verb: 'facts' },
        ]),
      ).toMatchObject([
        { ok: true, value: { exists: false } },
        { ok: true, value: { exists: false, entries: [] } },
        refused('not-a-file', 'Blocked', `${folder} is no regular file`),
        refused('not-a-file', 'Blocked', 'is no regular file'),
        refused('invalid', 'UnrecoverableError', 'must be absolute: relative'),
        { ok: true, value: { uid: 0, version: protocolVersion } },
      ]);
      expect(await host.read([])).toEqual([]);
    });

    test('a swap keeps mode, owner, group and attributes, and the mtime grows', async () => {
      const path = join(folder, 'kept');
      writeFileSync(path, 'before');
      chownSync(path, 12_345, 23_456);
      chmodSync(path, 0o2640);
      setAttribute(path, 'user.note', 'hé');
      // In the future, and at a fraction of a second: a clock that was set back.
      const future = Math.floor(Date.now() / 1000) + 1000.75;
      utimesSync(path, future, future);
      symlinkSync(path, join(folder, 'link'));
      const before = await readFile(join(folder, 'link'));
      expect(before).toMatchObject({
        ...{ realPath: path, owner: '12345', group: '23456', mode: 0o2640, sha256: sha256('before'), links: 1 },
        ...{ xattrs: { 'user.note': base64('hé') }, mtimeSeconds: future },
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

    test('each of many swaps at once has a later mtime than the one before', async () => {
      const path = join(folder, 'often');
      writeFileSync(path, '0');
      const outcomes = await write(...Array.from({ length: 30 }, (_, i) => swap(path, String(i), String(i + 1))));
      const times = outcomes.map((outcome) => (valueOf(outcome) as { mtimeSeconds: number }).mtimeSeconds);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(times[29]! - times[0]!).toBeLessThan(30);
    });

    test('a new file has the mode, owner and group asked for', async () => {
      const path = join(folder, 'new');
      const ids = { mode: 0o640, owner: 'nobody', group: 'daemon' };
      await write({ ...swap(path, null, 'x'), ...ids } as HostWrite);
      expect(await readFile(path)).toMatchObject(ids);
      const stranger = { ...swap(join(folder, 'newer'), null, 'x'), owner: 'no-such-user' } as HostWrite;
      expect(await write(stranger)).toEqual([
        refused('invalid', 'UnrecoverableError', 'knows nobody named no-such-user'),
      ]);
      expect(existsSync(join(folder, 'newer'))).toBe(false);
    });

    test('a file that is not as it was seen is left alone, and the rest of its sequence too', async () => {
      const path = join(folder, 'moved');
      const other = join(folder, 'other');
      writeFileSync(path, 'by hand');
      const [first, second] = await host.write([
        [swap(path, 'as seen', 'ours'), swap(join(folder, 'next'), null, 'x')],
        [swap(other, null, 'x')],
      ]);
      expect(first).toEqual([
        refused('changed', 'StalePlan', `${path} has other content than was seen; plan again`),
        refused('skipped', 'TransientError', 'what stood before it has failed'),
      ]);
      expect(second).toMatchObject([{ ok: true }]);
      expect(await write(swap(path, null, 'ours'))).toEqual([refused('changed', 'StalePlan', 'is there')]);
      expect(await write(swap(join(folder, 'next'), 'x', 'y'))).toEqual([
        refused('changed', 'StalePlan', 'is not there'),
      ]);
      expect(readFileSync(path, 'utf8')).toBe('by hand');
      expect(existsSync(join(folder, 'next'))).toBe(false);
    });

    test('hard links and mount points are not parted', async () => {
      const path = join(folder, 'linked');
      writeFileSync(path, 'one');
      linkSync(path, join(folder, 'linked too'));
      expect(await write(swap(path, 'one', 'two'))).toEqual([refused('hard-linked', 'Blocked', 'has 2 names')]);
      const bound = join(folder, 'bound');
      writeFileSync(bound, 'one');
      execFileSync('mount', ['--bind', bound, bound]);
      try {
        expect(await write(swap(bound, 'one', 'two'))).toEqual([
          refused('mount-point', 'Blocked', 'is mounted there by itself'),
        ]);
      } finally {
        execFileSync('umount', [bound]);
      }
      expect(readFileSync(bound, 'utf8') + readFileSync(path, 'utf8')).toBe('oneone');
    });

    test('only a file with our header is removed, as it was seen', async () => {
      const [ours, foreign] = [join(folder, 'ours'), join(folder, 'foreign')];
      const content = `# ${fileHeader('team-a')}\nx\n`;
      writeFileSync(ours, content);
      writeFileSync(foreign, 'x');
      const remove = (path: string, seen: string): HostWrite => ({ verb: 'remove-file', path, expect: sha256(seen) });
      expect(await write(remove(foreign, 'x'))).toEqual([refused('not-ours', 'Blocked', 'does not bear the words')]);
      expect(await write(remove(ours, 'x'))).toEqual([refused('changed', 'StalePlan', 'other content')]);
      expect(await write(remove(ours, content))).toEqual([{ ok: true, value: {} }]);
      expect([existsSync(ours), existsSync(foreign)]).toEqual([false, true]);
    });

    test('what a killed swap left is cleared away by the next; other dot files stay', async () => {
      const own = mkdtempSync(join(folder, 'left-'));
      for (const left of ['.stackward-0123456789abcdef', '.stackward-note']) writeFileSync(join(own, left), 'x');
      await write(swap(join(own, 'file'), null, 'x'));
      expect(readdirSync(own).sort()).toEqual(['.stackward-note', 'file']);
    });

    test('a full disk and a read-only file system: the file stays, nothing is left beside it', async () => {
      const path = join(mounted, 'policy.json');
      writeFileSync(path, '{}');
      expect(await write(swap(path, '{}', randomBytes(1 << 20)))).toEqual([
        refused('full', 'UnrecoverableError', 'free space on that file system; the file is as it was'),
      ]);
      execFileSync('mount', ['-o', 'remount,ro', mounted]);
      try {
        expect(await write(swap(path, '{}', 'x'))).toEqual([
          refused('read-only', 'UnrecoverableError', 'mount that file system writable'),
        ]);
      } finally {
        execFileSync('mount', ['-o', 'remount,rw', mounted]);
      }
      expect(readdirSync(mounted)).toEqual(['policy.json']);
      expect(readFileSync(path, 'utf8')).toBe('{}');
      expect(statSync(path).nlink).toBe(1);
    });

    test.each([
      ['# This file is managed by Ansible; do not edit', ['Ansible']],
      ['# Ansible managed: policy.j2', ['Ansible']],
      ['# THIS FILE IS MANAGED BY PUPPET', ['Puppet']],
      ['# HEADER: This file was autogenerated at 2014-05-01 by puppet.', ['Puppet']],
      ['# nobody manages this puppet', []],
    ])('who manages it: %s', async (header, managers) => {
      const path = join(folder, 'header');
      writeFileSync(path, `${header}\n{}\n`);
      expect(await readFile(path)).toMatchObject({ managers });
    });

    test('a reader runs whole command lines of its list, and no other', async () => {
      const run = (...argv: string[]) => ({ verb: 'run-reader', argv }) as const;
      const [version, ...others] = await host.read([
        run('iptables', '--version'),
        run('iptables', '--flush'),
        run('oslopolicy-policy-generator', '--namespace', 'neutron', '--output-file=/etc/passwd'),
        run('oslopolicy-policy-generator', '--namespace', '--config-file=x'),
        run('/tmp/iptables', '--version'),
        run('iptables', '--version\n'),
      ]);
      expect(valueOf(version)).toMatchObject({ code: 0, stdout: text('iptables v') });
      for (const outcome of others)
        expect(outcome).toEqual(refused('refused', 'UnrecoverableError', 'not among the command lines'));
    });
  });
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

/** Writes that every `Host` refuses, leaving the file as it was. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { OpenHost } from '../../adapters/host/host-pool';
import { fileHeader, type HostWrite, type Outcome } from '../../lib/hosts/host';
import { refused, sha256, swap } from '../support/host-words';

/** Paths below its folder that the suite writes. Each is an entry of the limits. */
const written = [
  ...['', 'same', 'moved', 'next', 'other', 'linked', 'bound', 'ours', 'foreign', 'left/', 'left/file'],
  ...['mounted/policy.json', 'immutable'],
];

/** @param open a host that works as root on this machine, and may write at least these paths and folders */
export function guardContract(name: string, open: (writable: readonly string[]) => Promise<OpenHost>): void {
  describe(`Host, what it refuses: ${name}`, () => {
    let host: OpenHost;
    let folder: string;
    let mounted: string;
    beforeAll(async () => {
      folder = mkdtempSync('/tmp/stackward-host-');
      host = await open(written.map((path) => `${folder}/${path}`));
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

    test('leaves a file that is not as it was seen alone, and skips the rest of its sequence', async () => {
      const path = join(folder, 'moved');
      const foreign = join(folder, 'other');
      writeFileSync(path, 'by hand');
      const [first, second] = await host.write([
        [swap(path, 'as seen', 'ours'), swap(join(folder, 'next'), null, 'x')],
        [swap(foreign, null, 'x')],
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

    test('does not part hard links or mount points', async () => {
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

    test("removes a file only if it has stackward's header and is as it was seen", async () => {
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

    test('clears away what a killed swap left, and leaves other dot files', async () => {
      const own = join(folder, 'left');
      mkdirSync(own);
      for (const left of ['.stackward-0123456789abcdef', '.stackward-note']) writeFileSync(join(own, left), 'x');
      await write(swap(join(own, 'file'), null, 'x'));
      expect(readdirSync(own).sort()).toEqual(['.stackward-note', 'file']);
    });

    test('leaves the file, and nothing beside it, where the disk is full or the file system read-only', async () => {
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

    test('names an immutable file itself, and not the one beside it', async () => {
      const path = join(folder, 'immutable');
      writeFileSync(path, 'x');
      execFileSync('chattr', ['+i', path]);
      try {
        const sentence = `swap-file failed: ${path}: Operation not permitted; see whether it is immutable (lsattr)`;
        expect(await write(swap(path, 'x', 'y'))).toEqual([refused('not-allowed', 'UnrecoverableError', sentence)]);
      } finally {
        execFileSync('chattr', ['-i', path]);
      }
      expect(readFileSync(path, 'utf8')).toBe('x');
      expect(readdirSync(folder).filter((name) => name.startsWith('.stackward-'))).toEqual([]);
    });
  });
}

/** `ifquery` of Debian's ifupdown, unpacked from its package and not installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepFolder } from './keep-folder';

const cache = join(tmpdir(), 'stackward-ifupdown-oracle');

/** The path of ifquery; undefined if apt can't download it, and then a message says so. CI leaves nothing out. */
export function findIfquery(): string | undefined {
  const path = join(cache, 'sbin/ifquery');
  if (existsSync(path)) return path;
  const making = mkdtempSync(join(tmpdir(), 'stackward-ifupdown-'));
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: making, encoding: 'utf8' });
  const loaded = run('apt-get', 'download', 'ifupdown');
  const [file] = readdirSync(making);
  if (loaded.status !== 0 || file === undefined) {
    rmSync(making, { recursive: true });
    if (process.env.CI) throw new Error(`ifupdown can't be downloaded: ${loaded.stderr}`);
    process.stdout.write(`skipped, comparison with ifquery: ${loaded.stderr}\n`);
    return undefined;
  }
  mkdirSync(join(making, 'root'));
  execFileSync('dpkg-deb', ['-x', join(making, file), join(making, 'root')]);
  keepFolder(join(making, 'root'), cache);
  rmSync(making, { recursive: true, force: true });
  return path;
}

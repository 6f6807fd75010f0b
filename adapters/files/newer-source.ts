/** Finds code that was changed after it was synthesized. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const isSource = (name: string): boolean => /\.[cm]?[jt]sx?$|^cdktf\.json$/.test(name);
const isLeftOut = (name: string): boolean => name === 'node_modules' || name.startsWith('.') || name.endsWith('.out');
const mostEntries = 50_000;

/**
 * A file of code below the folder that was written after `made`; undefined if there is none, or `made` isn't there.
 */
export function findNewerSource(folder: string, made: string): string | undefined {
  const time = statSync(made, { throwIfNoEntry: false })?.mtimeMs;
  if (time === undefined) return undefined;
  const open = [''];
  let seen = 0;
  for (let below = open.pop(); below !== undefined && seen < mostEntries; below = open.pop())
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      seen++;
      const path = join(below, entry.name);
      if (entry.isDirectory() && !isLeftOut(entry.name)) open.push(path);
      else if (entry.isFile() && isSource(entry.name) && statSync(join(folder, path)).mtimeMs > time) return path;
    }
  return undefined;
}

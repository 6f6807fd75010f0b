/** The commit of a folder, by git. */
import { execFile } from 'node:child_process';

export interface Commit {
  readonly id: string;
  /** True if a tracked file differs from the commit. */
  readonly hasChanges: boolean;
}

const limitMs = 10_000;

/** Undefined outside of a repository, and where there is no git. */
export async function commitOf(folder: string): Promise<Commit | undefined> {
  const id = await git(folder, 'rev-parse', '--verify', 'HEAD');
  if (id === undefined || !/^[0-9a-f]{40,64}$/.test(id.trim())) return undefined;
  const changes = await git(folder, 'status', '--porcelain', '--untracked-files=no');
  return { id: id.trim(), hasChanges: changes === undefined || changes.trim() !== '' };
}

const git = (cwd: string, ...args: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile('git', args, { cwd, timeout: limitMs }, (error, stdout) => resolve(error === null ? stdout : undefined));
  });

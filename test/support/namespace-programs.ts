/** The programs that run in a network namespace of a test. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Program {
  readonly pid: number;
  readonly name: string;
  readonly uid: string;
  readonly argv: readonly string[];
}

export const programsIn = (namespace: string): readonly Program[] =>
  execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
    .split('\n')
    .flatMap((pid) => {
      if (pid === '') return [];
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const field = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return [{ pid: Number(pid), name: field('Name'), uid: field('Uid'), argv }];
      } catch {
        return []; // It has ended meanwhile.
      }
    });

export async function comesTrue(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
}

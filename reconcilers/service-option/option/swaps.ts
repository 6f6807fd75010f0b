/**
 * Swaps the files of jobs in one request. The files of one job are swapped all or none: if a later file can't be
 * swapped, a second request swaps the earlier ones back.
 */
import { StackwardError, TransientError } from '../../../lib/basics/errors';
import { sha256 } from '../../../lib/basics/sha256';
import type { Host, HostWrite } from '../../../lib/hosts/host';
import type { Job } from '../model';

export interface FileSwap {
  readonly path: string;
  readonly jobs: readonly Job[];
  /** These have to succeed before any file of the jobs is swapped. */
  readonly checks: readonly HostWrite[];
  readonly write: HostWrite;
  /** The texts before and after the write. Absent if each job changes this file alone, so no way back is needed. */
  readonly texts?: { readonly before: string; readonly after: string };
}

export interface Swapped {
  readonly failed: ReadonlyMap<Job, StackwardError>;
  /** The failed jobs of which a file is changed, or may be. */
  readonly halfDone: ReadonlySet<Job>;
}

export async function swapFiles(host: Host, swaps: readonly FileSwap[]): Promise<Swapped> {
  const groups = groupsOf(swaps);
  const sequences = groups.map((group) => [...checksOf(group), ...group.map(({ write }) => write)]);
  const answers = groups.length === 0 ? [] : await host.write(sequences);
  const failed = new Map<Job, StackwardError>();
  const halfDone = new Set<Job>();
  for (const [index, group] of groups.entries()) {
    const outcomes = answers[index] ?? [];
    const bad = outcomes.findIndex(({ ok }) => !ok);
    if (outcomes.length > 0 && bad < 0) continue;
    const outcome = outcomes[bad];
    const error = outcome?.ok === false ? outcome.error : noAnswer;
    const done = group.slice(0, Math.max(0, bad - checksOf(group).length));
    const left = await swapBack(host, done);
    for (const job of group.flatMap(({ jobs }) => jobs)) {
      failed.set(job, left === undefined ? error : new StackwardError(error.reason, `${error.message}; ${left}`));
      if (left !== undefined || outcomes.length === 0) halfDone.add(job);
    }
  }
  return { failed, halfDone };
}

const noAnswer = new TransientError('the host gave no answer to it; plan again to see what is done');

const checksOf = (group: readonly FileSwap[]): readonly HostWrite[] => group.flatMap(({ checks }) => checks);

/** Puts swaps that share a job, directly or through others, into one group. */
function groupsOf(swaps: readonly FileSwap[]): readonly (readonly FileSwap[])[] {
  let groups: FileSwap[][] = [];
  for (const swap of swaps) {
    const isBeside = (group: readonly FileSwap[]): boolean =>
      group.some(({ jobs }) => jobs.some((job) => swap.jobs.includes(job)));
    const beside = groups.filter(isBeside);
    groups = [...groups.filter((group) => !beside.includes(group)), [...beside.flat(), swap]];
  }
  return groups;
}

/** @returns what to add to the error if a file stays changed */
async function swapBack(host: Host, done: readonly FileSwap[]): Promise<string | undefined> {
  const ways = done.flatMap(({ path, texts }) => (texts === undefined ? [] : [{ path, write: backOf(path, texts) }]));
  const answers = ways.length === 0 ? [] : await host.write(ways.map(({ write }) => [write]));
  const left = ways.flatMap(({ path }, index) => {
    const [outcome] = answers[index] ?? [];
    if (outcome?.ok === true) return [];
    const why = outcome === undefined ? 'the host gave no answer' : outcome.error.message;
    return [`${path} is changed already, and could not be changed back (${why})`];
  });
  return left.length === 0 ? undefined : `${left.join('; ')}; apply again`;
}

const backOf = (path: string, { before, after }: NonNullable<FileSwap['texts']>): HostWrite => ({
  verb: 'swap-file',
  path,
  expect: sha256(after),
  content: Buffer.from(before).toString('base64'),
});

/** Writes several things on one host in one request, and tells which of them failed. */
import { TransientError, type StackwardError } from '../basics/errors';
import type { Host, HostWrite } from './host';

/** Writes in their order, and the things for which they are done. */
export interface Work<Thing> {
  readonly sequence: readonly HostWrite[];
  readonly things: readonly Thing[];
}

/** Returns the error of each thing whose sequence failed. A sequence stops at its first failed write. */
export async function writeAll<Thing>(
  host: Host,
  works: readonly Work<Thing>[],
): Promise<ReadonlyMap<Thing, StackwardError>> {
  const open = works.filter(({ sequence }) => sequence.length > 0);
  const answers = open.length === 0 ? [] : await host.write(open.map(({ sequence }) => sequence));
  const failed = new Map<Thing, StackwardError>();
  for (const [index, { things }] of open.entries()) {
    const outcomes = answers[index] ?? [];
    const bad = outcomes.find((outcome) => !outcome.ok);
    const error =
      outcomes.length === 0
        ? new TransientError('the host gave no answer to it; plan again to see what is done')
        : bad?.error;
    if (error !== undefined) for (const thing of things) failed.set(thing, error);
  }
  return failed;
}

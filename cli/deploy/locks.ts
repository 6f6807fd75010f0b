import { isDeepStrictEqual } from 'node:util';
import { ThingLock } from '../../adapters/files/thing-lock';
import { thisProcess } from '../../adapters/process/running-process';
import type { SynthesizedStack } from '../../adapters/terraform/app';
import { Refused } from '../../lib/basics/errors';

/** The locks of a deploy. A stack's state has one lock, whichever cloud the stack is for. */
export const lockOf = ({
  name,
}: Pick<SynthesizedStack, 'name'>): { readonly cloud: string; readonly thing: string } => ({
  cloud: '',
  thing: `stack ${name}`,
});

/**
 * A deploy calls this before each half. If this machine slept, the deploy seems to have ended, and another run may have
 * taken its lock.
 * @throws Refused if this process no longer has the lock of the stack
 */
export function refuseLost(journal: string, stack: string): void {
  const holder = ThingLock.holder(journal, lockOf({ name: stack }));
  if (isDeepStrictEqual(holder?.by, thisProcess())) return;
  throw new Refused(
    'its lock is lost, so another run may be at work on it; look at `stackward runs`, then run it again',
    {
      where: `stack ${stack}`,
    },
  );
}

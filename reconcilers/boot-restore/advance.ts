/** What a host has for its boot once these steps are done. Pure. */
import type { BootRestoreStep } from './diff';
import type { BootRestoreObserved } from './observe';

/** `seen` is the host's own digest and stays: a later step has nothing left to write, and is refused if somebody made it so. */
export function advance(observed: BootRestoreObserved, applied: readonly BootRestoreStep[]): BootRestoreObserved {
  if (applied.length === 0) return observed;
  const wanted = applied.some((step) => step.wanted);
  const files = observed.boot.files.map((file) => {
    const now = wanted ? file.right : file.isOurs ? null : file.now;
    return { ...file, now, isOurs: wanted ? now !== null : false };
  });
  return { ...observed, boot: { ...observed.boot, files } };
}

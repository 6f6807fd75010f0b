/** The unit of a host after these steps. Pure. */
import type { BootRestoreStep } from './diff';
import type { BootRestoreObserved } from './observe';

/**
 * The files of the unit after these steps. A file that somebody else made stays, although the plan wants no file there.
 * `seen` stays as the host computed it, so the host refuses a later step that still has something to write.
 */
export function advance(observed: BootRestoreObserved, applied: readonly BootRestoreStep[]): BootRestoreObserved {
  if (applied.length === 0) return observed;
  const wanted = applied.some((step) => step.wanted);
  const files = observed.boot.files.map((file) => {
    const left = file.isOurs ? null : file.now;
    return { ...file, now: wanted ? (file.right ?? left) : left, isOurs: wanted && file.right !== null };
  });
  return { ...observed, boot: { ...observed.boot, files } };
}

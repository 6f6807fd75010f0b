/** The unit of a host after these steps. Pure. */
import type { BootRestoreStep } from './diff';
import type { BootRestoreObserved } from './observe';

/**
 * `seen` is the host's own digest and stays. A later step then has nothing left to write, and is refused if somebody
 * else made the change.
 */
export function advance(observed: BootRestoreObserved, applied: readonly BootRestoreStep[]): BootRestoreObserved {
  if (applied.length === 0) return observed;
  const wanted = applied.some((step) => step.wanted);
  const files = observed.boot.files.map((file) => {
    const now = wanted ? file.right : file.isOurs ? null : file.now;
    return { ...file, now, isOurs: wanted ? now !== null : false };
  });
  return { ...observed, boot: { ...observed.boot, files } };
}

/** The files that a step makes or removes. Pure. */
import type { Effect } from '../../lib/contract/reconciler';
import type { BootRestoreStep } from './diff';
import type { BootRestoreObserved } from './observe';

/** The host program holds the text of each file, so the path and the text's digest name it. */
export function effect({ wanted }: BootRestoreStep, { boot }: BootRestoreObserved): Effect[] {
  const lines = boot.files.flatMap(({ path, isOurs, now, right }): string[] => {
    const after = wanted ? right : null;
    if (after === null) return now !== null && isOurs ? [`remove ${path}`] : [];
    if (now?.sha256 === after.sha256) return [];
    return [`${now === null ? 'make' : 'replace'} ${path} (sha256 ${after.sha256})`];
  });
  return lines.length === 0 ? [] : [{ language: 'text', lines }];
}

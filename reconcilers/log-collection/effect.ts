/** The files of a step as they become, and the command that makes rsyslog read them. Pure. */
import { lineDiff } from '../../lib/basics/line-diff';
import type { Effect } from '../../lib/contract/reconciler';
import { isNothing, type LogsObserved, type LogStep } from './model';

/** The host program holds every word of these files, and tells them (docs/adr/0018-log-collection.md). */
export function effect({ files, after }: LogStep, { restart, texts: all }: LogsObserved): Effect[] {
  const texts = all.get(files.seen + files.path);
  const shown: Effect[] =
    texts === undefined
      ? [{ language: 'text', lines: [untold(isNothing(after) ? 'removed' : 'written', files.files)] }]
      : texts.map(({ path, now, right }) => ({
          language: 'diff',
          lines: lineDiff(path, now ?? undefined, right ?? undefined),
        }));
  return [...shown, { language: 'text', lines: [restart] }];
}

const untold = (done: string, paths: readonly string[]): string =>
  `# ${paths.join(', ')}: ${done}; the host program there is older and does not tell the text: install the one of this release (docs/hosts.md)`;

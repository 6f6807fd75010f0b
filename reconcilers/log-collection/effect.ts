/** The files of a step as they become, and the command that makes rsyslog read them. Pure. */
import { lineDiff } from '../../lib/basics/line-diff';
import type { Effect } from '../../lib/contract/reconciler';
import { isNothing, textsKey, type LogsObserved, type LogStep } from './model';

const moved = 'they changed while they were read; plan again';

/** The host program holds every word of these files, and tells them (docs/adr/0018-log-collection.md). */
export function effect({ files, after }: LogStep, { restart, texts: all }: LogsObserved): Effect[] {
  const texts = typeof all === 'string' ? all : (all.get(textsKey(files)) ?? moved);
  const done = isNothing(after) ? 'removed' : 'written';
  const shown: Effect[] =
    typeof texts === 'string'
      ? [{ language: 'text', lines: [`# ${files.files.join(', ')}: ${done}; ${texts}`] }]
      : texts.map(({ path, now, right }) => ({
          language: 'diff',
          lines: lineDiff(path, now ?? undefined, right ?? undefined),
        }));
  return [...shown, { language: 'text', lines: [restart] }];
}

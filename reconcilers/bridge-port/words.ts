/** The words of a plan for flags and their entries in records. Pure. */
import { defined } from '../../lib/basics/defined';
import type { Change } from '../../lib/contract/reconciler';
import type { FlagName, RecordEntry } from './spec';
import type { FlagAim } from './model';

const word = (value: boolean): 'on' | 'off' => (value ? 'on' : 'off');

export function changesOf(aims: readonly FlagAim[]): Change[] {
  return aims.map(({ device, flag, set, before, after }) => {
    const attribute = `${flag} of ${device}`;
    if (set) return { attribute, before: word(set.expect), after: word(set.value) };
    const record = (entry: RecordEntry | undefined) =>
      entry && { text: `${word(entry.written)}, was ${word(entry.before)}, for ${entry.path}` };
    const [was, becomes] = [record(before), record(after)];
    return {
      attribute: `record of ${attribute}`,
      ...defined({ before: was?.text, after: becomes?.text }),
    };
  });
}

/** The effect of a flag, unless every bridge behaves so by default. */
const meaning: Readonly<Record<FlagName, Readonly<Record<'on' | 'off', string | undefined>>>> = {
  hairpin: {
    on: 'the guest gets its own frames back, broadcasts and multicasts too; with IPv6, its duplicate address detection may then find itself',
    off: undefined,
  },
  learning: { on: undefined, off: 'the bridge does not remember addresses behind the port' },
  flood: { on: undefined, off: 'frames to addresses that the bridge does not know do not reach the port' },
};

export function notesOf(aims: readonly FlagAim[]): string[] {
  const means = aims.flatMap(({ flag, set }) => (set ? (meaning[flag][word(set.value)] ?? []) : []));
  return [...new Set(means)];
}

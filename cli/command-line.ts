/** Commands as a person can paste them into a shell. */
import type { ApplyOptions, RollbackOptions, SelectionOptions } from './options';

const quote = (word: string): string => (/^[\w./:@=+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

type GivenOptions = SelectionOptions & Partial<Pick<ApplyOptions & RollbackOptions, 'manifest' | 'journal' | 'configuredJournal' | 'again' | 'fromElsewhere'>>; // prettier-ignore

/**
 * The options of this run that say what it reads and which resources it is about. Options about the output are left
 * out.
 */
export const givenOptions = (options: GivenOptions): string[] => {
  const {
    config,
    manifest = [],
    stack,
    kind,
    target,
    journal = 'runs',
    configuredJournal,
    fromElsewhere,
    again,
  } = options;
  const each = (option: string, values: readonly string[]): string[] => values.flatMap((value) => [option, value]);
  return [
    ...each('--config', config === undefined ? [] : [config]),
    ...each('--manifest', manifest),
    ...each('--stack', stack),
    ...each('--kind', kind),
    ...each('--target', target),
    ...each('--journal', journal === 'runs' || configuredJournal !== undefined ? [] : [journal]),
    ...(fromElsewhere === true ? ['--from-elsewhere'] : []),
    ...(again === true ? ['--again'] : []),
  ];
};

export const commandLine = (words: readonly string[]): string => ['stackward', ...words.map(quote)].join(' ');

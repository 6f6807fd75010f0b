/** The options of a run, as the commands that it recommends repeat them. */
import type { ApplyOptions, RollbackOptions, SelectionOptions } from './options';

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

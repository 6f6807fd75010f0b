/** Commands as a person can paste them into a shell. */
import type { Options } from './run';

const quote = (word: string): string => (/^[\w./:@=+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** Of this run: what it reads, and what it is about; without how it answers. */
export const givenOptions = (options: Options): string[] => [
  ...givenInputs(options),
  ...(options.fromElsewhere === true ? ['--from-elsewhere'] : []),
  ...(options.again === true ? ['--again'] : []),
];

const givenInputs = ({ config, manifest = [], stack, kind, target, journal = 'runs' }: Options): string[] => [
  ...(config === undefined ? [] : ['--config', config]),
  ...manifest.flatMap((one) => ['--manifest', one]),
  ...stack.flatMap((one) => ['--stack', one]),
  ...kind.flatMap((one) => ['--kind', one]),
  ...target.flatMap((one) => ['--target', one]),
  ...(journal === 'runs' ? [] : ['--journal', journal]),
];

export const commandLine = (words: readonly string[]): string => ['stackward', ...words.map(quote)].join(' ');

/** Lists the words that a shell can complete, read from the program itself. Pure. */
import type { Command, Option } from 'commander';
import { pathOf } from '../examples';

export interface Completable {
  /** `''`, `doctor` or `doctor preflight`. */
  readonly path: string;
  readonly about: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly CompletableOption[];
  /** Words that may stand as an argument. */
  readonly words: readonly string[];
  /** True if an argument is a file or a folder. */
  readonly takesFile: boolean;
}

export interface CompletableOption {
  /** `--out` */
  readonly name: string;
  readonly about: string;
  /** The word that may follow the option: none, a file, one of these words, or a word that nobody knows. */
  readonly value: 'none' | 'file' | 'other' | readonly string[];
}

/** Words that the program has no list of. */
export interface KnownWords {
  /** Path of a command, such as `run` → what may be its argument. */
  readonly arguments: Readonly<Record<string, readonly string[]>>;
  /** Name of an option, such as `--kind` → what may be its value. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

const files = /<(file|folder)>|\[(plan|bundle)\]/;

export function completablesOf(command: Command, known: KnownWords): readonly Completable[] {
  const path = pathOf(command);
  const own: Completable = {
    path,
    about: lineOf(command.description()),
    commands: command.commands.map((each) => ({ name: each.name(), about: lineOf(each.description()) })),
    options: [...command.options.map((option) => optionOf(option, known)), help],
    words: known.arguments[path] ?? [],
    takesFile: files.test(command.usage()),
  };
  return [own, ...command.commands.flatMap((each) => completablesOf(each, known))];
}

const help: CompletableOption = { name: '--help', about: 'show what this command does', value: 'none' };

function optionOf(
  { long, flags, description, required, optional, argChoices }: Option,
  known: KnownWords,
): CompletableOption {
  const name = long ?? flags;
  const words = argChoices ?? known.values[name];
  const value = !required && !optional ? 'none' : (words ?? (files.test(flags) ? 'file' : 'other'));
  return { name, about: lineOf(description), value };
}

const lineOf = (text: string): string => text.split('\n', 1)[0] ?? '';

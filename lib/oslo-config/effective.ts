/**
 * Finds which of an option's values a service uses, over everything that it reads (cfg.py,
 * `_Namespace._get_file_value`, `_do_get`).
 */
import type { OsloEra, Python } from './era';
import { sectionKey, type Entry, type OsloFile } from './file';

export interface OptionName {
  readonly section: string;
  readonly name: string;
}

export interface OsloOption extends OptionName {
  /** Former names, in the order in which the service registers them. */
  readonly former?: readonly OptionName[];
  /** MultiStr: each line adds a value. */
  readonly multiple?: boolean;
  /** Its service registers it as a secret, whatever its name. */
  readonly secret?: boolean;
}

export interface OsloConfig {
  /** In reading order, as on the command line: the `--config-file`s, and each `--config-dir`'s `*.conf` by name. */
  readonly files: readonly OsloFile[];
  /** The environment of the service's process. */
  readonly environment: ReadonlyMap<string, string>;
  readonly era: OsloEra;
}

/** `by`: the name by which the option is set there; may be a former name. */
export type Setting =
  | {
      readonly from: 'file';
      readonly value: string;
      readonly file: OsloFile;
      readonly entry: Entry;
      readonly by: OptionName;
    }
  | { readonly from: 'environment'; readonly value: string; readonly variable: string };

export interface Effective {
  /**
   * The values before references are followed. [] if nothing sets the option; at most one value unless the option is
   * `multiple`.
   */
  readonly values: readonly Setting[];
  /** Settings that another setting overrides, the strongest first. */
  readonly shadowed: readonly Setting[];
}

export function effective(option: OsloOption, config: OsloConfig): Effective {
  const inFiles = config.files.map((file) => settingsOf(option, file));
  const variable = `OS_${option.section.toUpperCase()}__${option.name.toUpperCase()}`;
  const value = config.era.environment ? config.environment.get(variable) : undefined;
  const fromFiles = option.multiple
    ? { values: inFiles.flatMap((names) => names.toReversed().flat()), shadowed: [] }
    : strongest(inFiles.toReversed().flatMap((names) => names.flatMap((settings) => settings.toReversed())));
  if (value === undefined) return fromFiles;
  const all = option.multiple ? fromFiles.values.toReversed() : [...fromFiles.values, ...fromFiles.shadowed];
  return { values: [{ from: 'environment', value, variable }], shadowed: all };
}

const strongest = ([first, ...rest]: readonly Setting[]): Effective => ({
  values: first ? [first] : [],
  shadowed: rest,
});

/** For each name of the option, the present one first, the values that this file sets by that name. */
function settingsOf({ former = [], ...present }: OsloOption, file: OsloFile): readonly (readonly Setting[])[] {
  const keyOf = (name: OptionName): string => settingKey(name, file.python);
  const names = new Map([present, ...former].reverse().map((name) => [keyOf(name), name]));
  const found = new Map([...names.keys()].reverse().map((key): [string, Setting[]] => [key, []]));
  for (const entry of file.entries) {
    const key = keyOf(entry);
    const by = names.get(key);
    if (by) found.get(key)?.push({ from: 'file', value: entry.value, file, entry, by });
  }
  return [...found.values()];
}

/** The same text for every spelling of a name that oslo.config takes for the same name. */
export const settingKey = ({ section, name }: OptionName, python: Python): string =>
  `${sectionKey(section, python)}\n${name}`;

/** The keys of all names, present and former. */
export const optionKeys = ({ former = [], ...present }: OsloOption, python: Python): readonly string[] =>
  [present, ...former].map((name) => settingKey(name, python));

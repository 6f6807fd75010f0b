/**
 * Sets or removes one option: in the line that the service uses now, or in a new line that the service will use.
 *
 * Pure. The outcome is parsed again before the caller gets it: the service then reads the wanted values, and every
 * other option of every file is unchanged. A refusal names the place of the obstacle and never a value, because a value
 * may be a secret.
 */
import { effective, optionKeys, settingKey, type OsloConfig, type OsloOption, type Setting } from './effective';
import { parseOsloFile, type OsloFile } from './file';
import { alignValues, maxCompared } from './align';
import { literalOf } from './references';
import {
  addBeside,
  addToSection,
  applyChanges,
  hasSection,
  removeEntry,
  replaceValue,
  unwritable,
  type Change,
} from './write';

export interface WantedOption {
  readonly option: OsloOption;
  /**
   * The exact values that the service is to read; a `$` in them is no reference. [] removes the option from every file.
   */
  readonly values: readonly string[];
}

export interface EditRights {
  mayEdit(path: string): boolean;
  /**
   * All options that the service registers. If two options share a former name, a line with that name stays as it is.
   */
  readonly registered?: readonly OsloOption[];
}

export type Edit =
  | { readonly is: 'unchanged' }
  /** Texts of the changed files by path. */
  | { readonly is: 'edited'; readonly texts: ReadonlyMap<string, string> }
  | { readonly is: 'refused'; readonly why: string };

type FileSetting = Setting & { readonly from: 'file' };

class Refusal extends Error {}

export function editOption(wanted: WantedOption, config: OsloConfig, rights: EditRights): Edit {
  try {
    refuseUnwritable(wanted);
    const fault = config.files.flatMap(({ faults }) => faults)[0];
    if (fault) throw new Refusal(`${fault.path}:${fault.line}:${fault.column}: ${fault.message}; then edit again`);
    if (isAsWanted(wanted, config)) return { is: 'unchanged' };
    const changes = new Editor(wanted.option, config, rights).changesTo(wanted.values);
    const edited = withChanges(config, changes);
    refuseOtherwise(wanted, config, edited);
    const changed = edited.files.filter((file, index) => file.text !== config.files[index]?.text);
    return { is: 'edited', texts: new Map(changed.map(({ path, text }) => [path, text])) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { is: 'refused', why: error.message };
  }
}

function refuseUnwritable({ option, values }: WantedOption): void {
  if (!option.multiple && values.length > 1)
    throw new Refusal(`[${option.section}] ${option.name} takes one value, and ${values.length} were asked for`);
  const why = values.map(unwritable).find((each) => each !== undefined);
  if (why !== undefined) throw new Refusal(`[${option.section}] ${option.name} can't be written: ${why}`);
}

/** True if the service reads exactly these values. */
export function isAsWanted({ option, values }: WantedOption, config: OsloConfig): boolean {
  const found = effective(option, config).values;
  // oslo.config takes each character of such a value in the environment for a value of its own.
  if (option.multiple && found[0]?.from === 'environment') return false;
  return found.length === values.length && found.every(({ value }, i) => literalOf(value, config.era) === values[i]);
}

const placeOf = ({ file, entry }: FileSetting): string => `${file.path}:${entry.line}`;

class Editor {
  private readonly shared: ReadonlySet<string>;
  private readonly found: readonly FileSetting[];
  private readonly counts: readonly FileSetting[];

  constructor(
    private readonly option: OsloOption,
    private readonly config: OsloConfig,
    private readonly rights: EditRights,
  ) {
    const { values, shadowed } = effective(option, config);
    for (const setting of values)
      if (setting.from === 'environment')
        throw new Refusal(
          `the environment variable ${setting.variable} of the service sets ${this.name}, and wins over every file; change it there`,
        );
    const inFile = (setting: Setting): setting is FileSetting => setting.from === 'file';
    this.counts = values.filter(inFile);
    this.found = [...values, ...shadowed].filter(inFile);
    const others = (rights.registered ?? []).filter(
      ({ section, name }) => section !== option.section || name !== option.name,
    );
    this.shared = new Set(others.flatMap((option) => [...optionKeys(option, 3), ...optionKeys(option, 2)]));
  }

  private get name(): string {
    return `[${this.option.section}] ${this.option.name}`;
  }

  changesTo(values: readonly string[]): readonly Change[] {
    const [value] = values;
    if (value === undefined) return this.found.map((setting) => this.remove(setting));
    return this.option.multiple ? this.setAll(values) : this.setOne(value);
  }

  private setOne(value: string): readonly Change[] {
    const [winner] = this.counts;
    if (!winner || !this.mayChange(winner)) return [this.addBetween(winner, undefined, [value])];
    const twins = this.found.filter(
      (setting) => setting !== winner && setting.file === winner.file && keyOf(setting) === keyOf(winner),
    );
    return [
      ...replaceValue(winner.file, winner.entry, value),
      ...twins.map(({ file, entry }) => removeEntry(file, entry)),
    ];
  }

  /** Values that are there already stay in place. */
  private setAll(values: readonly string[]): readonly Change[] {
    const present = this.counts.map((setting) => ({
      setting,
      text: literalOf(setting.value, this.config.era),
      isFixed: !this.mayChange(setting),
    }));
    if ((present.length + 1) * (values.length + 1) > maxCompared)
      throw new Refusal(
        `${this.name} has ${present.length} values and shall have ${values.length}, too many to compare`,
      );
    return alignValues(present, values).flatMap(({ before, instead, values: added, after }) => {
      const gone = instead.map(({ setting }) => setting);
      const replaced = gone.flatMap((setting, index) => {
        const value = added[index];
        return value === undefined ? [this.remove(setting)] : this.replace(setting, value);
      });
      const more = added.slice(gone.length);
      return more.length === 0
        ? replaced
        : [...replaced, this.addBetween(gone.at(-1) ?? before?.setting, after?.setting, more)];
    });
  }

  private replace(setting: FileSetting, value: string): readonly Change[] {
    this.refuseFixed(setting);
    return replaceValue(setting.file, setting.entry, value);
  }

  private remove(setting: FileSetting): Change {
    this.refuseFixed(setting);
    return removeEntry(setting.file, setting.entry);
  }

  /**
   * Adds lines that the service reads after `before`. For an option with several values it also reads them before
   * `after`.
   */
  private addBetween(
    before: FileSetting | undefined,
    after: FileSetting | undefined,
    values: readonly string[],
  ): Change {
    const { files } = this.config;
    if (before && this.mayChange(before)) return addBeside(before.file, before.entry, 'after', values);
    if (after && this.mayChange(after)) return addBeside(after.file, after.entry, 'before', values);
    // Within one file the present name overrides a former name. If both add values, those of the present name come
    // later.
    const isByFormer = before !== undefined && keyOf(before) !== settingKey(this.option, before.file.python);
    const first = before ? files.lastIndexOf(before.file) + (isByFormer ? 0 : 1) : 0;
    const last = after ? files.indexOf(after.file) : files.length;
    const places = files.slice(first, last).filter(({ path }) => this.rights.mayEdit(path));
    const place = places.findLast((file) => hasSection(file, this.option.section)) ?? places.at(-1);
    if (place) return addToSection(place, this.option.section, this.option.name, values);
    const obstacle = before ?? after;
    if (!obstacle) throw new Refusal(`none of the files that the service reads may be edited, to set ${this.name}`);
    throw this.obstructed(obstacle);
  }

  private mayChange(setting: FileSetting): boolean {
    return this.rights.mayEdit(setting.file.path) && !this.shared.has(keyOf(setting));
  }

  private refuseFixed(setting: FileSetting): void {
    if (!this.mayChange(setting)) throw this.obstructed(setting);
  }

  private obstructed(setting: FileSetting): Refusal {
    const place = `${placeOf(setting)} sets ${this.name}`;
    return this.rights.mayEdit(setting.file.path)
      ? new Refusal(`${place} by the name "${setting.by.name}", which sets another option too; change it by hand`)
      : new Refusal(`${place}, counts over what may be edited, and may not be edited itself; change it there`);
  }
}

const keyOf = ({ entry, file }: FileSetting): string => settingKey(entry, file.python);

function withChanges(config: OsloConfig, changes: readonly Change[]): OsloConfig {
  const texts = new Map<string, string>();
  for (const file of config.files) {
    const ofFile = changes.filter((change) => change.file === file);
    if (ofFile.length > 0) texts.set(file.path, applyChanges(file.text, ofFile));
  }
  return withTexts(config, texts);
}

/** The same files, these of them with other texts. */
export const withTexts = (config: OsloConfig, texts: ReadonlyMap<string, string>): OsloConfig => ({
  ...config,
  files: config.files.map((file) => {
    const text = texts.get(file.path) ?? file.text;
    return text === file.text ? file : parseOsloFile(file.path, text, file.python);
  }),
});

/** The last check: however the text came about, only the wanted option may differ. */
function refuseOtherwise(wanted: WantedOption, before: OsloConfig, after: OsloConfig): void {
  const { option } = wanted;
  if (!isOtherwiseSame(option, before, after) || !isAsWanted(wanted, after))
    throw new Refusal(
      `[${option.section}] ${option.name} can't be written so that the service reads exactly what was asked for; edit the file by hand`,
    );
}

/** oslo.config takes each file, and every other option is as it was. */
export function isOtherwiseSame(option: OsloOption, before: OsloConfig, after: OsloConfig): boolean {
  const others = (file: OsloFile): string => {
    const own = new Set(optionKeys(option, file.python));
    const rest = file.entries.filter((entry) => !own.has(settingKey(entry, file.python)));
    return JSON.stringify(rest.map(({ section, name, value }) => [section, name, value]));
  };
  return after.files.every((file, index) => {
    const old = before.files[index];
    return old && file.faults.length === 0 && others(file) === others(old);
  });
}

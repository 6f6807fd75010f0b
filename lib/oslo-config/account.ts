/** The origin of an option's value, with values that may be printed. */
import { effective, type OptionName, type OsloConfig, type OsloOption, type Setting } from './effective';
import { ConfigValue } from './secret';

export interface PlacedValue {
  /** `nova.conf:12`, or `environment OS_DEFAULT__HOST`. */
  readonly where: string;
  /** The value before references are followed. */
  readonly value: ConfigValue;
  /** The name by which the option is set there; may be a former name. */
  readonly by: OptionName;
}

export interface OptionAccount {
  /** [] if nothing sets the option. */
  readonly values: readonly PlacedValue[];
  /** Settings that another setting overrides, the strongest first. */
  readonly shadowed: readonly PlacedValue[];
}

export function accountOf(option: OsloOption, config: OsloConfig): OptionAccount {
  const placed = (setting: Setting): PlacedValue => {
    const { section, name } = setting.from === 'file' ? setting.by : option;
    return { where: whereIs(setting), value: new ConfigValue(option, setting.value), by: { section, name } };
  };
  const { values, shadowed } = effective(option, config);
  return { values: values.map(placed), shadowed: shadowed.map(placed) };
}

export const whereIs = (setting: Setting): string =>
  setting.from === 'file' ? `${setting.file.path}:${setting.entry.line}` : `environment ${setting.variable}`;

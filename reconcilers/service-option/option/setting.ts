/** Refuses declarations of Horizon's settings that stackward can't write. */
import type { PythonValue } from '../../../lib/hosts/settings-answers';
import { ConfigValue } from '../../../lib/oslo-config/secret';
import { isSecretSetting, parseSettingName } from '../../../lib/python-settings/name';

export interface SettingDeclared {
  readonly option: string;
  readonly section?: string | undefined;
  readonly value?: PythonValue | undefined;
  readonly values?: readonly string[] | undefined;
  readonly valueFromEnvironment?: string | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly restart?: boolean | undefined;
}

export function faultOfSetting(spec: SettingDeclared): readonly [field: string, fault: string] | undefined {
  const name = parseSettingName(spec.option);
  if (name === undefined) return ['option', 'must be a name such as DEBUG, or a key such as OPENSTACK_KEYSTONE.name'];
  if (isSecretSetting(name))
    return [
      'option',
      'is the name of a secret, and stackward neither reads nor writes secrets of Horizon; set it by hand',
    ];
  if (spec.section !== undefined) return ['section', 'is given, and settings of Horizon have none; leave it out'];
  if (spec.values !== undefined) return ['values', 'is for options of other services; give "value" a list'];
  if (spec.valueFromEnvironment !== undefined)
    return ['valueFromEnvironment', 'is for secrets, which stackward does not write for Horizon; set it by hand'];
  if (textsOf(spec.value).some((text) => new ConfigValue({ name: name.at(-1) ?? '' }, text).isSecret))
    return ['value', 'is an address with a password, which no code may hold; set it by hand'];
  if (spec.hosts === undefined)
    return ['hosts', "is missing: stackward.yaml can't name the hosts of horizon; name the hosts here"];
  if (spec.restart === true)
    return [
      'restart',
      "can't be true for horizon: its web server may serve other services too, such as Keystone; reload it by hand, as the plan says",
    ];
  return undefined;
}

const textsOf = (value: PythonValue | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : isList(value) ? value.flatMap(textsOf) : [];

const isList = (value: PythonValue | undefined): value is readonly PythonValue[] => Array.isArray(value);

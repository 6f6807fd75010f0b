/** Names of settings in Python: `DEBUG`, or a key of a dictionary, `OPENSTACK_NEUTRON_NETWORK.enable_router`. */
import type { SettingName } from '../hosts/settings-answers';
import { isSecretName } from '../oslo-config/secret';

/** A name, and up to seven keys behind it. */
export const settingNamePattern = /^[A-Za-z_][A-Za-z0-9_]{0,99}(\.[A-Za-z0-9_:-]{1,100}){0,7}$/;

/** Undefined if the text is not such a name. */
export function parseSettingName(text: string): SettingName | undefined {
  if (!settingNamePattern.test(text)) return undefined;
  const [first = '', ...keys] = text.split('.');
  return [first, ...keys];
}

export const settingText = (name: SettingName): string => name.join('.');

/** Names such as SECRET_KEY or EMAIL_HOST_PASSWORD. The host program neither shows nor writes these settings. */
export const isSecretSetting = (name: SettingName): boolean =>
  name.some((word) => isSecretName(word) || word.toLowerCase().includes('secret'));

/** Options with values that nobody may see, and a type for values that hides them in every kind of output. */
import type { OsloOption } from './effective';

/**
 * An option is secret if its name ends in such a word, also where the rest is misspelt. `_key` also hides a few paths
 * of keys, which does no harm. The host program has the same words and names, so no secret leaves a host.
 */
const lastWords =
  /(^|_)(passwords?|passwd|pass|pwd|pw|bindpw|passcode|passphrases?|p[as]+w[a-z]{0,4}|secrets?|secret_id|tokens?|token_id|credentials|key|(api|access|private|secret|encryption|auth)_?keys?|kek|jwt)$/;

/** Addresses that contain a password, and options that their services register with `secret=True` for other reasons. */
const wholeNames: ReadonlySet<string> = new Set([
  'connection',
  'slave_connection',
  'asyncio_connection',
  'asyncio_slave_connection',
  'sql_connection',
  'connection_string',
  'transport_url',
  'backend_url',
  'backup_gcs_proxy_url',
  'hmac_keys',
  'backend_argument',
  'replication_device',
  'code',
  'login',
  'approle_role_id',
  'swift_store_user',
  'swift_store_config_file',
  'swift_store_application_credential_id',
  'netapp_certificate_file',
  'netapp_ca_certificate_file',
  'netapp_private_key_file',
]);

/**
 * Decides by the name alone, so that a secret stays hidden if its section, its case or an invisible character is wrong.
 */
export function isSecretName(name: string): boolean {
  const plain = name
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/[^a-z0-9_]/g, '');
  return lastWords.test(plain) || wholeNames.has(plain);
}

/**
 * True for `scheme://user:password@host` and `scheme://token@host`, in any option. A password may contain any character
 * except a blank, so everything between "://" and the last "@" before the next blank counts as a password.
 */
const hasPasswordInAddress = (text: string): boolean =>
  text.split(/\s+/).some((word) => word.lastIndexOf('@') > (word.indexOf('://') + 1 || Infinity));

const inspected = Symbol.for('nodejs.util.inspect.custom');

/**
 * The value of an option. As text, as JSON and in Node.js's inspection a secret value is `***`; only `reveal` returns
 * it.
 */
export class ConfigValue {
  readonly #text: string;
  readonly isSecret: boolean;

  /** An option is secret if any of its names is. */
  constructor({ name, former = [], secret = false }: Pick<OsloOption, 'name' | 'former' | 'secret'>, text: string) {
    this.#text = text;
    this.isSecret =
      secret || [name, ...former.map((each) => each.name)].some(isSecretName) || hasPasswordInAddress(text);
  }

  /** For decisions only. The value must not get into a message, a log or a report. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return this.isSecret ? '***' : this.#text;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspected](): string {
    return this.toString();
  }
}

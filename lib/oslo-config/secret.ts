/** Options whose values nobody is shown, and values that keep to that however they are printed. */
import type { OsloOption } from './effective';

/**
 * The last word of a name, also where it is misspelt. `_key` also hides a few paths of keys, which is no loss. The host
 * program has the same words and names, since no secret leaves a host.
 */
const lastWords =
  /(^|_)(passwords?|passwd|pass|passcode|passphrases?|p[as]+w[a-z]{0,4}|secrets?|secret_id|tokens?|token_id|credentials|key|(api|access|private|secret|encryption|auth)_?keys|jwt)$/;

/** Addresses that carry a password, and options that their services register with `secret=True` for other reasons. */
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
  'approle_role_id',
  'swift_store_user',
  'swift_store_config_file',
  'swift_store_application_credential_id',
  'netapp_certificate_file',
  'netapp_ca_certificate_file',
  'netapp_private_key_file',
]);

/** By its name alone, so that a misspelt section or case shows nothing either, nor a character that nobody sees. */
export function isSecretName(name: string): boolean {
  const plain = name
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/[^a-z0-9_]/g, '');
  return lastWords.test(plain) || wholeNames.has(plain);
}

/**
 * `scheme://user:password@host` or `scheme://token@host`, in whatever option it stands. A password may hold any character but
 * a blank, so everything between "://" and the last "@" before the next blank counts as one.
 */
const hasPasswordInAddress = (text: string): boolean =>
  text.split(/\s+/).some((word) => word.lastIndexOf('@') > (word.indexOf('://') + 1 || Infinity));

const inspected = Symbol.for('nodejs.util.inspect.custom');

/** A value of an option. Text, JSON and Node.js's inspection show `***` where it is a secret; only `reveal` tells it. */
export class ConfigValue {
  readonly #text: string;
  readonly isSecret: boolean;

  /** An option that is secret by one of its names is so by all of them. */
  constructor({ name, former = [] }: Pick<OsloOption, 'name' | 'former'>, text: string) {
    this.#text = text;
    this.isSecret = [name, ...former.map((each) => each.name)].some(isSecretName) || hasPasswordInAddress(text);
  }

  /** For a decision, never for a message, a log or a report. */
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

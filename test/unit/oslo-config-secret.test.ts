/** Secret values of configuration files: which options hold them, and how they are printed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ConfigValue, isSecretName } from '../../lib/oslo-config/secret';

const fixture = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/oslo-config/secret-options.json'), 'utf8'),
) as Readonly<Record<'secret' | 'plain', readonly string[]>>;
const [secret, plain] = [fixture.secret, fixture.plain].map((lines) => lines.join(' ').split(' ')) as [
  string[],
  string[],
];

/** Most of these are secrets that their services forgot to register as such; the others are paths or flags. */
const hiddenToo =
  'access_key allow_rescope_scoped_token consumer_key driver_client_cert_key enable_instance_password gpfs_private_key idp_otp_key inject_key inject_password key kioxia_token nas_private_key nova_client_priv_key ovn_nb_private_key ovn_sb_private_key pure_api_token redis_password san_private_key send_service_user_token ssl_client_key_password vencrypt_client_key';

test('every option that nova, neutron, keystone, cinder, glance, horizon and their libraries call secret is hidden', () => {
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  expect(secret.length).toBeGreaterThan(70);
});

test('of 2,300 options that are no secrets, few are hidden', () => {
  const hidden = plain.filter(isSecretName);
  expect(plain.length).toBeGreaterThan(2_200);
  expect(hidden).toEqual(hiddenToo.split(' '));
});

test.each([
  'rabbit_password',
  'sql_connection',
  'auth_encryption_key',
  'Admin-Password',
  'hmac_keys',
  'connection_string',
  'admin_pasword',
  '\ufeffpass\u200bword',
])('the option %s of other releases and services is hidden', (name) => expect(isSecretName(name)).toBe(true));

test.each(['ovsdb_connection', 'connection_recycle_time', 'token_ttl', 'my_ip', 'password_length'])(
  'the option %s is shown',
  (name) => expect(isSecretName(name)).toBe(false),
);

test.each([
  ['password', 'hunter2'],
  ['http_proxy', 'http://squid:hunter2@proxy:3128/'],
  ['http_proxy', 'http://squid:a/hunter2@proxy:3128/'],
  ['http_proxy', 'http://squid:a@hunter2@proxy:3128/'],
  ['endpoints', 'http://one/ https://hunter2@two/'],
])('the value of %s is *** however it is printed', (name, text) => {
  const value = new ConfigValue({ name }, text);
  const shown = [
    String(value),
    `${value}`,
    JSON.stringify({ value }),
    inspect({ value }, { showHidden: true, depth: 9 }),
  ];
  for (const each of shown) {
    expect(each).toContain('***');
    expect(each).not.toContain('hunter2');
  }
  expect(Object.values(value)).not.toContain(text);
  expect(value.reveal()).toBe(text);
});

test('an option with a secret former name is hidden by its present name too', () => {
  const option = { name: 'address', former: [{ section: 'DEFAULT', name: 'sql_connection' }] };
  expect(String(new ConfigValue(option, 'hunter2'))).toBe('***');
});

test.each(['http://proxy:3128/', 'admin@example.net', 'admin@example.net http://one/'])(
  'the value "%s" of an option without secrets is printed',
  (text) => expect(String(new ConfigValue({ name: 'contact' }, text))).toBe(text),
);

test('other values are printed as they are', () => {
  expect(JSON.stringify(new ConfigValue({ name: 'my_ip' }, '192.0.2.1'))).toBe('"192.0.2.1"');
});

test('an option that its service registers as a secret is hidden, whatever its name', () => {
  const option = { section: 'mydriver', name: 'array_auth' };
  expect([
    `${new ConfigValue({ ...option, secret: true }, 'pa55')}`,
    `${new ConfigValue({ ...option, secret: false }, 'pa55')}`,
  ]).toEqual(['***', 'pa55']);
});

/** Whoever answers in the database's place gets neither the password nor a file of this machine. */
import { constants, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { MysqlReader, type MysqlOptions } from '../../adapters/mysql-database';
import { packets, RogueMysql, type Script } from '../support/rogue-mysql';

const password = 'hunter2-database';
/** An address of this machine that is none of its loopback addresses by name: Linux connects it here all the same. */
const elsewhere = '0.0.0.0';

let rogue: RogueMysql;
afterEach(() => rogue.stop());

const optionsOf = (host: string): MysqlOptions => ({
  ...{ host, port: rogue.port, user: 'stackward', password, schema: 'neutron', tls: 'off' },
});

async function refusal(plugin: string, script: Script, host = elsewhere): Promise<string> {
  rogue = await RogueMysql.start(plugin, script);
  const reader = new MysqlReader(optionsOf(host), 2_000);
  const error = await reader.query('SELECT 1').then(
    () => 'it answered',
    (met: Error) => met.message,
  );
  await reader.close();
  return error;
}

/** What the client sent, as text in which the password would be seen. */
const sent = (): string => Buffer.concat(rogue.received).toString('latin1');

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
/** The password out of what the client encrypted with our key; undefined where it encrypted nothing. */
function decrypted(): string | undefined {
  const secret = rogue.received.find(({ length }) => length === 256);
  if (secret === undefined) return undefined;
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const mixed = privateDecrypt({ key: pair.privateKey, padding, oaepHash: 'sha1' }, secret);
  return Buffer.from(mixed.map((byte, index) => byte ^ (rogue.salt[index % rogue.salt.length] ?? 0)))
    .toString()
    .replace('\0', '');
}

const keyExchanges: readonly (readonly [string, Script])[] = [
  [
    'caching_sha2_password',
    [packets.authSwitch('caching_sha2_password'), packets.fullAuthentication, packets.publicKey(pem)],
  ],
  ['sha256_password', [packets.authSwitch('sha256_password'), packets.publicKey(pem)]],
];

describe.each(keyExchanges)('%s without TLS', (plugin, script) => {
  test.each([plugin, 'mysql_native_password'])(
    'a key that nobody vouches for gets no password (greeting of %s)',
    async (greeted) => {
      const error = await refusal(greeted, script);
      expect(decrypted()).toBeUndefined();
      expect(error).toMatch(/asks for the password under a key of its own.*set "tls" for this database/);
    },
  );

  test('on this machine itself, the key is taken', async () => {
    await refusal('mysql_native_password', script, '127.0.0.1');
    expect(decrypted()).toBe(password);
  });
});

test.each<[string, Script, RegExp]>([
  ['mysql_clear_password', [packets.authSwitch('mysql_clear_password'), packets.ok], /asks for the password in clear/],
  ['mysql_old_password', [packets.oldAuthSwitch, packets.ok], /asks for a login that stackward does not know/],
  ['dialog', [packets.authSwitch('dialog'), packets.ok], /asks for a login that stackward does not know/],
  ['__proto__', [packets.authSwitch('__proto__'), packets.ok], /asks for a login that stackward does not know/],
])('a server that asks for %s gets nothing, asked in the greeting or later', async (plugin, script, sentence) => {
  const later = await refusal('mysql_native_password', script);
  expect(later).toMatch(sentence);
  expect(sent()).not.toContain(password);
  await rogue.stop();
  await refusal(plugin, script);
  expect(sent()).not.toContain(password);
});

test('a server that asks for a file of this machine gets none, and is told of', async () => {
  const error = await refusal('mysql_native_password', [packets.ok, packets.wantFile('/etc/passwd'), packets.ok]);
  expect(sent()).not.toContain('root:');
  expect(error).toMatch(/asks for a file of this machine/);
  // The client says from the start that it hands out no files.
  expect((rogue.received[0]?.readUInt32LE(0) ?? 0) & 0x80).toBe(0);
});

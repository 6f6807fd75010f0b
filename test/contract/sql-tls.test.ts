/** TLS to a database: who signed its certificate counts, for which name, and how old a version is let in. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MysqlReader, type MysqlOptions, type TlsOptions } from '../../adapters/mysql/mysql-database';
import { Authority } from '../support/certificates';
import { startMariadb, type Mariadb } from '../support/mariadb';

let mariadb: Mariadb;
let old: Mariadb;
let ancient: Mariadb;
let ca: string;
let otherCa: string;
let authority: Authority;
/** The names of a certificate. The one that MySQL makes for itself carries no host name. */
const nameless = 'MySQL_Server_8.0.36_Auto_Generated_Server_Certificate';

beforeAll(async () => {
  // Debian's OpenSSL configuration would refuse what is older than TLS 1.2.
  const start = (...more: string[]) =>
    startMariadb(
      (folder) => {
        authority = new Authority(folder, 'ours');
        const made = authority.certificate('first', 'database', 'IP:127.0.0.1');
        const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
        copyFileSync(made.cert, cert);
        copyFileSync(made.key, key);
        return [`--ssl-ca=${authority.file}`, `--ssl-cert=${cert}`, `--ssl-key=${key}`, ...more];
      },
      { OPENSSL_CONF: '/dev/null' },
    );
  old = await start('--tls-version=TLSv1.2');
  ancient = await start('--tls-version=TLSv1.0', '--ssl-cipher=DEFAULT:@SECLEVEL=0');
  // The last one, so that `authority` is its own.
  mariadb = await start();
  ca = readFileSync(join(mariadb.folder, 'ours-ca.pem'), 'utf8');
  otherCa = readFileSync(new Authority(mariadb.folder, 'theirs').file, 'utf8');
});
afterAll(async () => {
  await mariadb.stop();
  await old.stop();
  await ancient.stop();
});

async function cipher(to: MysqlOptions, tls: TlsOptions | 'off'): Promise<string> {
  const reader = new MysqlReader({ ...to, schema: 'mysql', tls });
  try {
    const rows = await reader.query<{ Value: string }>("SHOW STATUS LIKE 'Ssl_version'");
    return rows[0]?.Value ?? '';
  } finally {
    await reader.close();
  }
}

test("the CA that signed the database's certificate is enough, and the connection is encrypted", async () => {
  expect(await cipher(mariadb.root, { ca })).toBe('TLSv1.3');
  expect(await cipher(mariadb.root, 'off')).toBe('');
});

/** From now on the server shows this certificate. */
async function show(commonName: string, alternativeNames?: string): Promise<void> {
  const made = authority.certificate('shown', commonName, alternativeNames);
  copyFileSync(made.cert, join(mariadb.folder, 'cert.pem'));
  copyFileSync(made.key, join(mariadb.folder, 'key.pem'));
  const root = await mariadb.connect();
  await root.query('FLUSH SSL');
}

describe('the name of a certificate of the right CA', () => {
  const forAnother =
    /^the certificate of \S+ is for another name \(.*\); use a name that it carries as "host", .* set "tls.verifyName" to false$/;

  test.each<[string, string, string, string | undefined]>([
    ['a name among the alternative names', 'localhost', 'database', 'DNS:db.example.net,DNS:localhost'],
    ['an address among the alternative names', '127.0.0.1', 'database', 'DNS:db.example.net,IP:127.0.0.1'],
    ['the common name, where there is no alternative name', 'localhost', 'localhost', undefined],
  ])('is accepted for the host: %s', async (_, host, commonName, alternativeNames) => {
    await show(commonName, alternativeNames);
    for (const minVersion of ['TLSv1.2', 'legacy'] as const)
      expect(await cipher({ ...mariadb.root, host }, { ca, minVersion })).toBe('TLSv1.3');
  });

  test.each<[string, string, string, string | undefined]>([
    ['another name', 'localhost', 'database', 'DNS:db.example.net'],
    ['a name, for a host that is an address', '127.0.0.1', 'localhost', 'DNS:localhost'],
    ['another address', '127.0.0.1', 'database', 'IP:127.0.0.2'],
    ['an address, for a host that is a name', 'localhost', 'database', 'IP:127.0.0.1'],
    ['the common name, which counts no more beside alternative names', 'localhost', 'localhost', 'DNS:db.example.net'],
    ['an address as the common name', '127.0.0.1', '127.0.0.1', undefined],
    ['none, as MySQL makes it', '127.0.0.1', nameless, undefined],
  ])('is refused for the host: %s', async (_, host, commonName, alternativeNames) => {
    await show(commonName, alternativeNames);
    for (const minVersion of ['TLSv1.2', 'legacy'] as const)
      await expect(cipher({ ...mariadb.root, host }, { ca, minVersion })).rejects.toMatchObject({
        reason: 'UnrecoverableError',
        message: expect.stringMatching(forAnother) as unknown,
      });
    expect(await cipher({ ...mariadb.root, host }, { ca, verifyName: false })).toBe('TLSv1.3');
    await expect(cipher({ ...mariadb.root, host }, { ca: otherCa, verifyName: false })).rejects.toThrow(
      'signed by nobody',
    );
  });
});

test('a database certificate of another CA, or a configuration without a CA, is refused in one sentence', async () => {
  const sentence =
    /^the certificate of 127\.0\.0\.1:\d+ is signed by nobody that "tls.caFile" names \(.*\); set "tls.caFile" to the file of the CA that signed it$/;
  await expect(cipher(mariadb.root, { ca: otherCa })).rejects.toMatchObject({
    reason: 'UnrecoverableError',
    message: expect.stringMatching(sentence) as unknown,
  });
  await expect(cipher(mariadb.root, {})).rejects.toThrow(sentence);
  await expect(cipher(mariadb.root, { ca: otherCa, minVersion: 'legacy' })).rejects.toThrow(sentence);
});

describe('the oldest version of TLS that a database may speak', () => {
  const caOf = ({ folder }: Mariadb) => readFileSync(join(folder, 'ours-ca.pem'), 'utf8');

  test('is TLSv1.2 by default', async () => {
    expect(await cipher(old.root, { ca: caOf(old) })).toBe('TLSv1.2');
  });

  test('can be raised, and a server below it is refused in one sentence', async () => {
    await expect(cipher(old.root, { ca: caOf(old), minVersion: 'TLSv1.3' })).rejects.toMatchObject({
      reason: 'UnrecoverableError',
      message: expect.stringMatching(
        /have no TLS version in common \(.*\); lower "tls.minVersion" \(TLSv1 for a server of before 2013, legacy for Oracle's MySQL 5.5 and 5.6 \(yaSSL\)\), or upgrade the server$/,
      ) as unknown,
    });
  });

  test('keeps out a server that speaks only TLSv1, as MySQL 5.5 does, until it is lowered', async () => {
    await expect(cipher(ancient.root, { ca: caOf(ancient) })).rejects.toThrow('have no TLS version in common');
    expect(await cipher(ancient.root, { ca: caOf(ancient), minVersion: 'TLSv1' })).toBe('TLSv1');
  });

  test('can be lowered to TLSv1, and the best version of both sides is still used', async () => {
    expect(await cipher(old.root, { ca: caOf(old), minVersion: 'TLSv1' })).toBe('TLSv1.2');
  });
});

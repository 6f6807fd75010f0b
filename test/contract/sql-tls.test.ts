/** TLS to a database: who signed it counts, and how old a version is let in. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MysqlReader, type MysqlOptions, type TlsOptions } from '../../adapters/mysql-database';
import { startMariadb, type Mariadb } from '../support/mariadb';

let mariadb: Mariadb;
let old: Mariadb;
let ancient: Mariadb;
let ca: string;
let otherCa: string;

/** A CA, and a certificate of it that carries no host name: what MySQL makes for itself. */
function certificates(folder: string, name: string): { ca: string; cert: string; key: string } {
  const file = (suffix: string) => join(folder, `${name}-${suffix}.pem`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const fresh = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...fresh,
    '-days',
    '2',
    '-subj',
    `/CN=${name} CA`,
    '-keyout',
    file('ca-key'),
    '-out',
    file('ca'),
  );
  openssl('req', ...fresh, '-subj', `/CN=${name} auto generated`, '-keyout', file('key'), '-out', file('request'));
  openssl(
    ...['x509', '-req', '-days', '2', '-in', file('request'), '-CA', file('ca'), '-CAkey', file('ca-key')],
    ...['-CAcreateserial', '-out', file('cert')],
  );
  return { ca: file('ca'), cert: file('cert'), key: file('key') };
}

beforeAll(async () => {
  // Debian's OpenSSL configuration would refuse what is older than TLS 1.2.
  const start = (...more: string[]) =>
    startMariadb(
      (folder) => {
        const made = certificates(folder, 'ours');
        return [`--ssl-ca=${made.ca}`, `--ssl-cert=${made.cert}`, `--ssl-key=${made.key}`, ...more];
      },
      { OPENSSL_CONF: '/dev/null' },
    );
  mariadb = await start();
  old = await start('--tls-version=TLSv1.2');
  ancient = await start('--tls-version=TLSv1.0', '--ssl-cipher=DEFAULT:@SECLEVEL=0');
  ca = readFileSync(join(mariadb.folder, 'ours-ca.pem'), 'utf8');
  otherCa = readFileSync(certificates(mariadb.folder, 'theirs').ca, 'utf8');
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

test('the CA that signed it is enough, and the connection is encrypted', async () => {
  expect(await cipher(mariadb.root, { ca })).toBe('TLSv1.3');
  expect(await cipher(mariadb.root, 'off')).toBe('');
});

test('another CA, or none, is refused in one sentence', async () => {
  const sentence =
    /^the certificate of 127\.0\.0\.1:\d+ is signed by nobody that "tls.ca" names \(.*\); set "ca" to the file of the CA that signed it$/;
  await expect(cipher(mariadb.root, { ca: otherCa })).rejects.toMatchObject({
    reason: 'UnrecoverableError',
    message: expect.stringMatching(sentence) as unknown,
  });
  await expect(cipher(mariadb.root, {})).rejects.toThrow(sentence);
});

describe('the oldest version let in', () => {
  const caOf = ({ folder }: Mariadb) => readFileSync(join(folder, 'ours-ca.pem'), 'utf8');

  test('is TLSv1.2 unless told', async () => {
    expect(await cipher(old.root, { ca: caOf(old) })).toBe('TLSv1.2');
  });

  test('can be raised: a server below it is refused in one sentence', async () => {
    await expect(cipher(old.root, { ca: caOf(old), minVersion: 'TLSv1.3' })).rejects.toMatchObject({
      reason: 'UnrecoverableError',
      message: expect.stringMatching(
        /have no TLS version in common \(.*\); lower "tls.minVersion" \(MySQL 5.5 knows only TLSv1\), or upgrade the server$/,
      ) as unknown,
    });
  });

  test('keeps a server out that knows only TLSv1, as MySQL 5.5, until it is lowered', async () => {
    await expect(cipher(ancient.root, { ca: caOf(ancient) })).rejects.toThrow('have no TLS version in common');
    expect(await cipher(ancient.root, { ca: caOf(ancient), minVersion: 'TLSv1' })).toBe('TLSv1');
  });

  test('can be lowered to TLSv1, and the best that both have is still taken', async () => {
    expect(await cipher(old.root, { ca: caOf(old), minVersion: 'TLSv1' })).toBe('TLSv1.2');
  });
});

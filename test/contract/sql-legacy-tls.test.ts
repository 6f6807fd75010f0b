/**
 * TLS as Oracle's MySQL 5.5 and 5.6 speak it (yaSSL), against a model of it. The same steps were seen with a real 5.5.34 and a
 * real 5.6.14, whose downloads are too large for each run of the tests.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MysqlReader, type TlsOptions } from '../../adapters/mysql/mysql-database';
import { Authority } from '../support/certificates';
import { packets, RogueMysql } from '../support/rogue-mysql';
import type { Certified } from '../support/yassl';

const folder = mkdtempSync(join(tmpdir(), 'stackward-yassl-'));
const ours = new Authority(folder, 'ours');
const ca = readFileSync(ours.file, 'utf8');
const otherCa = readFileSync(new Authority(folder, 'theirs').file, 'utf8');
const certified = (commonName: string, alternativeNames?: string): Certified => {
  const made = ours.certificate(commonName, commonName, alternativeNames);
  return { certificate: readFileSync(made.cert, 'utf8'), key: readFileSync(made.key, 'utf8') };
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The login, two statements that set up the session, and one row. */
const script = [
  ...[packets.ok, packets.ok, packets.ok],
  [packets.columnCount(1), packets.column('one'), packets.endOfFile, packets.row('right'), packets.endOfFile],
];
const password = 'hunter2-database';

async function ask(shown: Certified, tls: TlsOptions, host = 'localhost'): Promise<readonly object[] | string> {
  const server = await RogueMysql.start('mysql_native_password', script, shown);
  const options = { host, port: server.port, user: 'stackward', password, schema: 'neutron', tls };
  const reader = new MysqlReader(options, { connectTimeoutMs: 5_000 });
  const answer = await reader.query('SELECT 1').catch((error: Error) => error.message);
  await reader.close();
  await server.stop();
  return answer;
}

const named = certified('localhost');
const misnamed = certified('database');
const addressed = certified('address', 'IP:127.0.0.1');

test('a server of yaSSL is refused unless told, and each refusal names the next step down', async () => {
  const raised =
    /have no TLS version in common \(.*\); lower "tls\.minVersion" \(TLSv1 for a server of before 2013, legacy for Oracle's MySQL 5\.5 and 5\.6/;
  expect(await ask(named, { ca })).toMatch(raised);
  expect(await ask(named, { ca, minVersion: 'TLSv1.1' })).toMatch(raised);
  expect(await ask(named, { ca, minVersion: 'TLSv1' })).toMatch(
    /speaks TLS as Oracle's MySQL 5\.5 and 5\.6 \(yaSSL\) do, which is refused \(unsafe legacy renegotiation disabled\); set "tls\.minVersion" to legacy for it \(docs\/configuration\.md says what that gives up\), or upgrade the server/,
  );
});

test('minVersion legacy reads from a server of yaSSL, and the connection is encrypted', async () => {
  expect(await ask(named, { ca, minVersion: 'legacy' })).toEqual([{ one: 'right' }]);
});

test('a server with a small Diffie-Hellman key alone is refused with the same next step, and minVersion legacy connects without that key', async () => {
  const later: Certified = { ...named, renegotiatesSecurely: true };
  expect(await ask(later, { ca, minVersion: 'TLSv1' })).toMatch(
    /which is refused \(dh key too small\); set "tls\.minVersion" to legacy for it/,
  );
  expect(await ask(later, { ca, minVersion: 'legacy' })).toEqual([{ one: 'right' }]);
});

test('minVersion legacy still checks who signed the certificate, and for which name', async () => {
  const legacy = { minVersion: 'legacy' } as const;
  expect(await ask(named, { ...legacy, ca: otherCa })).toMatch(/is signed by nobody that "tls\.caFile" names/);
  expect(await ask(named, legacy)).toMatch(/is signed by nobody that "tls\.caFile" names/);
  expect(await ask(misnamed, { ...legacy, ca })).toMatch(/is for another name/);
  expect(await ask(named, { ...legacy, ca }, '127.0.0.1')).toMatch(/is for another name/);
  expect(await ask(misnamed, { ...legacy, ca, verifyName: false })).toEqual([{ one: 'right' }]);
  expect(await ask(addressed, { ...legacy, ca }, '127.0.0.1')).toEqual([{ one: 'right' }]);
});

test("the settings of one database's TLS change nothing for another database", async () => {
  await ask(named, { ca, minVersion: 'legacy' });
  expect(await ask(named, { ca, minVersion: 'TLSv1' })).toMatch(/unsafe legacy renegotiation disabled/);
});

/** The gate of reports: no text from outside keeps a secret, and prose stays as it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hideSecrets, withoutSecrets } from '../../lib/basics/without-secrets';
import { checks } from '../../reports/doctor/checks/index';
import { preflightChecks } from '../../reports/doctor/preflight/index';

const secret = 'geheim7Qq';

test.each([
  `DBConnectionError: mysql+pymysql://nova:${secret}@db/nova`,
  `{"admin_pass": "${secret} ${secret}", 'token': u'${secret}'}`,
  `{\\"password\\": \\"${secret}\\"}`,
  `password=${secret}; rabbit_password = ${secret}`,
  `{"auth": {"password": "ab\\"${secret}", "x": 1}}`,
  `{'password': 'ab\\'${secret}\\\\', "x": 1}`,
  `passphrase: ${secret}`,
  `X-Auth-Token: ${secret}, Authorization: Bearer ${secret}`,
  `nova-manage --os-password ${secret} --token=${secret}`,
  `ERROR password: ${secret} of nova was refused`,
  `token gAAAAABgeheim7Qqgeheim7Qqgeheim7Qq`,
  `Authorization: Basic ${secret}=`,
  `{"Authorization": "AWS4-HMAC-SHA256 ${secret}"}`,
  `authorization: ${secret}`,
  `X-Subject-Token: ${secret} is not valid`,
  `GRANT ALL ON nova.* TO 'nova'@'%' IDENTIFIED BY '${secret}\\'${secret}'`,
  `ALTER USER nova IDENTIFIED WITH mysql_native_password AS "${secret}"`,
  `SET PASSWORD = PASSWORD('${secret}')`,
  `<ns:adminPass kind="x">${secret} ${secret}</ns:adminPass>`,
  `<password><![CDATA[${secret}]]></password>`,
  `{"SecretAccessKey": "${secret}", "kek": "${secret}", 'apikey': '${secret}'}`,
  `api_key=${secret} adminPass: ${secret}`,
  `-----BEGIN RSA PRIVATE KEY-----\n${secret}\n${secret}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN EC PRIVATE KEY-----\n${secret} cut off`,
  `mysqldump -u nova -p${secret} nova`,
])('the text %s keeps no secret, and the same text is shown when it passes twice', (text) => {
  const told = withoutSecrets(text);
  expect(told).not.toContain('geheim');
  expect(withoutSecrets(told)).toBe(told);
});

test('texts below keys, in maps and answered by functions keep no secret, and times stay', () => {
  const fault = `mysql://nova:${secret}@db`;
  const time = new Date(0);
  const seen = {
    rows: [{ details: fault, time, valueOf: () => [fault] }],
    metadata: { db_password: secret, name: 'web1' },
    environment: new Map([['OS_X__PASSWORD', secret]]),
  };
  const shown = hideSecrets(seen);
  expect(shown.rows[0]).toMatchObject({ details: 'mysql://***@db', time });
  expect(shown.rows[0]?.valueOf()).toEqual(['mysql://***@db']);
  expect(shown.metadata).toEqual({ db_password: '***', name: 'web1' });
  expect([...shown.environment.values()]).toEqual(['***']);
});

test('no text that a check says of itself is changed', () => {
  const texts = [...checks, ...preflightChecks].flatMap(({ title, page }) => [title, ...Object.values(page)]);
  expect(texts.filter((text) => typeof text === 'string' && withoutSecrets(text) !== text)).toEqual([]);
});

test.each([
  'the token: it ended; log in again',
  'Step: set the password, then run it again',
  'the secret is missing: name it in stackward.yaml',
])('the prose %s is shown as it is', (text) => expect(withoutSecrets(text)).toBe(text));

test('every command that tells what a cloud or host said tells it through the gate, but for the console, whose address is a key', () => {
  const folder = join(__dirname, '../../cli/commands');
  const beside = readdirSync(folder).filter((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    // A command that takes the width of the terminal alone tells texts of the project.
    return /\brunReading\b/.test(text) || (/\brunReport\b/.test(text) && text.includes("from '../terminal'"));
  });
  expect(beside).toEqual(['console.ts']);
});

test.each([
  ...['a', '1+', '--a', '-', '://', 'a://)', 'password', 'password:', '\\', '--pass', '<password', '<password>'],
  ...['identified with ', 'authorization: ', '-----BEGIN ', '-----BEGIN x-----', 'mysql -p', 'kek', 'token ', ' '],
])('half a million characters of %s are read through, since the time goes with their number', (part) => {
  const text = `${part.repeat(500_000 / part.length)} password=${secret}`;
  expect(withoutSecrets(text)).not.toContain(secret);
});

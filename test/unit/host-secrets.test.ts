/** What the host program tells of configuration files, interfaces and logs: never a secret, and all else as it stands. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseOsloFile } from '../../lib/oslo-config/file';
import { isSecretName } from '../../lib/oslo-config/secret';
import { fuzzSeed } from '../support/fuzz';
import { callHostFunction } from '../support/host-functions';
import { numberOfRuns } from '../support/moments';
import { fileText } from '../support/oslo-config-cases';
import { findPython2 } from '../support/python2';

const python2 = findPython2('the filter of secrets');
const pythons = ['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])];
const fixture = JSON.parse(
  readFileSync(join(__dirname, '../fixtures/oslo-config/secret-options.json'), 'utf8'),
) as Readonly<Record<'secret' | 'plain', readonly string[]>>;
const [secretNames = [], plainNames = []] = [fixture.secret, fixture.plain].map((lines) => lines.join(' ').split(' '));

/** Unlike anything that a case holds otherwise. */
const secret = 'hunter2Qq';

const secretName = fc.constantFrom(...secretNames, 'admin_pasword', 'Rabbit-Password', 'sql_connection');
const secretValue = fc
  .tuple(
    fc.constantFrom('', '"', "'", '$', '$$', 'pa$', '${', '#', '= ', 'a:b@', '\u00a0'),
    fc.constantFrom('', '"', "'", '$x', '}', ' ; x', '@host/', '\\'),
  )
  .map(([before, after]) => `${before}${secret}${after}`);
const sign = fc.constantFrom('=', ' = ', ':', ' : ', '\t=');
const secretLines = fc.oneof(
  fc.tuple(secretName, sign, secretValue).map((parts) => parts.join('')),
  // Over several lines, of which the last looks like an option.
  fc
    .tuple(secretName, sign, secretValue, secretValue)
    .map(([name, equals, first, second]) => `${name}${equals}${first}\n  ${second}\n\tx = ${secret}`),
  fc.tuple(secretName, sign).map(([name, equals]) => `${name}${equals}\n  ${secret}\n`),
  // Cut off from its option, so oslo.config refuses the file.
  fc
    .tuple(secretName, sign, fc.constantFrom('', '# c\n', '[b]\n', '\n# c\n'))
    .map(([name, equals, between]) => `${name}${equals}\n${between || '\n'}  ${secret}`),
  // Swallowed by the option above.
  fc.tuple(secretName, secretValue).map(([name, value]) => `my_ip = 192.0.2.1\n  ${name} = ${value}`),
  fc.tuple(secretName, secretValue).map(([name, value]) => `#${name} = ${value}`),
  fc.constantFrom(
    `http_proxy = http://squid:${secret}@proxy/`,
    `servers = a, https://u:a@${secret}@b/ c`,
    `  indented http://u:${secret}@b/`,
    secret,
    `=${secret}`,
    `[DEFAULT] ${secret}`,
    `[${secret}`,
    `\u00a0password = ${secret}`,
    `password = x\r${secret}`,
    `password = x\ry = ${secret}`,
    `\ufeffpassword = ${secret}`,
  ),
);
const files = fc
  .tuple(
    fileText,
    fc.array(fc.tuple(secretLines, fc.constantFrom('\n', '\r\n', '\n\n')), { minLength: 1, maxLength: 4 }),
    fileText,
  )
  .map(([before, secrets, after]) => `${before}\n${secrets.flat().join('')}${after}`);

const redact = (texts: readonly string[], python: string) =>
  callHostFunction<string>(
    'redact',
    texts.map((text) => [text]),
    python,
  );

test.each(pythons)('no secret of a configuration file leaves the host, by %s', (python) => {
  const texts = fc.sample(files, { numRuns: numberOfRuns(60), seed: fuzzSeed });
  const told = redact(texts, python);
  const leaks = texts.flatMap((text, index) =>
    told[index]?.includes(secret) === false ? [] : [JSON.stringify({ text, told: told[index] })],
  );
  expect({ seed: fuzzSeed, leaks: leaks.slice(0, 2), of: leaks.length }).toEqual({ seed: fuzzSeed, leaks: [], of: 0 });
});

test.each(pythons)(
  'sections, options and faults of a told file are those of the file, and so are values that are no secrets, by %s',
  (python) => {
    const texts = fc.sample(fileText, { numRuns: numberOfRuns(60), seed: fuzzSeed });
    const told = redact(texts, python);
    const seen = { values: 0, hidden: 0 };
    for (const [index, text] of texts.entries()) {
      const [before, after] = [text, told[index] ?? ''].map((each) => parseOsloFile('x', each, 3)) as [
        ReturnType<typeof parseOsloFile>,
        ReturnType<typeof parseOsloFile>,
      ];
      // Python 2 takes what follows a lone CR for a part of the line, so it is hidden with a line that is refused.
      if (before.faults.length > 0 && /\r(?!\n)/.test(text)) continue;
      expect(after.sections).toEqual(before.sections);
      expect(after.faults.map(({ line, column }) => [line, column])).toEqual(
        before.faults.map(({ line, column }) => [line, column]),
      );
      expect(
        after.entries.map(({ section, name, line, start }) => [
          section,
          name,
          line,
          start - (after.lines[line - 1]?.start ?? 0),
        ]),
      ).toEqual(
        before.entries.map(({ section, name, line, start }) => [
          section,
          name,
          line,
          start - (before.lines[line - 1]?.start ?? 0),
        ]),
      );
      for (const [place, entry] of after.entries.entries()) {
        if (entry.value.includes('***')) seen.hidden += 1;
        else {
          seen.values += 1;
          expect(entry.value).toBe(before.entries[place]?.value);
        }
      }
    }
    // Nothing of it is proven by values that are all hidden.
    expect(seen.values).toBeGreaterThan(seen.hidden * 5);
  },
);

test.each(pythons)('of a file of collected logs only lines that the program writes leave the host, by %s', (python) => {
  const own = '$WorkDirectory /var/spool/rsyslog\n\n*.* @@(o)192.0.2.1:514\n';
  const shown = (text: string): string =>
    callHostFunction<string>(
      'lambda text, own: shown_config(to_bytes(text), set(own.split("\\n")))',
      [[text, own]],
      python,
    )[0] ?? '';
  expect(shown(`${own}*.* :ommysql:db1,Syslog,writer,${secret};form\n${secret}`)).toBe(`${own}***\n***`);
  expect(shown(own.repeat(2_000))).toMatch(/\n\.\.\. and \d+ bytes that are not shown\n$/);
});

test.each(pythons)('the host program and the reports call the same options secret, by %s', (python) => {
  const near = secretNames.flatMap((name) => [
    `${name}_x`,
    `x_${name}`,
    `x${name}`,
    name.toUpperCase().replaceAll('_', '-'),
  ]);
  const names = [...secretNames, ...plainNames, ...near, 'pasword', 'db_passwrd', 'passive', 'pass_through', 'compass'];
  expect(
    callHostFunction<boolean>(
      'is_secret',
      names.map((name) => [name]),
      python,
    ),
  ).toEqual(names.map(isSecretName));
});

test.each(pythons)('a secret tells whether a "$" of it names an option, and whether it is empty, by %s', (python) => {
  const values = ['', 'abc', 'pa$word', 'pa$$word', 'pa\\$word', '${a', '$1', 'a$'];
  const files = values.map((value) => `[x]\npassword = ${value}\n`);
  expect(redact(files, python).map((told) => told.split('\n')[1])).toEqual([
    ...['password = ', 'password = ***', 'password = $x***', 'password = ***', 'password = ***'],
    ...['password = $x***', 'password = ***', 'password = ***'],
  ]);
});

test.each(pythons)('lines of a log and of an interfaces file keep no password, by %s', (python) => {
  const lines = [
    `ERROR nova 'admin_pass': u'${secret} x', "token": "${secret}"`,
    `ERROR db mysql+pymysql://nova:${secret}@db/nova refused`,
    `ERROR X-Auth-Token: ${secret} password=${secret}; --os-password ${secret} rabbit_password = ${secret}`,
    'ERROR Authorization: Bearer gAAAAABhunter2Qqhunter2Qqhunter2Qq',
    `ERROR Authorization: Basic ${secret}=`,
    `ERROR {'Authorization': 'AWS4-HMAC-SHA256 ${secret}', "SecretAccessKey": "${secret}"}`,
    `ERROR X-Subject-Token: ${secret}`,
    `ERROR GRANT ALL TO 'nova' IDENTIFIED BY '${secret}\\'${secret}'; SET PASSWORD = PASSWORD('${secret}')`,
    `ERROR <adminPass>${secret} ${secret}</adminPass><password><![CDATA[${secret}]]></password>`,
    `ERROR kek=${secret} apikey: ${secret}`,
    `ERROR -----BEGIN RSA PRIVATE KEY-----\\n${secret}\\n`,
    `ERROR running mysqldump -p${secret} nova --passphrase=${secret}`,
  ];
  const told = callHostFunction<string>(
    'without_secrets',
    lines.map((line) => [line]),
    python,
  );
  expect(told.filter((line) => line.includes('hunter2'))).toEqual([]);
  expect(told[1]).toBe('ERROR db mysql+pymysql://***@db/nova refused');
});

const interfacesLines: readonly (readonly [line: string, told: string])[] = [
  [
    `iface wlan0 inet dhcp\r\n  wpa-psk ${secret}\n wireless-key1 ${secret}\n`,
    'iface wlan0 inet dhcp\r\n  wpa-psk ***\n wireless-key1 ***\n',
  ],
  [`  up curl -u x http://u:${secret}@h # c\n`, '  up .... .. . .................... . .\n'],
  [`up /sbin/curl -u admin:${secret}\n`, 'up /sbin/curl .. ...............\n'],
  [` # wpa-psk ${secret}\n`, ' # ....... .........\n'],
  [`wpa-psk \\\n${secret}\nmtu 9000\n`, 'wpa-psk ***\\\n\nmtu 9000\n'],
  [`wpa-psk \\\r\n  ${secret} x\nmtu 9000\n`, 'wpa-psk   ***\\\r\n\nmtu 9000\n'],
  [`#wpa-psk \\\n${secret} x\nmtu 9000\n`, '#....... \\\n......... .\nmtu 9000\n'],
  ['# was \\\niface eth0 inet dhcp\n', '# ... .\niface eth0 inet dhcp\n'],
  [`wpa-p\\\nsk ${secret}\n`, 'wpa-psk ***\\\n\n'],
  [`wpa-psk\u00a0${secret}\n`, '.......\u00a0.........\n'],
  [`address 192.0.2.1 # password ${secret}\n`, 'address 192.0.2.1 # ........ .........\n'],
  [`${secret}`, '.........'],
];

test.each(pythons)('a file of interfaces keeps places and names, and no secret, by %s', (python) => {
  expect(
    callHostFunction<string>(
      'redact_interfaces',
      interfacesLines.map(([line]) => [line]),
      python,
    ),
  ).toEqual(interfacesLines.map(([, told]) => told));
});

test.each(pythons)('words of a command line and values of options keep no password, by %s', (python) => {
  const words = [
    [
      'nova-api',
      `--x={"password": "${secret}"}`,
      '--passphrase',
      secret,
      `--api_keys=${secret}`,
      `--a={'token': '${secret}'}`,
    ],
  ];
  const [told] = callHostFunction<string[]>(
    'told_words',
    words.map((each) => [each]),
    python,
  );
  expect(told).toEqual([
    'nova-api',
    '--x={"password": ***}',
    '--passphrase',
    '***',
    '--api_keys=***',
    "--a={'token': ***}",
  ]);
  const lines = [
    'passphrase = Q',
    'my_credentials = Q',
    'auth_tokens = Q',
    'api_keys = Q',
    'apikey = Q',
    'kek = Q',
    'login = Q',
    'kwargs = {"password": "Q"}',
  ];
  const text = `[DEFAULT]\n${lines.join('\n').replaceAll('Q', secret)}\n`;
  expect(redact([text], python)[0]).not.toContain(secret);
});

test('the log of a start is told of units of OpenStack and of their web servers alone', () => {
  const units = ['nova-compute', 'openstack-nova-compute', 'neutron-l3-agent.service', 'devstack@nova-api', 'apache2'];
  const others = [
    'sshd',
    'cron.service',
    'mariadb',
    'nova*',
    'my-nova-api',
    'vault',
    'nova-api.socket',
    'apache2.timer',
  ];
  expect(
    callHostFunction<boolean>(
      'UNIT_NAME[1]',
      [...units, ...others].map((name) => [name]),
    ),
  ).toEqual([...units.map(() => true), ...others.map(() => false)]);
});

test.each(pythons)(
  'no text of a process or file makes the filter of secrets slow, and forms with dots and colons are hidden, by %s',
  (python) => {
    const long = ['a'.repeat(200_000), '-'.repeat(200_000)];
    const words = [
      `--env=OS_DB_PASSWORD=${secret}`,
      `--set=db.password=${secret}`,
      '--db.password',
      secret,
      '--admin-pass',
      `--${secret}`,
      'mysqldump',
      `-p${secret}`,
    ];
    const [toldLong, toldWords] = callHostFunction<string[]>('told_words', [[long], [words]], python);
    expect(toldLong).toEqual(['***', '***']);
    expect(JSON.stringify(toldWords)).not.toContain(secret);

    // Superlinear, none of these would end within the time that a test has.
    const repeated = [
      '--pass',
      '://',
      '<password',
      '<password>',
      'identified with ',
      '-----BEGIN ',
      'mysql -p',
      'token ',
    ].map((part) => part.repeat(200_000 / part.length));
    const quoted = [`{"password": "ab\\"${secret}", "x": 1}`, `'token': 'ab\\'${secret}\\\\', 'x'`];
    const lines = [...long, ...quoted, ...repeated];
    const told = callHostFunction<string>(
      'without_secrets',
      lines.map((line) => [line]),
      python,
    );
    expect(told).toHaveLength(lines.length);
    expect(told.slice(0, long.length)).toEqual(long);
    expect(told.join('')).not.toContain(secret);

    const files = [long[0] ?? '', `${' '.repeat(200_000)}y`, `a = ${'://'.repeat(100_000)}`];
    expect(redact(files, python)).toHaveLength(files.length);
  },
);

/** Warnings about configuration files: what the service reads otherwise than the writer meant. */
import { inspect } from 'node:util';
import { accountOf } from '../../lib/oslo-config/account';
import { eraOf, type Python } from '../../lib/oslo-config/era';
import { parseOsloFile } from '../../lib/oslo-config/file';
import type { RegisteredOption } from '../../lib/oslo-config/resolve';
import { warningsOf } from '../../lib/oslo-config/warnings';

const option = (section: string, name: string, rest: Partial<RegisteredOption> = {}): RegisteredOption => ({
  isText: true,
  section,
  name,
  ...rest,
});
const former = [{ section: 'DEFAULT', name: 'sql_connection' }];
const registered = [
  option('DEFAULT', 'my_ip'),
  option('DEFAULT', 'state_path', { default: '/var/lib/nova' }),
  option('DEFAULT', 'lock_path'),
  option('database', 'connection', { former }),
  option('keystone_authtoken', 'password'),
  option('filter_scheduler', 'enabled_filters', { multiple: true }),
];

const configOf = (
  texts: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  python: Python = 3,
) => ({
  files: texts.map((text, index) => parseOsloFile(`${index + 1}.conf`, text, python)),
  environment: new Map(Object.entries(environment)),
  era: eraOf('2025.1', python),
});

const told = (texts: readonly string[], options?: readonly RegisteredOption[], environment = {}): readonly string[] =>
  warningsOf(configOf(texts, environment), options).map(
    ({ code, path, line, column, message }) => `${code} ${path}:${line}:${column} ${message}`,
  );

describe('one file', () => {
  test.each<[string, string]>([
    [
      '[DEFAULT]\nstate_path = /x\n  my_ip = 192.0.2.1\n',
      'swallowed option 1.conf:3:3 the line is indented, so it is a part of the value of [DEFAULT] state_path, and "my_ip" is not set; begin it at column 1',
    ],
    [
      '[keystone_authtoken]\npassword = pa$word\n',
      'reference 1.conf:2:12 the value of [keystone_authtoken] password has a "$" that oslo.config takes for the name of an option: another text takes its place, or the service fails; write "$$" for it',
    ],
    [
      '[DEFAULT]\nlock_path = "a\n  $nothing"\n',
      'reference 1.conf:3:3 the service fails where it asks for [DEFAULT] lock_path: "$nothing" names no option that the service knows; write "$$" for a "$" of the value',
    ],
    [
      '\ufeff[DEFAULT]\n',
      'refused file 1.conf:1:1 the file begins with a byte order mark; save it as UTF-8 without one',
    ],
    [
      '[DEFAULT]\nmy_ip = 1\r\n# x\r\n',
      'line ends 1.conf:2:10 the line ends with CRLF; oslo.config passes over that, scripts that read the file do not; save it with LF',
    ],
    [
      '[default]\nmy_ip = 1\n',
      'unknown section 1.conf:1:1 the service registers no option in [default], so nothing reads the lines below it; write [DEFAULT], in capitals',
    ],
    [
      '[keystone_authtokens]\nx = 1\n',
      'unknown section 1.conf:1:1 the service registers no option in [keystone_authtokens], so nothing reads the lines below it; perhaps [keystone_authtoken] is meant',
    ],
    [
      '[DEFAULT]\nlock-path = 1\n',
      'unknown option 1.conf:2:1 the service registers no option [DEFAULT] lock-path, so nothing reads this line; write "lock_path": small letters, and "_" for "-"',
    ],
    [
      '[DEFAULT]\nstate_paht = 1\n',
      'unknown option 1.conf:2:1 the service registers no option [DEFAULT] state_paht, so nothing reads this line; perhaps "state_path" is meant',
    ],
    [
      '[DEFAULT]\nconnection = 1\n',
      'unknown option 1.conf:2:1 the service registers no option [DEFAULT] connection, so nothing reads this line; an option of that name stands in [database]',
    ],
    [
      '[DEFAULT]\nmy_ip = 1\n\nmy_ip = 2\n',
      'shadowed 1.conf:2:1 this line of [DEFAULT] my_ip does not count, because line 4 sets the option too, and wins; delete one of them',
    ],
  ])('%j', (text, expected) => {
    expect(told([text], registered)).toEqual([expected]);
  });

  test('a blank that is not ASCII makes another name', () => {
    expect(told(['[DEFAULT]\nmy\u200b_ip = 1\n'])).toEqual([
      'odd character 1.conf:2:3 the name of the option has the character U+200B, so it is another option than it looks; type the name anew',
    ]);
  });

  test('a carriage return alone is a line end for Python 3', () => {
    expect(told(['[DEFAULT]\nmy_ip = 1\rx = 2\n'])).toEqual([
      'line ends 1.conf:2:10 a carriage return stands alone: Python 3 takes it for a line end, Python 2 for a blank; save the file with LF',
    ]);
  });

  test.each([
    '# x\n[DEFAULT]\nmy_ip = 1\nlock_path = $state_path/lock\n\n[filter_scheduler]\nenabled_filters = A\nenabled_filters = B\n',
    '[DEFAULT]\nsql_connection = mysql://u@h/x\n[Database]\n',
    '[DEFAULT]\nmy_ip = a\n  {"b": "c"},\n  # d\n  https://x/?y=z\n',
  ])('%j raises no warning', (text) => {
    expect(told([text], registered)).toEqual([]);
  });

  test('without the registered options no name is called wrong', () => {
    expect(told(['[x]\ny = 1\ny = 2\n'])).toEqual([]);
  });
});

test('every shadowed line is told beside the winner, which may be the environment', () => {
  const texts = ['[DEFAULT]\nmy_ip = 1\n', '[DEFAULT]\nmy_ip = 2\n'];
  const loses = (place: string, winner: string): string =>
    `shadowed ${place}:2:1 this line of [DEFAULT] my_ip does not count, because ${winner} sets the option too, and wins; delete one of them`;
  expect(told(texts, registered)).toEqual([loses('1.conf', '2.conf:2')]);
  const winner = 'environment OS_DEFAULT__MY_IP';
  expect(told(texts, registered, { OS_DEFAULT__MY_IP: '3' })).toEqual([
    loses('2.conf', winner),
    loses('1.conf', winner),
  ]);
});

test('the account of an option has each place and no secret', () => {
  const texts = [
    '[database]\nconnection = mysql://u:hunter2@a/x\n',
    '[DEFAULT]\nsql_connection = mysql://u:hunter3@b/x\n',
  ];
  const account = accountOf(registered[3]!, configOf(texts));
  expect(JSON.parse(JSON.stringify(account))).toEqual({
    values: [{ where: '2.conf:2', value: '***', by: { section: 'DEFAULT', name: 'sql_connection' } }],
    shadowed: [{ where: '1.conf:2', value: '***', by: { section: 'database', name: 'connection' } }],
  });
  expect(inspect(account, { depth: 9 })).not.toContain('hunter');
});

test('no warning has a part of a password', () => {
  const secret = ['hunter', 'two'].join('$');
  const text = `[keystone_authtoken]\npassword = ${secret}\n  hunter = two\n[database]\nconnection = mysql://u:${secret}@h/x\n`;
  const all = told([text, text], registered).join('\n');
  expect(all).toContain('the value of [keystone_authtoken] password, and sets no option');
  expect(all).not.toMatch(/hunter|two/);
});

describe('no warning quotes a part of a password', () => {
  const plain = ['mirror', 'other', 'sql_connection'].map((name) => option('DEFAULT', name));
  test.each<[string, string]>([
    ['by a reference to the secret option', 'sql_connection = mysql://nova:pa$ecret@h/\nmirror = $sql_connection'],
    [
      'by a reference to a reference',
      'sql_connection = mysql://nova:pa$ecret@h/\nother = $sql_connection\nmirror = $other',
    ],
    ['with a section in the reference', 'sql_connection = mysql://nova:pa$ecret.x@h/\nmirror = $sql_connection'],
    ['in an address that stands in an option without a secret name', 'mirror = mysql://nova:pa$ecret@h/'],
    ['in a line that continues such an address', 'mirror = mysql://nova:x@h/\n  ecret = 1'],
  ])('%s', (_, lines) => {
    const warnings = told([`[DEFAULT]\n${lines}\n`], plain).join('\n');
    expect(warnings).toMatch(/^(reference|swallowed option) /m);
    expect(warnings).not.toContain('ecret.x');
    expect(warnings).not.toMatch(/\becret/);
  });
});

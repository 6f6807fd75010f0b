/** Configuration files of services: what is refused and where, and which setting counts over which. */
import { effective, type OsloOption, type Setting } from '../../lib/oslo-config/effective';
import { eraOf } from '../../lib/oslo-config/era';
import { parseOsloFile } from '../../lib/oslo-config/file';
import { escapeDollars, literalOf, referencesIn } from '../../lib/oslo-config/references';
import { resolve, type RegisteredOption } from '../../lib/oslo-config/resolve';

const era = eraOf('2025.1');

describe('a file that oslo.config refuses', () => {
  test.each([
    ['\ufeff[DEFAULT]\n', '1:1 the file begins with a byte order mark; save it as UTF-8 without one'],
    [
      '[DEFAULT]\n# x\n  a = 1\n',
      '3:1 the line is indented and there is no option right above it; begin it at column 1',
    ],
    ['[DEFAULT] # x\na = 1\n', '1:1 text follows "]"; end the line with "]"'],
    ['[DEFAULT\n', '1:1 the section\'s name is not closed; end the line with "]"'],
    ['[]\n', '1:1 the section has no name; write one between the brackets'],
    ['a = 1\n[DEFAULT]\n', '1:1 the option is before any section; put "[DEFAULT]" above it'],
    ['[x]\r\n\r\nabc\r\n', '3:1 the line has neither "=" nor ":"; write it as "name = value", or as a comment'],
    ['[x]\n= 1\n', '2:1 there is no name before the value; write one'],
  ])('%j', (text, expected) => {
    const { faults } = parseOsloFile('nova.conf', text, 3);
    expect(faults.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([expected]);
  });

  test('every fault of a file is told, and the options beside them are read', () => {
    const file = parseOsloFile('nova.conf', '[a] # x\nb = 1\nc\nd = 2\n', 3);
    expect(file.faults.map(({ line }) => line)).toEqual([1, 3]);
    expect(file.entries.map(({ section, name, value }) => [section, name, value])).toEqual([
      ['a', 'b', '1'],
      ['a', 'd', '2'],
    ]);
  });
});

const say = (setting: Setting): string =>
  setting.from === 'file'
    ? `${setting.value} (${setting.file.path}:${setting.entry.line}, ${setting.by.section}.${setting.by.name})`
    : `${setting.value} (${setting.variable})`;

function settings(option: OsloOption, texts: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const files = texts.map((text, index) => parseOsloFile(`${index + 1}.conf`, text, 3));
  const found = effective(option, { files, environment: new Map(Object.entries(environment)), era });
  return { values: found.values.map(say), shadowed: found.shadowed.map(say) };
}

const former = [{ section: 'DEFAULT', name: 'sql_connection' }];
const connection: OsloOption = { section: 'database', name: 'connection', former };

describe('the setting that counts', () => {
  test('the last one of a file, whatever section block it stands in', () => {
    const text = '[database]\nconnection = a\n[x]\n[Database]\nconnection = b\n';
    expect(settings(connection, [text])).toEqual({
      values: ['b (1.conf:5, database.connection)'],
      shadowed: ['a (1.conf:2, database.connection)'],
    });
  });

  test('the present name of one file, and a former name of a later file', () => {
    const both = '[database]\nconnection = new\n[DEFAULT]\nsql_connection = old\n';
    expect(settings(connection, [both, '[DEFAULT]\nsql_connection = later\n'])).toEqual({
      values: ['later (2.conf:2, DEFAULT.sql_connection)'],
      shadowed: ['new (1.conf:2, database.connection)', 'old (1.conf:4, DEFAULT.sql_connection)'],
    });
  });

  test('the environment over every file', () => {
    const environment = { OS_DATABASE__CONNECTION: 'e' };
    expect(settings(connection, ['[database]\nconnection = a\n'], environment)).toEqual({
      values: ['e (OS_DATABASE__CONNECTION)'],
      shadowed: ['a (1.conf:2, database.connection)'],
    });
  });

  test('all of an option with several values, in reading order', () => {
    const option = { section: 'a', name: 'x', multiple: true };
    expect(settings(option, ['[a]\nx = 1\nx =\n', '[a]\nx = 3\n']).values).toEqual([
      '1 (1.conf:2, a.x)',
      ' (1.conf:3, a.x)',
      '3 (2.conf:2, a.x)',
    ]);
  });
});

describe('references', () => {
  const files = [parseOsloFile('1.conf', '[DEFAULT]\npassword = pa$word\nurl = $host:$port\nloop = $loop\n', 3)];
  const config = { files, environment: new Map<string, string>(), era };
  const option = (name: string, rest: Partial<RegisteredOption> = {}): RegisteredOption => ({
    section: 'DEFAULT',
    name,
    isText: true,
    ...rest,
  });
  const registered = [
    option('password'),
    option('url'),
    option('host', { default: 'h' }),
    option('port', { isText: false }),
  ];

  test('a "$" in a password that names no option makes the service fail', () => {
    expect(resolve(option('password'), config, registered)).toEqual({
      is: 'broken',
      why: 'a "$" in a secret value names no option that the service knows',
    });
    expect(referencesIn('pa$word and ${a.b}', era)).toEqual([
      { name: 'word', index: 2 },
      { name: 'a.b', index: 12 },
    ]);
  });

  test('a value that only the service knows is unknown', () => {
    expect(resolve(option('password'), config).is).toBe('unknown');
    expect(resolve(option('url'), config, registered).is).toBe('unknown');
  });

  test('an option that refers to itself is broken', () => {
    expect(resolve(option('loop'), config, [option('loop')])).toEqual({ is: 'broken', why: '"loop" refers to itself' });
  });

  test('values that double each other end with a bound', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `a${index} = $a${index + 1}$a${index + 1}`).join('\n');
    const doubling = [parseOsloFile('1.conf', `[DEFAULT]\n${lines}\na40 = x\n`, 3)];
    expect(resolve(option('a0'), { ...config, files: doubling }).is).toBe('unknown');
  });

  test.each(['', '$', '$$', '\\$', '\\\\$', 'pa$word', '${a}', '\\', '$\\$a', '\\$$b'])(
    '%j survives as a literal',
    (text) => {
      for (const release of ['icehouse', 'juno', 'liberty', '2025.1'] as const)
        expect(literalOf(escapeDollars(text), eraOf(release))).toBe(text);
    },
  );
});

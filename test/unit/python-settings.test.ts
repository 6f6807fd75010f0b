import type { SettingName } from '../../lib/hosts/settings-answers';
import { editSetting, stateText, type Say } from '../../lib/python-settings/effective';
import { pythonValue, renderPython } from '../../lib/python-settings/literal';
import { isSecretSetting, parseSettingName } from '../../lib/python-settings/name';

test.each<[unknown, string | undefined, string]>([
  [true, undefined, 'True'],
  [null, undefined, 'None'],
  [-12, undefined, '-12'],
  [0.5, undefined, '0.5'],
  ['Asia/Seoul', undefined, "'Asia/Seoul'"],
  ['Asia/Seoul', 'u"UTC"', '"Asia/Seoul"'],
  ["it's", undefined, "'it\\'s'"],
  ['a\nb\\', undefined, "'a\\nb\\\\'"],
  ['시', '"UTC"', 'u"\\uc2dc"'],
  ['😀\0', undefined, "u'\\U0001f600\\x00'"],
  [['a', 1], undefined, "['a', 1]"],
  [['a'], '("x", "y")', '("a",)'],
  [[], '()', '()'],
  [[['u', 'n']], "[('a', 'b')]", "[('u', 'n')]"],
])('%j in the place of %s is written %s', (value, like, text) => {
  expect(renderPython(pythonValue.parse(value), like)).toBe(text);
});

test.each([[Infinity], [2 ** 60], ['\ud800'], [{ a: 1 }], [[[['deep']]]], [undefined]])(
  '%j is no value of a setting',
  (value) => {
    expect(pythonValue.safeParse(value).success).toBe(false);
  },
);

test.each([
  ['DEBUG', ['DEBUG']],
  ['OPENSTACK_NEUTRON_NETWORK.enable_router', ['OPENSTACK_NEUTRON_NETWORK', 'enable_router']],
  ['LOGGING.loggers.horizon.level', ['LOGGING', 'loggers', 'horizon', 'level']],
  ['1A', undefined],
  ["A.b'c", undefined],
  ['A..b', undefined],
  ['', undefined],
])('the name %j is read as %j', (text, name) => {
  expect(parseSettingName(text)).toEqual(name);
});

test.each([['SECRET_KEY'], ['EMAIL_HOST_PASSWORD'], ['SECRET_KEY_FALLBACKS'], ['DATABASES.default.PASSWORD']])(
  '%s is secret',
  (text) => {
    expect(isSecretSetting(parseSettingName(text)!)).toBe(true);
  },
);
test.each([['DEBUG'], ['TIME_ZONE'], ['CSRF_COOKIE_SECURE'], ['HORIZON_CONFIG.password_autocomplete']])(
  '%s is no secret',
  (text) => {
    expect(isSecretSetting(parseSettingName(text)!)).toBe(false);
  },
);

describe('an edit', () => {
  const main = '/etc/openstack-dashboard/local_settings.py';
  const snippet = '/etc/openstack-dashboard/local_settings.d/_20_site.py';
  const name: SettingName = ['TIME_ZONE'];
  const literal = (source: string, value: string, path = main): Say => ({
    path,
    line: 7,
    column: 13,
    is: 'literal',
    source,
    value,
    isStatement: true,
  });
  const unlike = (is: 'conditional' | 'computed' | 'lacking' | 'imported', path = main): Say => ({ path, line: 9, is });

  test('replaces the literal that counts, in the file that counts, and tells the places that it wins over', () => {
    expect(editSetting(name, 'Asia/Seoul', [literal('"UTC"', 'UTC'), literal("'GMT'", 'GMT', snippet)], main)).toEqual({
      is: 'edited',
      path: snippet,
      change: { name, expect: "'GMT'", literal: "'Asia/Seoul'" },
      before: { is: 'value', value: 'GMT' },
      line: 7,
      shadowed: [literal('"UTC"', 'UTC')],
    });
  });
  test('has nothing to do where the value that counts is the wanted one, however it is written', () => {
    expect(editSetting(name, 'UTC', [unlike('conditional'), literal('u"UTC"', 'UTC')], main)).toEqual({
      is: 'unchanged',
    });
    expect(editSetting(name, undefined, [], main)).toEqual({ is: 'unchanged' });
  });
  test('adds what no file sets to the main file, and a key behind the dictionary that lacks it', () => {
    expect(editSetting(name, 'UTC', [], main)).toMatchObject({
      path: main,
      change: { expect: null, literal: "'UTC'" },
    });
    expect(editSetting(['D', 'k'], 1, [unlike('lacking', snippet)], main)).toMatchObject({ path: snippet });
    expect(editSetting(['D', 'k'], 1, [unlike('imported')], main)).toMatchObject({ path: main });
  });
  test.each<[string, readonly Say[], RegExp]>([
    [
      'a condition behind it',
      [literal('1', 'UTC'), unlike('conditional')],
      /local_settings\.py:9 may set TIME_ZONE under a condition/,
    ],
    [
      'a computed value',
      [unlike('computed')],
      /local_settings\.py:9 computes TIME_ZONE, and stackward replaces only literals/,
    ],
    ['a file that could not be read', [{ path: snippet, line: 1, is: 'unread', why: 'the disk fails' }], /_20_site\.py:1 may set TIME_ZONE: the disk fails/], // prettier-ignore
  ])('is refused where %s stands in the way', (_, says, why) => {
    expect(editSetting(name, 'Asia/Seoul', says, main)).toEqual({ is: 'refused', why: expect.stringMatching(why) });
  });
  test('is refused where the dictionary of a key is nowhere', () => {
    expect(editSetting(['D', 'k'], 1, [], main)).toMatchObject({
      is: 'refused',
      why: expect.stringMatching(/dictionary D/),
    });
  });
  test('removes the only assignment, and refuses where another would count then', () => {
    const edit = editSetting(name, undefined, [literal('"UTC"', 'UTC')], main);
    expect(edit).toMatchObject({ change: { expect: '"UTC"', literal: null } });
    expect(editSetting(name, undefined, [literal('1', '1'), literal('"UTC"', 'UTC', snippet)], main)).toMatchObject({
      is: 'refused',
      why: expect.stringMatching(/local_settings\.py:7 sets TIME_ZONE too/),
    });
  });
});

test('a state is shown as Python writes it', () => {
  expect([{ is: 'value', value: null } as const, { is: 'name', name: 'DEBUG' } as const, { is: 'absent' } as const].map(stateText)).toEqual(['None', 'DEBUG', '(not set)']); // prettier-ignore
});

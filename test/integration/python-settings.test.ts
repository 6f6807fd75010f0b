/**
 * The editor of settings in Python, judged by interpreters from 2.7 on, which run each file before and after the edit.
 */
import fc from 'fast-check';
import type { PythonValue, SettingName, ToldSetting } from '../../lib/hosts/settings-answers';
import { editSetting, type Say } from '../../lib/python-settings/effective';
import { parseSettingName, settingText } from '../../lib/python-settings/name';
import { anyText } from '../support/any-text';
import { fuzzCount, fuzzSeed } from '../support/fuzz';
import { changeSettings, interpreters, releases, runSettings, settingsOf } from '../support/python-settings';
import { tellSettings, tellStars } from '../support/python-settings';

const main = '/etc/openstack-dashboard/local_settings.py';
const nameOf = (text: string): SettingName => parseSettingName(text)!;
const saysOf = (told: readonly ToldSetting[] | object): readonly Say[] =>
  (told as readonly ToldSetting[]).map((each) => ({ path: main, ...each }));

const names = [
  'DEBUG',
  'TEMPLATE_DEBUG',
  'TIME_ZONE',
  'ALLOWED_HOSTS',
  'API_RESULT_LIMIT',
  'API_RESULT_PAGE_SIZE',
  'SESSION_TIMEOUT',
  'COMPRESS_OFFLINE',
  'OPENSTACK_KEYSTONE_URL',
  'OPENSTACK_NEUTRON_NETWORK.enable_lb',
  'OPENSTACK_NEUTRON_NETWORK.profile_support',
  'OPENSTACK_NEUTRON_NETWORK.enable_new_thing',
  'HORIZON_CONFIG.simple_ip_management',
  'HORIZON_CONFIG.dashboards',
  'HORIZON_CONFIG.auto_fade_alerts.delay',
  'HORIZON_CONFIG.auto_fade_alerts.types',
  'LOGGING.version',
  'LOGGING.handlers.console.level',
  'LOGGING.loggers.horizon.handlers',
  'LOGGING.loggers.horizon.propagate',
  'LOGGING.loggers.horizon.new-key',
];

const text = fc.oneof(anyText(12), fc.constantFrom('Asia/Seoul', '"\'\\', "it's", '시각'));
const scalar: fc.Arbitrary<PythonValue> = fc.oneof(
  fc.constantFrom(null, true, false),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
  text,
);
const value = fc.oneof(scalar, fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxLength: 4 }));
const line = fc.constantFrom('\n', '\r\n');
const asked = fc
  .record({ release: fc.constantFrom(...releases), name: fc.constantFrom(...names), value, line })
  // TEMPLATE_DEBUG names DEBUG. If the value were a list, it would have two names, and a change by one name would
  // change both.
  .filter(({ name, value }) => name !== 'DEBUG' || !Array.isArray(value));

/** The newest settings compute this level by whether DEBUG is true. */
const levelByDebug = 'LOGGING.handlers.console.level';

/** The last place tells what becomes of `N`. */
const ofName: readonly (readonly [string, string, string])[] = [
  ['an assignment', 'N = 1', 'literal'],
  ['the last of two assignments', 'N = f()\nN = 1', 'literal'],
  ['a name', 'D = True\nN = D', 'name'],
  ['a sum', 'N = 1 + 1', 'computed'],
  ['a set', "N = set(['a'])", 'computed'],
  ['an address with a password', "N = 'redis://:secret@host'", 'secret'],
  ['two targets', 'N = M = 1', 'changed'],
  ['a tuple of targets', 'N, M = 1, 2', 'changed'],
  ['an addition', 'N = 1\nN += 1', 'changed'],
  ['a deletion', 'N = 1\ndel N', 'changed'],
  ['a loop', 'for N in (1, 2):\n    pass', 'conditional'],
  ['a condition', 'N = 1\nif DEBUG:\n    N = 2', 'conditional'],
  ['an assignment behind a condition', 'if DEBUG:\n    N = 2\nN = 1', 'literal'],
  ['a try', 'N = 1\ntry:\n    N = 2\nexcept ImportError:\n    pass', 'conditional'],
  ['a function of that name', 'def N():\n    pass', 'changed'],
  ['a variable of a function', 'N = 1\ndef f():\n    N = 2', 'literal'],
  ['a global of a function', 'N = 1\ndef f():\n    global N\n    N = 2\nf()', 'changed'],
  ['an import', 'N = 1\nfrom m import N', 'imported'],
  ['an import by another name', 'N = 1\nimport m as N', 'imported'],
  ['a code that is run', "N = 1\nexec('N = 2')", 'changed'],
  ['all names by globals', "N = 1\nglobals()['N'] = 2", 'changed'],
  ['a list that grows', "N = ['a']\nN.append('b')", 'changed'],
  ['a list under another name', "N = ['a']\nM = N", 'changed'],
  ['a list that is counted', "N = ['a']\nM = len(N)", 'literal'],
  ['an item of a list', "N = ['a']\nN[0] = 'b'", 'changed'],
  ['a text that is used', "N = 'a'\nM = N + f(N)", 'literal'],
];
/** The last place tells what becomes of the key `k` of `D`. */
const ofKey: readonly (readonly [string, string, string])[] = [
  ['an entry', "D = {'k': 1}", 'literal'],
  ['the last of two entries', "D = {'k': f(), 'k': 1}", 'literal'],
  ['an assignment to a key', "D = f()\nD['k'] = 1", 'literal'],
  ['a key of an imported dictionary', "from m import D\nD['k'] = 1", 'literal'],
  ['a dictionary without the key', "D = {'other': 1}", 'lacking'],
  ['another key', "D = {'k': 1}\nD['other'] = 2", 'literal'],
  ['a call', 'D = dict(k=1)', 'computed'],
  ['a key in a variable', "D = {'k': 1}\nD[x] = 2", 'changed'],
  ['a deleted key', "D = {'k': 1}\ndel D['k']", 'changed'],
  ['an update', "D = {'k': 1}\nD.update(k=2)", 'changed'],
  ['a read', "D = {'k': 1}\nM = D.get('k')", 'literal'],
  ['a second name of it', "D = {'k': 1}\nM = D", 'changed'],
  ['a function that gets it', "D = {'k': 1}\nf(D)", 'changed'],
  ['a key under a condition', "D = {'k': 1}\nif M:\n    D['k'] = 2", 'conditional'],
  ['another key under a condition', "D = {'k': 1}\nif M:\n    D['other'] = 2", 'literal'],
  ['no dictionary', 'D = None', 'computed'],
  ['a dictionary with another one', "D = {'j': {}}", 'lacking'],
];
const writes: readonly (readonly [string, string, string])[] = [
  ['N = 1', '2', 'N = 2'],
  ['N = 1 # why', '2', 'N = 2 # why'],
  ['N = (  # why\n  1\n)', '2', 'N = (  # why\n  2\n)'],
  ['N = \\\n  1', '2', 'N = \\\n  2'],
  ["N = ('a'\n     'b') # why", "'c'", "N = ('c') # why"],
  ["M = '한'; N = 'é'; O = 1", "'c'", "M = '한'; N = 'c'; O = 1"],
  ['N = """a\nb"""', "'c'", "N = 'c'"],
  ['N = (1, 2) # why', '(3,)', 'N = (3,) # why'],
  ['N = 1, 2', '(3,)', 'N = (3,)'],
  ['N = [ # a\n  1, # b\n]', '[]', 'N = []'],
  ['\ufeffN = 1', '2', '\ufeffN = 2'],
  ['N = 1\nN = 1', '2', 'N = 1\nN = 2'],
  ['N = -1', '2', 'N = 2'],
  ['N = 1', 'M', 'N = M'],
];
const noLiterals: readonly (readonly [string, string])[] = [
  ['a statement behind it', '1\nimport os'],
  ['a call', 'open("/etc/passwd")'],
  ['a comment', '1 # more'],
  ['a bracket too many', '1)'],
  ['two lines', '1\nM = 2'],
  ['a dictionary', "{'a': 1}"],
  ['a comprehension', '[x for x in y]'],
  ['an attribute', 'os.name'],
  ['an address with a password', "'amqp://user:word@host'"],
  ['nothing', ''],
  ['blanks', ' 1'],
  ['bytes that no text is', "'\\xff\\xfe' + 'a'"],
];
const noEdits: readonly (readonly [string, string, SettingName, string | null, string | null])[] = [
  ['a line that holds more', 'N = 1; M = 2\n', ['N'], '1', null],
  ['an entry of a dictionary', "D = {'k': 1}\n", ['D', 'k'], '1', null],
  ['a key of no dictionary', 'M = 1\n', ['D', 'k'], null, '1'],
  ['a place under a condition', 'N = 1\nif M:\n    N = 2\n', ['N'], '1', '3'],
];

const textOf = (before: string): string =>
  before.includes('한') ? `# -*- coding: utf-8 -*-\n${before}\n` : `${before}\n`;

describe.each(interpreters)("the editor of Horizon's settings, run by %s,", (python) => {
  test('changes exactly the asked setting in each release, and the reverse edit brings back each byte', () => {
    const cases = fc.sample(asked, { numRuns: Math.ceil(fuzzCount / 80), seed: fuzzSeed }).map((each) => ({
      ...each,
      name: nameOf(each.name),
      text: settingsOf(each.release).replaceAll('\n', each.line),
    }));
    const told = tellSettings(python, cases);
    const edits = cases.map(({ name, value }, index) => editSetting(name, value, saysOf(told[index]!), main));
    const edited = cases.flatMap((each, index) => {
      const edit = edits[index];
      return edit?.is === 'edited' ? [{ ...each, change: edit.change }] : [];
    });
    // Four of five are edited. The bound is far from that, because each run has other cases, and 25 only.
    expect(edited.length).toBeGreaterThan(cases.length / 4);
    const after = changeSettings(python, edited);
    const refused = edited.filter((_, index) => typeof after[index] !== 'string');
    expect(refused.map(({ release, change }) => ({ release, change }))).toEqual([]);
    const differences = runSettings(
      python,
      edited.map(({ text }, index) => [text, after[index] as string] as const),
    );
    // The name that was there may have had the same value.
    const found = differences.map((difference, index) =>
      Object.fromEntries(
        Object.entries(difference)
          .filter(([name]) => name !== levelByDebug || edited[index]?.name[0] !== 'DEBUG')
          .map(([name, [, is]]) => [name, is]),
      ),
    );
    const wanted = edited.map(({ name, value, change, text }, index) => {
      if (change.expect !== null && /^[A-Z_]+$/.test(change.expect) && Object.keys(found[index] ?? {}).length === 0)
        return {};
      const changed = [settingText(name)];
      if (settingText(name) === 'DEBUG' && text.includes('TEMPLATE_DEBUG = DEBUG')) changed.push('TEMPLATE_DEBUG');
      return Object.fromEntries(changed.map((each) => [each, JSON.parse(JSON.stringify(value)) as unknown]));
    });
    expect(found).toEqual(wanted);
    const again = tellSettings(
      python,
      edited.map(({ name }, index) => ({ name, text: after[index] as string })),
    );
    expect(edited.map(({ name, value }, index) => editSetting(name, value, saysOf(again[index]!), main).is)).toEqual(
      edited.map(() => 'unchanged'),
    );
    const back = changeSettings(
      python,
      edited.map(({ change }, index) => ({
        text: after[index] as string,
        change: { name: change.name, expect: change.literal, literal: change.expect },
      })),
    );
    expect(back).toEqual(edited.map(({ text }) => text));
  });

  // One process for all rows, because Python starts slowly.
  let told: readonly unknown[];
  let written: readonly unknown[];
  beforeAll(() => {
    told = tellSettings(python, [
      ...ofName.map(([, text]) => ({ text: `${text}\n`, name: ['N'] as const })),
      ...ofKey.map(([, text]) => ({ text: `${text}\n`, name: ['D', 'k'] as const })),
      ...writes.map(([before]) => ({ text: textOf(before), name: ['N'] as const })),
      { text: 'from m import D\n', name: ['D', 'j', 'k'] },
      { text: "D = {'j': 1}\n", name: ['D', 'i', 'k'] },
    ]);
    written = changeSettings(python, [
      ...writes.map(([before, literal], index) => {
        const say = saysOf(told[ofName.length + ofKey.length + index] as object).at(-1);
        const expected = say && 'source' in say ? say.source : null;
        return { text: textOf(before), change: { name: ['N'] as const, expect: expected, literal } };
      }),
      ...noLiterals.map(([, literal]) => ({ text: 'N = 1\n', change: { name: ['N'] as const, expect: '1', literal } })),
      ...noEdits.map(([, text, name, expected, literal]) => ({ text, change: { name, expect: expected, literal } })),
    ]);
  });
  const lastOf = (index: number) => saysOf(told[index] as object).at(-1)?.is;

  test.each(ofName.map(([what, text, is], index) => [what, text, is, index] as const))(
    'tells %s as what it is',
    (_, __, is, index) => expect(lastOf(index)).toBe(is),
  );
  test.each(ofKey.map(([what, text, is], index) => [what, text, is, ofName.length + index] as const))(
    'tells %s of a dictionary as what it is',
    (_, __, is, index) => expect(lastOf(index)).toBe(is),
  );
  test('tells a key whose own dictionary is missing or unknown as none that can be added', () => {
    expect([lastOf(told.length - 2), lastOf(told.length - 1)]).toEqual(['computed', 'computed']);
  });
  test.each(writes.map(([before, literal, after], index) => [before, literal, after, index] as const))(
    'writes into %j %j alone',
    (before, _, after, index) => expect(written[index]).toBe(textOf(before).replace(before, () => after)),
  );
  test.each(noLiterals.map(([what], index) => [what, writes.length + index] as const))(
    'refuses to write %s',
    (_, index) => expect(written[index]).toEqual({ refused: 'invalid change' }),
  );
  test.each(noEdits.map(([what], index) => [what, writes.length + noLiterals.length + index] as const))(
    'refuses to edit %s',
    (_, index) => expect(written[index]).toEqual({ refused: 'refused' }),
  );

  test('refuses a file that this Python cannot parse, is in another encoding, or has odd line ends', () => {
    const texts = [
      'N = = 1\n',
      '# coding: latin-1\nN = 1\n',
      'N = 1\rM = 2\n',
      'N = 1\0\n',
      `N = ${'['.repeat(5000)}\n`,
    ];
    const told = tellSettings(
      python,
      texts.map((text) => ({ text, name: ['N'] as const })),
    );
    expect(told).toEqual(texts.map(() => ({ refused: 'invalid' })));
  });

  test('does not touch a setting that is not as it was seen', () => {
    const change = { name: ['N'] as const, literal: '3' };
    const seen = (text: string, expected: string | null) => ({ text, change: { ...change, expect: expected } });
    const answers = changeSettings(python, [seen('N = 2\n', '1'), seen('M = 1\n', '1'), seen('N = 1\n', null)]);
    expect(answers).toEqual(Array.from(answers, () => ({ refused: 'changed' })));
  });

  test('tells where all names of a module come in, and whether they must', () => {
    expect(tellStars(python, settingsOf('icehouse'))).toEqual([
      { module: 'ubuntu_theme', level: 0, line: expect.any(Number) as number, isGuarded: true, isConditional: false },
    ]);
    const text =
      'from a.b import *\nif M:\n    from c import *\ntry:\n    from d import *\nexcept OSError:\n    from e import *\n';
    expect(
      tellStars(python, text).map(({ module, isGuarded, isConditional }) => [module, isGuarded, isConditional]),
    ).toEqual([
      ['a.b', false, false],
      ['c', false, true],
      ['d', false, false],
      ['e', false, true],
    ]);
  });
});

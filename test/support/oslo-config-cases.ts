/** Configuration files as people, tools and attackers write them, with the options that a service would register. */
import { defined } from '../../lib/basics/defined';
import fc from 'fast-check';
import type { OracleCase } from './oslo-config';

const nearly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, usually = 12): fc.Arbitrary<T> =>
  fc.oneof({ weight: usually, arbitrary: usual }, { weight: 1, arbitrary: odd });

export const sectionNames = ['DEFAULT', 'alpha', 'Beta'] as const;
export const optionNames = ['a', 'my_ip', 'state_path', 'b2'] as const;

const section = nearly(
  fc.constantFrom<string>(...sectionNames),
  fc.constantFrom('default', 'ALPHA', 'beta', ' alpha', 'alpha ', 'gamma', 'a]b', 'Ä', 'ä', '한'),
  4,
);
const name = nearly(
  fc.constantFrom<string>(...optionNames),
  fc.constantFrom('A', 'my-ip', 'a ', 'a\u00a0', '\u3000a', 'a\u200b', 'x.y', 'ä', '\x1ca', 'old'),
  6,
);
const blank = nearly(
  fc.constantFrom('', ' ', '\t', '  '),
  fc.constantFrom('\u00a0', '\v', '\x1f', '\u2003', '\ufeff', '\x85'),
  10,
);
const word = fc.constantFrom(
  ...[
    '',
    'x',
    '10.0.0.1',
    'pa$word',
    '$my_ip',
    '${state_path}/lock',
    '$$',
    '\\$',
    '\\\\$a',
    '$1',
    '${',
    '$',
    '${a',
    '$a.',
    '$Beta.a',
  ],
  ...[
    '${alpha.a}',
    '${Beta.b2}',
    '$beta.a',
    '${DEFAULT.a}',
    '$alpha',
    '$old',
    '${alpha.old}',
    '$a.b2.c',
    '$\u017fx',
    '$aſ',
    '$A',
    '$a\u0131',
  ],
  ...[
    '"',
    "'",
    '"q"',
    "'q'",
    '"q',
    '"q" ',
    '"\'"',
    'a=b',
    'a: b',
    '# c',
    'x # c',
    '[x]',
    '%(a)s',
    'é',
    '한',
    'a\\',
    '\u00a0',
  ],
);
const value = fc.array(word, { maxLength: 3 }).map((words) => words.join(''));
const lineEnd = nearly(fc.constant('\n'), fc.constantFrom('\r\n', '\r', '\n\n', '\r\n\r\n'), 8);
const option = fc
  .tuple(name, blank, fc.constantFrom('=', ':', '='), blank, value, blank)
  .map((parts) => parts.join(''));
const continuation = fc
  .tuple(fc.constantFrom(' ', '\t', '    '), nearly(value, option, 2))
  .map((parts) => parts.join(''));
const comment = fc.tuple(fc.constantFrom('#', ';', '# '), value).map((parts) => parts.join(''));
const head = fc
  .tuple(section, nearly(fc.constant(''), fc.constantFrom(' ', '\u00a0'), 10))
  .map(([inner, after]) => `[${inner}]${after}`);
const broken = fc.constantFrom(
  '[x',
  '[]',
  '[DEFAULT] # x',
  'novalue',
  '=x',
  '  swallowed = 1',
  '\ufeffa=1',
  '[ ]',
  ' ',
  '\u00a0',
  '\x00=1',
  ': ',
);
const body = nearly(
  fc.oneof(
    { weight: 6, arbitrary: option },
    { weight: 3, arbitrary: fc.tuple(option, lineEnd, continuation).map((parts) => parts.join('')) },
    { weight: 2, arbitrary: comment },
    { weight: 3, arbitrary: head },
    { weight: 1, arbitrary: fc.constant('') },
  ),
  broken,
  60,
);

export const fileText: fc.Arbitrary<string> = fc
  .tuple(
    nearly(fc.constant(''), fc.constant('\ufeff'), 40),
    nearly(
      fc.constantFrom(...sectionNames).map((name) => `[${name}]\n`),
      fc.constant(''),
      15,
    ),
    fc.array(fc.tuple(body, lineEnd), { maxLength: 9 }),
    fc.boolean(),
  )
  .map(([mark, first, lines, ends]) => {
    const text = lines.map((parts) => parts.join('')).join('');
    return `${mark}${first}${ends ? text : text.replace(/[\r\n]+$/, '')}`;
  });

const registered = fc.tuple(
  fc.constantFrom<string>(...sectionNames),
  fc.constantFrom<string>(...optionNames),
  fc.boolean(),
  fc.constantFrom(undefined, undefined, 'given', '$my_ip:1', '$state_path'),
  fc.uniqueArray(
    fc.record({ section: fc.constantFrom('DEFAULT', 'alpha', 'gamma'), name: fc.constantFrom('old', 'older') }),
    { maxLength: 2, selector: ({ section: inSection, name: called }) => `${inSection} ${called}` },
  ),
);

export const oracleCase: fc.Arbitrary<OracleCase> = fc.record({
  files: fc.array(fileText, { minLength: 1, maxLength: 3 }),
  environment: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.record({ OS_DEFAULT__A: value, OS_ALPHA__MY_IP: value, OS_BETA__A: value }, { requiredKeys: [] }),
    },
  ),
  options: fc
    .uniqueArray(registered, {
      minLength: 3,
      maxLength: 9,
      selector: ([inSection, called]) => `${inSection} ${called}`,
    })
    .map((all) =>
      all.map(([inSection, called, multiple, preset, former], index) => ({
        section: inSection,
        name: called,
        multiple: multiple && index % 3 === 0,
        // Two options of one section must not have the same former name.
        former: index === 0 ? former : [],
        ...defined({ default: multiple && index % 3 === 0 ? undefined : preset }),
      })),
    ),
});

/** Values that people ask for. No file can express some of them. */
const wantedValue = nearly(
  value,
  fc.constantFrom(
    ' x',
    'x ',
    '\t',
    '"',
    "'",
    '"q"',
    "'q'",
    'a\nb',
    '\r',
    '\0',
    '\u00a0x',
    'x\u2003',
    '\ud800',
    '\x85',
    '\\$$',
  ),
  8,
);

/** A set of files of which one option is changed. Some of the files may not be edited. */
export const editedCase = fc.record({
  asked: fc.tuple(oracleCase, fc.boolean()).map(([asked, isAsIs]): OracleCase => {
    if (isAsIs) return asked;
    // Most files are valid, because the editor changes no others.
    return { ...asked, files: asked.files.map((text) => `[DEFAULT]\n${text.replaceAll('\ufeff', '')}`) };
  }),
  values: fc.array(wantedValue, { maxLength: 4 }),
  locked: nearly(fc.constant<string[]>([]), fc.subarray(['0.conf', '1.conf', '2.conf'], { minLength: 1 }), 3),
  index: fc.nat(20),
});

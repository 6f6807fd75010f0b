/** The editor of configuration files: which bytes change, and which place prevents the edit. */
import fc from 'fast-check';
import { alignValues } from '../../lib/oslo-config/align';
import { editOption, type EditRights } from '../../lib/oslo-config/edit';
import type { OsloOption } from '../../lib/oslo-config/effective';
import { eraOf, type Python } from '../../lib/oslo-config/era';
import { parseOsloFile } from '../../lib/oslo-config/file';

const ratio: OsloOption = { section: 'DEFAULT', name: 'ratio' };
const list: OsloOption = { section: 'filters', name: 'enabled', multiple: true };
const former = [{ section: 'DEFAULT', name: 'sql_connection' }];
const connection: OsloOption = { section: 'database', name: 'connection', former };

interface Setup {
  readonly environment?: Readonly<Record<string, string>>;
  readonly locked?: readonly number[];
  readonly registered?: EditRights['registered'];
  readonly python?: Python;
}

/** The texts after the edit, or the reason why it is refused. */
function edited(option: OsloOption, values: readonly string[], texts: readonly string[], setup: Setup = {}) {
  const { environment = {}, locked = [], registered = [], python = 3 } = setup;
  const files = texts.map((text, index) => parseOsloFile(`${index + 1}.conf`, text, python));
  const config = { files, environment: new Map(Object.entries(environment)), era: eraOf('2025.1', python) };
  const mayEdit = (path: string): boolean => !locked.some((number) => path === `${number}.conf`);
  const edit = editOption({ option, values }, config, { mayEdit, registered });
  if (edit.is === 'refused') return edit.why;
  return edit.is === 'unchanged' ? edit.is : texts.map((text, index) => edit.texts.get(`${index + 1}.conf`) ?? text);
}

describe('one value', () => {
  test.each<[string, string, string]>([
    [
      'comments, blanks and trailing text stay',
      '# a\n[DEFAULT]\nratio :  16  \n; b\n\n',
      '# a\n[DEFAULT]\nratio :  4  \n; b\n\n',
    ],
    ['a file with CRLF keeps its line ends', '[DEFAULT]\r\nratio=16\r\nx=1\r\n', '[DEFAULT]\r\nratio=4\r\nx=1\r\n'],
    ['a missing last line end stays missing', '[DEFAULT]\nratio = 16', '[DEFAULT]\nratio = 4'],
    [
      'a value of several lines gives way as a whole',
      '[DEFAULT]\nratio = 1\n  2\n  # 3\nx = 1\n',
      '[DEFAULT]\nratio = 4\nx = 1\n',
    ],
    ['other values of several lines stay', '[DEFAULT]\nx = 1\n\ty\nratio = 16\n', '[DEFAULT]\nx = 1\n\ty\nratio = 4\n'],
    [
      'an earlier mention goes, since it would mislead',
      '[DEFAULT]\nratio = 1\nx = 1\n[a]\n[DEFAULT]\nratio = 2\n',
      '[DEFAULT]\nx = 1\n[a]\n[DEFAULT]\nratio = 4\n',
    ],
    [
      'a new line stands at the end of its section',
      '[DEFAULT]\nx = 1\n  y\n\n# z\n[a]\nb = 1\n',
      '[DEFAULT]\nx = 1\n  y\nratio = 4\n\n# z\n[a]\nb = 1\n',
    ],
    ['a new section stands at the end of the file', '[a]\r\nb = 1', '[a]\r\nb = 1\r\n\r\n[DEFAULT]\r\nratio = 4'],
    ['an empty file gets section and option', '', '[DEFAULT]\nratio = 4\n'],
  ])('%s', (_, before, after) => {
    expect(edited(ratio, ['4'], [before])).toEqual([after]);
    expect(edited(ratio, ['4'], [before], { python: 2 })).toEqual([after]);
    expect(edited(ratio, ['4'], [after])).toBe('unchanged');
  });

  test.each([
    ['pa$word', 'pa$$word'],
    [' x', '" x"'],
    ['"q"', '""q""'],
    ['"', '"""'],
    ['', ''],
    ['a # b', 'a # b'],
  ])('%j is written as %j', (value, written) => {
    expect(edited(ratio, [value], ['[DEFAULT]\nratio = 1\n'])).toEqual([`[DEFAULT]\nratio = ${written}\n`]);
  });

  test('the last file that sets it is changed, by whatever name it does', () => {
    const texts = ['[database]\nconnection = a\n', '[DEFAULT]\nsql_connection = b\n'];
    expect(edited(connection, ['c'], texts)).toEqual([texts[0], '[DEFAULT]\nsql_connection = c\n']);
  });

  test('a line by a former name that two options share stays, and the present name is added', () => {
    const registered = [connection, { section: 'api_database', name: 'connection', former }];
    expect(edited(connection, ['c'], ['[DEFAULT]\nsql_connection = b\n'], { registered })).toEqual([
      '[DEFAULT]\nsql_connection = b\n\n[database]\nconnection = c\n',
    ]);
    expect(edited(connection, [], ['[DEFAULT]\nsql_connection = b\n'], { registered })).toBe(
      '1.conf:2 sets [database] connection by the name "sql_connection", which sets another option too; change it by hand',
    );
  });

  test('behind a file that may not be edited, a later file gets the line', () => {
    const texts = ['[DEFAULT]\nratio = 1\n', '[a]\nb = 1\n'];
    expect(edited(ratio, ['4'], texts, { locked: [1] })).toEqual([texts[0], '[a]\nb = 1\n\n[DEFAULT]\nratio = 4\n']);
  });
});

describe('removal', () => {
  test('every mention goes, by each of its names', () => {
    const texts = ['[database]\nconnection = a\n  b\n[x]\ny = 1\n', '[DEFAULT]\nsql_connection = b\n'];
    expect(edited(connection, [], texts)).toEqual(['[database]\n[x]\ny = 1\n', '[DEFAULT]\n']);
  });

  test('an option that nothing sets is unchanged', () => {
    expect(edited(connection, [], ['[database]\n'])).toBe('unchanged');
  });
});

describe('several values', () => {
  const text = '[filters]\nenabled=A\n# about B\nenabled=B\n\nenabled=C\n';

  test.each<[string, readonly string[], string]>([
    ['a value at the end', ['A', 'B', 'C', 'D'], `${text}enabled=D\n`],
    ['a value at the beginning', ['D', 'A', 'B', 'C'], text.replace('enabled=A', 'enabled=D\nenabled=A')],
    ['a value in the middle', ['A', 'D', 'B', 'C'], text.replace('enabled=A', 'enabled=A\nenabled=D')],
    ['one for another', ['A', 'D', 'C'], text.replace('=B', '=D')],
    ['one less', ['A', 'C'], text.replace('enabled=B\n', '')],
  ])('%s', (_, values, after) => {
    expect(edited(list, values, [text])).toEqual([after]);
  });

  test('values of a file that may not be edited stay, and others come before and behind them', () => {
    const texts = ['[filters]\nenabled=A\n', '[filters]\nenabled=B\n', '[x]\n'];
    const setup = { locked: [2] };
    expect(edited(list, ['A', 'D', 'B', 'C'], texts, setup)).toEqual([
      '[filters]\nenabled=A\nenabled=D\n',
      texts[1],
      '[x]\n\n[filters]\nenabled = C\n',
    ]);
    expect(edited(list, ['A'], texts, setup)).toBe(
      '2.conf:2 sets [filters] enabled, counts over what may be edited, and may not be edited itself; change it there',
    );
  });

  test('values that stay are a longest common part, in order', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 6 });
    fc.assert(
      fc.property(texts, texts, (old, wanted) => {
        const gaps = alignValues(
          old.map((text) => ({ text, isFixed: false })),
          wanted,
        );
        const made = gaps.flatMap(({ values, after }) => [...values, ...(after ? [after.text] : [])]);
        expect(made).toEqual(wanted);
        const kept = gaps.flatMap(({ after }) => (after ? [after.text] : []));
        expect(kept.length + gaps.flatMap(({ instead }) => instead).length).toBe(old.length);
        expect(kept.length).toBe(longest(old, wanted));
      }),
    );
  });
});

const longest = ([first, ...rest]: readonly string[], wanted: readonly string[]): number => {
  if (first === undefined) return 0;
  const found = wanted.indexOf(first);
  const without = longest(rest, wanted);
  return found < 0 ? without : Math.max(without, 1 + longest(rest, wanted.slice(found + 1)));
};

describe('refused', () => {
  test.each<[string, OsloOption, readonly string[], readonly string[], Setup]>([
    [
      'the environment variable OS_DEFAULT__RATIO of the service sets [DEFAULT] ratio, and wins over every file; change it there',
      ratio,
      ['4'],
      ['[DEFAULT]\nratio = 1\n'],
      { environment: { OS_DEFAULT__RATIO: '2' } },
    ],
    [
      '2.conf:2 sets [DEFAULT] ratio, counts over what may be edited, and may not be edited itself; change it there',
      ratio,
      ['4'],
      ['[DEFAULT]\nratio = 1\n', '[DEFAULT]\nratio = 2\n'],
      { locked: [2] },
    ],
    [
      'none of the files that the service reads may be edited, to set [DEFAULT] ratio',
      ratio,
      ['4'],
      ['[DEFAULT]\n'],
      { locked: [1] },
    ],
    ["[DEFAULT] ratio can't be written: the value has a line break", ratio, ['a\nb'], ['[DEFAULT]\n'], {}],
    ["[DEFAULT] ratio can't be written: the value has a NUL character", ratio, ['\0'], ['[DEFAULT]\n'], {}],
    [
      "[DEFAULT] ratio can't be written: the value has half of a surrogate pair, which UTF-8 cannot hold",
      ratio,
      ['\ud800'],
      ['[DEFAULT]\n'],
      {},
    ],
    ['[DEFAULT] ratio takes one value, and 2 were asked for', ratio, ['a', 'b'], ['[DEFAULT]\n'], {}],
    [
      '1.conf:1:1: the file begins with a byte order mark; save it as UTF-8 without one; then edit again',
      ratio,
      ['4'],
      ['\ufeff[DEFAULT]\n'],
      {},
    ],
    [
      "[DEFAULT] a=b can't be written so that the service reads exactly what was asked for; edit the file by hand",
      { section: 'DEFAULT', name: 'a=b' },
      ['4'],
      ['[DEFAULT]\n'],
      {},
    ],
  ])('%s', (why, option, values, texts, setup) => {
    expect(edited(option, values, texts, setup)).toBe(why);
  });

  test('lists of any length are compared within a bound', () => {
    const many = `[filters]\n${'enabled=a\n'.repeat(2000)}`;
    expect(
      edited(
        list,
        Array.from({ length: 2000 }, () => 'b'),
        [many],
      ),
    ).toBe('[filters] enabled has 2000 values and shall have 2000, too many to compare');
  });
});

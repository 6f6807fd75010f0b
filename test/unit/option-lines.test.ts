/** The lines of an option, and the way back to them. */
import { eraOf } from '../../lib/oslo-config/era';
import { editOption, withTexts } from '../../lib/oslo-config/edit';
import type { OsloConfig, OsloOption } from '../../lib/oslo-config/effective';
import { parseOsloFile } from '../../lib/oslo-config/file';
import { bringLinesBack, linesOfOption, writtenLines } from '../../lib/oslo-config/lines';

const era = eraOf('zed');
const configOf = (...texts: readonly string[]): OsloConfig => ({
  files: texts.map((text, index) => parseOsloFile(`/etc/x/${index}.conf`, text, 3)),
  environment: new Map(),
  era,
});
const option: OsloOption = { section: 'a', name: 'x', former: [{ section: 'old', name: 'y' }] };
const mayEdit = () => true;

function edited(config: OsloConfig, ...values: readonly string[]): OsloConfig {
  const edit = editOption({ option, values }, config, { mayEdit });
  if (edit.is !== 'edited') throw new Error(edit.is);
  return withTexts(config, edit.texts);
}

function broughtBack(before: OsloConfig, after: OsloConfig, now = after): readonly string[] | string {
  const lines = { goal: linesOfOption(option, before), written: writtenLines(option, before, after) };
  const edit = bringLinesBack(option, now, lines, mayEdit);
  if (edit.is === 'refused') return edit.why;
  return withTexts(now, edit.is === 'edited' ? edit.texts : new Map()).files.map(({ text }) => text);
}

test.each([
  ['a reference and quotes', ['[a]\nx = "$my_ip"  \nz = 1\n']],
  ['a value of several lines', ['[a]\nx = 1\n  2\n# c\nz = 1\n']],
  ['a line that stands twice', ['[a]\nx = 1\nz = 1\nx = 2\n# c\n[b]\nx = 3\n']],
  ['an option that nobody set', ['[b]\nz = 1\n', '[c]\n']],
  ['a file without an option', ['']],
  ['a former name in a later file', ['[a]\nx = 1\n', '[old]\ny = 2\n']],
])('%s is as it was after an edit and the way back', (_, texts) => {
  const before = configOf(...texts);
  for (const values of [['9'], []])
    if (values.length > 0 || linesOfOption(option, before).length > 0)
      expect(broughtBack(before, edited(before, ...values))).toEqual(texts);
});

test('lines that others wrote meanwhile stay, and the old line comes back into its section', () => {
  const before = configOf('[a]\nx = 1\nz = 1\n');
  const after = edited(before);
  const now = withTexts(after, new Map([['/etc/x/0.conf', '[b]\nq = 1\nr = 1\n[a]\nz = 1\nnew = 1\n']]));
  expect(broughtBack(before, after, now)).toEqual(['[b]\nq = 1\nr = 1\n[a]\nz = 1\nnew = 1\nx = 1\n']);
});

test('lines of a file that the service reads no more are refused', () => {
  const before = configOf('[a]\nx = 1\n', '[a]\nx = 2\n');
  const after = edited(before, '9');
  const now = { ...after, files: after.files.slice(0, 1) };
  expect(broughtBack(before, after, now)).toMatch(/^\/etc\/x\/1\.conf, which set \[a\] x, is none that/);
});

test('a section that was made goes when nothing else stands in it, and stays when somebody wrote into it', () => {
  const before = configOf('[b]\nz = 1\n');
  const after = edited(before, '9');
  expect(after.files[0]?.text).toBe('[b]\nz = 1\n\n[a]\nx = 9\n');
  const more = withTexts(after, new Map([['/etc/x/0.conf', '[b]\nz = 1\n\n[a]\nx = 9\nw = 1\n']]));
  expect(broughtBack(before, after, more)).toEqual(['[b]\nz = 1\n\n[a]\nw = 1\n']);
});

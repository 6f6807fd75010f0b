/** Our editor of configuration files, judged by the real oslo.config of Icehouse, Liberty, Queens and today. */
import fc from 'fast-check';
import type { OsloConfig, OsloOption } from '../../lib/oslo-config/effective';
import { editOption, type Edit } from '../../lib/oslo-config/edit';
import { bringLinesBack, linesOfOption, writtenLines } from '../../lib/oslo-config/lines';
import { eraOf, type OsloEra } from '../../lib/oslo-config/era';
import { parseOsloFile } from '../../lib/oslo-config/file';
import { resolve, type RegisteredOption } from '../../lib/oslo-config/resolve';
import {
  askOsloConfig,
  oracleReleases,
  type OracleAnswer,
  type OracleCase,
  type OracleRelease,
} from '../support/oslo-config';
import { editedCase } from '../support/oslo-config-cases';
import { fuzzCount, fuzzSeed } from '../support/fuzz';

const eraOfOracle = (release: OracleRelease): OsloEra => eraOf(release, release === 'icehouse' ? 2 : 3);

const configOf = ({ files, environment }: OracleCase, era: OsloEra): OsloConfig => ({
  files: files.map((text, index) => parseOsloFile(`${index}.conf`, text, era.python)),
  environment: new Map(Object.entries(environment)),
  era,
});

const valuesOf = (answer: OracleAnswer) => ('values' in answer ? answer.values : undefined);

/** Only our reader, which another test compares with the same oracle, tells which options follow the changed one. */
const ourValue = (option: RegisteredOption, all: readonly RegisteredOption[], config: OsloConfig): string =>
  JSON.stringify(resolve(option, config, all));

interface Tried {
  readonly asked: OracleCase;
  readonly option: OsloOption;
  readonly values: readonly string[];
  readonly edit: Edit;
  readonly after: OracleCase;
  /** The same edit a second time. */
  readonly again: Edit['is'] | undefined;
  /** What the way back did not make as it was. */
  readonly lost: readonly string[] | 'refused';
}

/** Where a file mixes ends of lines, or its last line has none, a line comes back with the end of its neighbours. */
const linesIn = (text: string): readonly string[] =>
  text
    .split(/\r\n|[\r\n]/)
    .filter((line) => line.trim() !== '')
    .sort();

/** The way back from an edit: every line that stood there before, and no other. */
function lostOnTheWayBack(option: OsloOption, before: OsloConfig, after: OsloConfig): Tried['lost'] {
  const [goal, written] = [linesOfOption(option, before), writtenLines(option, before, after)];
  const back = bringLinesBack(option, after, { goal, written }, () => true);
  if (back.is === 'refused') return 'refused';
  const texts = after.files.map(({ path, text }) => (back.is === 'edited' ? back.texts.get(path) : undefined) ?? text);
  return before.files.flatMap(({ text }, index) => {
    const found = texts[index] ?? '';
    return JSON.stringify(linesIn(found)) === JSON.stringify(linesIn(text)) ? [] : [`brought back: ${found}`];
  });
}

function faultsOf(
  { asked, option, values, edit, after, again, lost }: Tried,
  era: OsloEra,
  answers: readonly OracleAnswer[],
) {
  const [was, is] = answers.map(valuesOf);
  if (edit.is === 'edited' && again !== 'unchanged') return ['a second edit has something to do'];
  if (lost !== 'refused' && lost.length > 0) return lost;
  if (!was || !is) return ['a file is refused'];
  const all = asked.options.map((each) => ({ ...each, isText: true }));
  return asked.options.flatMap((each, index) => {
    const [old, now] = [JSON.stringify(was[index]), JSON.stringify(is[index])];
    if (each === option) {
      const preset = each.default === undefined ? null : undefined;
      const wanted = values.length === 0 ? preset : each.multiple ? values : values[0];
      return wanted === undefined || now === JSON.stringify(wanted) ? [] : [`${each.name} is ${now}`];
    }
    const [ourOld, ourNow] = [asked, after].map((files) => ourValue(all[index]!, all, configOf(files, era)));
    return ourOld === ourNow && old !== now && !ourOld!.includes('unknown')
      ? [`${each.name} was ${old}, is ${now}`]
      : [];
  });
}

describe.each(oracleReleases)('the editor of oslo.config files, compared with oslo.config %s,', (release) => {
  test('makes the asked value effective and leaves every other option with its value', async () => {
    const era = eraOfOracle(release);
    const count = Math.ceil(fuzzCount / 4);
    const tried = fc
      .sample(editedCase, { numRuns: count, seed: fuzzSeed })
      .map(({ asked, values, locked, index }): Tried => {
        const option = asked.options[index % asked.options.length]!;
        const wanted = { option, values: option.multiple ? values : values.slice(0, 1) };
        const rights = { mayEdit: (path: string) => !locked.includes(path), registered: asked.options };
        const edit = editOption(wanted, configOf(asked, era), rights);
        const files = asked.files.map(
          (text, index) => (edit.is === 'edited' ? edit.texts.get(`${index}.conf`) : undefined) ?? text,
        );
        const after = edit.is === 'edited' ? { ...asked, files } : asked;
        const again = edit.is === 'edited' ? editOption(wanted, configOf(after, era), rights).is : undefined;
        const lost = edit.is === 'edited' ? lostOnTheWayBack(option, configOf(asked, era), configOf(after, era)) : [];
        return { asked, ...wanted, edit, after, again, lost };
      });
    // Nothing is compared after a refusal, and after no change the files are the same.
    const compared = tried.filter(({ edit }) => edit.is !== 'refused');
    const cases = [...new Set(compared.flatMap(({ asked, after }) => [asked, after]))];
    const answers = await askOsloConfig(release, cases);
    const answerTo = new Map(cases.map((each, index) => [each, answers[index]!]));
    const wrong = compared.flatMap((attempt) => {
      const faults = faultsOf(attempt, era, [answerTo.get(attempt.asked)!, answerTo.get(attempt.after)!]);
      return faults.length === 0 ? [] : [JSON.stringify({ faults, ...attempt })];
    });
    const seen = new Map<string, number>();
    for (const { edit, values } of tried) {
      const kind = values.length === 0 ? `removal ${edit.is}` : edit.is;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    // Of files that mix ends of lines, Python 2 takes some for a part of a value: there the way back may be refused, in 3 of 500
    // cases. The bound is far from that, because each run has other cases.
    expect(tried.filter(({ lost }) => lost === 'refused').length).toBeLessThan(count / 25);
    expect({ seed: fuzzSeed, wrong: wrong.slice(0, 3), of: wrong.length }).toEqual({
      seed: fuzzSeed,
      wrong: [],
      of: 0,
    });
    // Cases that never come prove nothing.
    const atLeast = { edited: count / 3, refused: count / 100, 'removal edited': count / 500 };
    for (const [kind, times] of Object.entries(atLeast))
      expect([kind, (seen.get(kind) ?? 0) > times]).toEqual([kind, true]);
  });
});

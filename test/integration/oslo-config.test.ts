/** Our reader of configuration files against the real oslo.config of Icehouse, Liberty, Queens and today. */
import fc from 'fast-check';
import type { OsloConfig } from '../../lib/oslo-config/effective';
import { eraOf } from '../../lib/oslo-config/era';
import { parseOsloFile } from '../../lib/oslo-config/file';
import { resolve, type RegisteredOption } from '../../lib/oslo-config/resolve';
import {
  askOsloConfig,
  oracleReleases,
  type OracleAnswer,
  type OracleCase,
  type OracleRelease,
} from '../support/oslo-config';
import { oracleCase } from '../support/oslo-config-cases';
import { fuzzCount, fuzzSeed } from '../support/fuzz';

const configOf = (
  { files, environment }: Pick<OracleCase, 'files' | 'environment'>,
  release: OracleRelease,
): OsloConfig => {
  const era = eraOf(release, release === 'icehouse' ? 2 : 3);
  const parsed = files.map((text, index) => parseOsloFile(`${index}.conf`, text, era.python));
  return { files: parsed, environment: new Map(Object.entries(environment)), era };
};

/** Our answer in the oracle's form. */
function answer(asked: OracleCase, release: OracleRelease): object {
  const config = configOf(asked, release);
  const fault = config.files.flatMap(({ faults }) => faults)[0];
  if (fault) return { refused: fault.line };
  const options: RegisteredOption[] = asked.options.map((option) => ({ ...option, isText: true }));
  return {
    values: options.map((option) => {
      const resolved = resolve(option, config, options);
      if (resolved.is === 'values') return option.multiple ? resolved.values : (resolved.values[0] ?? '');
      return resolved.is === 'unset' ? null : resolved.is;
    }),
  };
}

/** The oracle's answer; a list that a reference names is left out, since only Python tells how it prints. */
const comparable = (theirs: OracleAnswer, ours: { refused?: number; values?: readonly unknown[] }): object =>
  'fault' in theirs
    ? { refused: theirs.fault ?? ours.refused ?? 'yes' }
    : {
        values: theirs.values.map((value, index) =>
          ours.values?.[index] === 'unknown'
            ? 'unknown'
            : value !== null && typeof value === 'object' && 'error' in value
              ? 'broken'
              : value,
        ),
      };

describe.each(oracleReleases)('the reader of oslo.config files, compared with oslo.config %s,', (release) => {
  test("gives every option oslo.config's value, and refuses the same files", async () => {
    const count = Math.ceil(fuzzCount / 4);
    const cases = fc.sample(oracleCase, { numRuns: count, seed: fuzzSeed });
    const theirs = await askOsloConfig(release, cases);
    const seen = { refused: 0, broken: 0, values: 0, lists: 0, unset: 0, unknown: 0 };
    const wrong = cases.flatMap((asked, index) => {
      const said = theirs[index]!;
      const ours = answer(asked, release) as { values?: readonly unknown[] };
      const expected = comparable(said, ours) as { values?: readonly unknown[] };
      if (!ours.values) seen.refused += 1;
      for (const value of ours.values ?? []) {
        if (value === null) seen.unset += 1;
        else if (Array.isArray(value)) seen.lists += 1;
        else if (value === 'broken' || value === 'unknown') seen[value] += 1;
        else seen.values += 1;
      }
      return JSON.stringify(ours) === JSON.stringify(expected) ? [] : [JSON.stringify({ asked, ours, said })];
    });
    expect({ seed: fuzzSeed, wrong: wrong.slice(0, 3), of: wrong.length }).toEqual({
      seed: fuzzSeed,
      wrong: [],
      of: 0,
    });
    // Nothing of it is proven by cases that never come.
    for (const [kind, times] of Object.entries(seen)) expect([kind, times > count / 50]).toEqual([kind, true]);
  });
});

/** What a review is made of: the code and both plans of each stack, as far as they can be read. */
import type { TerraformHalf } from '../../cli/both-halves';
import { readStacks } from '../../cli/review/read-halves';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { recordedPlan } from '../support/recorded-plans';

/** A stack whose code and plan were recorded. */
function half(name: string): TerraformHalf {
  const { plan, code } = recordedPlan(`opening.${name}`);
  const planned = { file: '', hasChanges: true, plan, warnings: [], manifest: undefined };
  return { stack: { name, folder: '', dependsOn: [] }, code: { digest: '', parsed: code }, planned };
}
const without = ({ planned, ...rest }: TerraformHalf): TerraformHalf => {
  expect(planned).toBeDefined();
  return rest;
};
const problem = new InvalidConfiguration('it is no JSON', { where: 'stack acme' });

describe('the stacks of a review are whole', () => {
  test('if the code and the plan of each were read', () => {
    expect(readStacks([half('shared')])).toMatchObject({ isWhole: true, problems: [] });
  });

  test.each([
    ['the code', { ...without(half('acme')), code: undefined, problem }],
    ['the plan', { ...without(half('acme')), problem }],
  ])('but not if %s of one can not be parsed, so that its things are not taken for leftovers', (_what, acme) => {
    const read = readStacks([half('shared'), acme]);
    expect(read.isWhole).toBe(false);
    expect(read.problems).toEqual([{ stack: 'acme', message: 'it is no JSON' }]);
  });

  test('and not if one waits', () => {
    const waiting = { ...without(half('acme')), waitsFor: ['shared'] };
    expect(readStacks([half('shared'), waiting])).toMatchObject({ isWhole: false, problems: [] });
  });
});

test('a problem keeps the name of whatever is no stack of its own', () => {
  const elsewhere = new InvalidConfiguration('it is no JSON', { where: 'stack acme-net' });
  const { problems } = readStacks([{ ...without(half('acme')), problem: elsewhere }]);
  expect(problems).toEqual([{ stack: 'acme', message: 'stack acme-net: it is no JSON' }]);
});

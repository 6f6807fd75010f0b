/** What a review is made of: the code and both plans of each stack, as far as they can be read. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TerraformHalf } from '../../cli/both-halves';
import { readStacks } from '../../cli/review/read-halves';
import { recordedText } from '../support/recorded-plans';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-halves-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A stack in a folder of its own, with this code and this plan. */
function half(name: string, code: string, json: string): TerraformHalf {
  const own = join(folder, name);
  mkdirSync(own);
  writeFileSync(join(own, 'cdk.tf.json'), code);
  const planned = { file: '', hasChanges: true, json, warnings: [], manifest: undefined };
  return { stack: { name, folder: own, dependsOn: [] }, code: '', state: undefined, planned };
}
const shared = () => half('shared', recordedText('opening.shared.code'), recordedText('opening.shared.plan'));

describe('the stacks of a review are whole', () => {
  test('if the code and the plan of each were read', () => {
    expect(readStacks([shared()])).toMatchObject({ isWhole: true, problems: [] });
  });

  test.each([
    ['the code', 'no JSON', recordedText('opening.acme.plan')],
    ['the plan', recordedText('opening.acme.code'), 'no JSON'],
  ])('but not if %s of one can not be parsed, so that its things are not taken for leftovers', (_what, code, json) => {
    const read = readStacks([shared(), half('acme', code, json)]);
    expect(read.isWhole).toBe(false);
    expect(read.problems.map(({ stack }) => stack)).toEqual(['acme']);
  });

  test('and not if one waits', () => {
    const { planned, ...waiting } = half('acme', recordedText('opening.acme.code'), '');
    expect(planned).toBeDefined();
    expect(readStacks([shared(), { ...waiting, waitsFor: ['shared'] }])).toMatchObject({
      isWhole: false,
      problems: [],
    });
  });
});

/** The last line of a deploy says which half ended how. */
import { renderOutcomes } from '../../cli/deploy/end';

test('of a stack each half has its own word', () => {
  expect(renderOutcomes(new Map([['acme', { terraform: 'done', stackward: 'unchanged' }]]))).toBe(
    "Terraform's half done, stackward's half unchanged",
  );
});

test('of several stacks each half has its numbers, without those that are 0', () => {
  const outcomes = new Map([
    ['shared', { terraform: 'done', stackward: 'failed' }],
    ['acme', { terraform: 'left', stackward: 'left' }],
    ['umbra', { terraform: 'left', stackward: 'left' }],
  ] as const);
  expect(renderOutcomes(outcomes)).toBe("Terraform's halves: 1 done, 2 left; stackward's halves: 1 failed, 2 left");
});

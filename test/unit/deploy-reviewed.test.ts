import type { TerraformHalf } from '../../cli/both-halves';
import { decideByReview } from '../../cli/deploy/reviewed';
import type { MadeReview } from '../../cli/review/make-review';

const halves = [{ stack: { name: 'acme' } }] as unknown as readonly TerraformHalf[];
const problemOf = (message: string): unknown => {
  const made = { review: { problems: [{ stack: 'acme', message }] } } as unknown as MadeReview;
  return decideByReview(made, halves).stacks[0];
};

test('a stack that is left has its problem without its own name, which the deploy says first', () => {
  expect(problemOf('stack acme: its state is of another cloud')).toMatchObject({
    is: 'left',
    problem: 'its state is of another cloud',
  });
  expect(problemOf('acme/Net: a quota was not read')).toMatchObject({ problem: 'acme/Net: a quota was not read' });
});

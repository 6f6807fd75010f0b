/** How Terraform's changes are undone, where the code doesn't tell. */
import { assembleReview } from '../../review/assemble';
import { forgedStack, type Forged } from '../support/forged-plan';
import { opening, ownPlan } from '../support/planned-opening';

test('what an apply left half made is replaced without a change of the code, so none is named as its way back', () => {
  const wayBackOf = (type: string) => {
    const tainted: Forged = { type, name: 'half', before: { id: 'x', name: 'half' }, after: { name: 'half' }, isTainted: true }; // prettier-ignore
    return assembleReview({ ...opening, stacks: [forgedStack('acme', [tainted])], own: ownPlan([]) }).stacks[0]
      ?.terraform[0]?.wayBack;
  };
  expect(wayBackOf('blockstorage_volume_v3')).toEqual({
    isPossible: false,
    why: 'the data on the volume is lost; back up what is needed first',
  });
  expect(wayBackOf('networking_network_v2')).toEqual({
    isPossible: true,
    how: 'no change of the code replaces it, so none brings it back; `terraform untaint` before the deploy keeps it as it is',
  });
});

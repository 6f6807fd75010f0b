/** Which stacks a deploy does, and in which order, by the review that it shows. */
import { decideByReview } from '../../cli/deploy/reviewed';
import type { TerraformHalf } from '../../cli/both-halves';
import { noRules } from '../../review/rules';
import type { ReviewRules } from '../../review/rules';
import { assembleReview } from '../../review/assemble';
import { deployOrder } from '../../review/order/deploy-order';
import { id } from '../support/doomed-network';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { opening, ownPlan } from '../support/planned-opening';

const green = { type: 'networking_network_v2', name: 'green', before: { id: id('1'), name: 'Green' } };
const inGreen = { id: id('a'), name: 'web', tenant_id: 'p1', network_id: id('1') };
const goes: Forged = { type: 'networking_port_v2', name: 'web', before: inGreen };
const stays = staying('networking_port_v2', 'web', inGreen);
const replaced: Forged = { ...green, after: { name: 'Green' }, isReplaced: true };

function decide(inShared: Forged, inAcme: Forged, rules: ReviewRules = noRules) {
  const stacks = [forgedStack('shared', [inShared]), { ...forgedStack('acme', [inAcme]), dependsOn: ['shared'] }];
  const own = ownPlan([]);
  const order = deployOrder(stacks, new Set());
  const sorted = order.names.flatMap((name) => stacks.find((stack) => stack.name === name) ?? []);
  const review = assembleReview({ ...opening, stacks: sorted, order, own, rules });
  const halves = stacks.flatMap(({ name, plan, dependsOn }): TerraformHalf[] => {
    const planned = plan && { file: name, hasChanges: true, plan, warnings: [], manifest: undefined };
    return planned ? [{ stack: { name, folder: name, dependsOn }, code: undefined, planned }] : [];
  });
  return decideByReview({ review, own }, halves).stacks;
}

test('the stacks come in the order of the review, and each knows which stacks have to be done before its removals', () => {
  expect(decide(green, goes)).toMatchObject([
    { is: 'planned', stack: { name: 'acme' }, removesAfter: [] },
    { is: 'planned', stack: { name: 'shared' }, removesAfter: ['acme'] },
  ]);
});

test('a stack that removes what another stack keeps using is left, also where somebody acknowledged the risk', () => {
  const left = [
    { is: 'left', stack: { name: 'shared' }, problem: expect.stringMatching(/^network Green can't be removed in this deploy/) as string }, // prettier-ignore
    { is: 'planned', stack: { name: 'acme' } },
  ];
  expect(decide(replaced, stays)).toMatchObject(left);
  const where = 'shared/openstack_networking_network_v2.green';
  const acknowledged = [{ risk: 'needs-two-deploys', where, reason: 'known', until: '2099-01-01' } as const];
  expect(decide(replaced, stays, { ...noRules, acknowledged })).toMatchObject(left);
});

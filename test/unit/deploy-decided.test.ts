/** Which stacks a deploy does, and in which order, by the review that it shows. */
import { warnOfLeftOut } from '../../cli/deploy/left-out';
import { decideByReview } from '../../cli/deploy/reviewed';
import type { TerraformHalf } from '../../cli/both-halves';
import { assembleReview, type ReadForReview } from '../../review/assemble';
import { noRules, type ReviewRules } from '../../review/rules';
import { id } from '../support/doomed-network';
import { staying, type Forged } from '../support/forged-plan';
import { networkGoes, networkIsReplaced, portGoes, portStays, removing } from '../support/removed-network';

const halvesOf = ({ stacks }: ReadForReview): TerraformHalf[] =>
  stacks.flatMap(({ name, plan, dependsOn }): TerraformHalf[] => {
    const planned = plan && { file: name, hasChanges: true, plan, warnings: [], manifest: undefined };
    return planned ? [{ stack: { name, folder: name, dependsOn }, code: undefined, planned }] : [];
  });

function decide(network: Forged, port: Forged, rules: ReviewRules = noRules) {
  const read = removing([network], [port]);
  const inReverse = halvesOf(read).reverse();
  return decideByReview({ review: assembleReview({ ...read, rules }), own: read.own }, inReverse).stacks;
}

test('the stacks come in the order of the review, and each knows which stacks have to be done before its removals', () => {
  expect(decide(networkGoes, portGoes)).toMatchObject([
    { is: 'planned', stack: { name: 'acme' }, removesAfter: [] },
    { is: 'planned', stack: { name: 'shared' }, removesAfter: ['acme'] },
  ]);
});

test('a stack that removes what another stack keeps using is left, also where somebody acknowledged the risk', () => {
  const left = [
    { is: 'left', stack: { name: 'shared' }, problems: [expect.stringMatching(/^network Green can't be removed in this deploy/)] }, // prettier-ignore
    { is: 'planned', stack: { name: 'acme' } },
  ];
  expect(decide(networkIsReplaced, portStays)).toMatchObject(left);
  const where = 'shared/openstack_networking_network_v2.green';
  const acknowledged = [{ risk: 'needs-two-deploys', where, reason: 'known', until: '2099-01-01' } as const];
  expect(decide(networkIsReplaced, portStays, { ...noRules, acknowledged })).toMatchObject(left);
});

test('a stack that is left for two things says both', () => {
  const blue: Forged = { ...networkIsReplaced, name: 'blue', before: { id: id('2'), name: 'Blue' } };
  const inBlue = staying('networking_port_v2', 'db', { id: id('b'), name: 'db', network_id: id('2') });
  const two = removing([networkIsReplaced, blue], [portStays, inBlue]);
  const [shared] = decideByReview({ review: assembleReview(two), own: two.own }, halvesOf(two)).stacks;
  expect(shared).toMatchObject({ is: 'left', problems: [expect.stringMatching(/^network Blue /), expect.stringMatching(/^network Green /)] }); // prettier-ignore
});

test('a deploy of one stack names the stacks of which nobody looked whether they use what it removes', () => {
  const [acme, shared] = halvesOf(removing([networkGoes], [portGoes]));
  const all = [{ name: 'shared' }, { name: 'acme' }];
  const warned = (halves: readonly (TerraformHalf | undefined)[]) =>
    warnOfLeftOut(
      all,
      halves.flatMap((half) => half ?? []),
    );
  expect(warned([shared])).toEqual([expect.stringMatching(/^--stack leaves out acme: nobody looked/)]);
  expect([warned([acme]), warned([acme, shared])]).toEqual([[], []]);
});

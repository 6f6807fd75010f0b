/** Which stacks a deploy does, and in which order, by the review that it shows. */
import { warnOfLeftOut } from '../../cli/deploy/left-out';
import { earlierStacks } from '../../cli/deploy/earlier';
import { decideByBundle, decideByReview } from '../../cli/deploy/reviewed';
import { defined } from '../../lib/basics/defined';
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

describe('a bundle whose review does one stack before the removals of another', () => {
  const decideWith = (port: Forged, removesAfter: readonly (readonly [string, readonly string[]])[], lost?: string) => {
    const read = removing([networkGoes], [port]);
    const halves = halvesOf(read).map((half) => {
      const { planned, ...head } = half;
      return half.stack.name === lost ? head : { ...head, ...defined({ planned }) };
    });
    const reviewed = new Map(['shared', 'acme'].map((name) => [name, { manifest: undefined, hasChanges: true, ours: undefined }])); // prettier-ignore
    const bundled = {
      halves,
      reviewed,
      problems: [],
      done: new Map(),
      removesAfter: new Map(removesAfter),
      digest: '',
    };
    const { stacks } = decideByBundle({ review: assembleReview(read), own: read.own }, bundled, new Set());
    return stacks.map(({ is, stack: { name } }) => `${name} ${is}`);
  };

  test('leaves the removals where it does not finish the first stack', () => {
    expect(decideWith(portGoes, [['shared', ['acme']]])).toEqual(['acme planned', 'shared planned']);
    expect(decideWith({ ...portGoes, before: {} }, [['shared', ['acme']]], 'acme')).toContain('shared left');
    expect(decideWith({ ...portGoes, before: {} }, [], 'acme')).toContain('shared planned');
    expect(decideWith(portGoes, [['shared', ['gone']]])).toEqual(['acme planned', 'shared left']);
  });

  test('does nothing more where the review is forged', () => {
    const forged = ['acme', 'shared', '__proto__', ''].map((name): [string, string[]] => [name, ['acme', 'shared']]);
    expect(decideWith(portGoes, forged, 'shared')).toEqual(['acme left', 'shared left']);
  });
});

describe('a stack of an earlier round', () => {
  const earlier = (end: 'done' | 'failed', port: Forged = portGoes, now: readonly string[] = ['shared']) => {
    const halves = new Map(halvesOf(removing([networkGoes], [port])).map((half) => [half.stack.name, half]));
    const outcomes = new Map([['acme', { terraform: end, stackward: 'unchanged' } as const]]);
    return earlierStacks({ halves, outcomes }, new Set(now)).map(({ stack, planned }) => [stack.name, planned?.plan.changes.map(({ action }) => action)]); // prettier-ignore
  };

  test('that is done has nothing but what its plan made or forgot', () => {
    expect(earlier('done')).toEqual([['acme', []]]);
    expect(earlier('done', { ...portGoes, isForgotten: true })).toEqual([['acme', ['forget']]]);
  });

  test('that is not done may still have all that its plan removes', () => {
    expect(earlier('failed')).toEqual([['acme', ['delete']]]);
    expect(earlier('failed', portGoes, ['shared', 'acme'])).toEqual([]);
  });
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
  const warned = (halves: readonly (TerraformHalf | undefined)[], known = halves) =>
    warnOfLeftOut(
      all,
      known.flatMap((half) => half ?? []),
      halves.flatMap((half) => half ?? []),
    );
  expect(warned([shared])).toEqual([expect.stringMatching(/^--stack leaves out acme: nobody looked/)]);
  expect([warned([acme]), warned([acme, shared])]).toEqual([[], []]);
  expect(warned([shared], [acme, shared])).toEqual([]);
});

/** What a review says of recorded changes: risks with ways back, what they reach, and the rules of stackward.yaml. */
import { assembleReview } from '../../review/assemble';
import type { DeclaredManifest } from '../../lib/contract/manifest';
import type { Review } from '../../review/model';
import { resultOf } from '../../review/render/result';
import { riskClasses } from '../../review/risks/classes';
import { isAnywhere } from '../../review/risks/prefixes';
import { reviewRules } from '../../review/rules';
import { opening, ownPlan, read } from '../support/planned-opening';

const breaking = { ...opening, stacks: [read('opening.shared'), read('breaking.acme', ['shared'])], own: ownPlan([]) };
const say = ({ risks }: Review): string[] =>
  risks.map(({ class: name, severity, message }) => `${severity} ${name}: ${message}`);
const rules = (text: object) => reviewRules.parse(text);

describe('a grant for everybody, an exception to any, and a wider pool', () => {
  const review = assembleReview(opening);

  test('are named, the worst first, with the thing in words', () => {
    expect(say(review)).toMatchSnapshot();
    expect(resultOf(review)).toBe('something');
  });

  test('reach every project, the UTM and its host, and the addresses that are left', () => {
    expect(review.reach).toMatchSnapshot();
  });

  test('stand in the picture with networks, servers and hosts', () => {
    const sorts = review.topology.nodes.map(({ sort, label, details }) => `${sort} ${label}: ${details.join(', ')}`);
    expect(sorts).toMatchSnapshot();
    const ids = new Set(review.topology.nodes.map(({ id }) => id));
    expect(review.topology.links.filter(({ from, to }) => !ids.has(from) || !ids.has(to))).toEqual([]);
    expect(review.topology.links.length).toBeGreaterThan(5);
  });
});

test('a packet shows what an open rule and an exception let pass, and says that it is assumed', () => {
  const packetsOf = (review: Review, name: string) =>
    review.risks
      .filter((risk) => risk.class === name)
      .flatMap(({ witnesses }) => witnesses.map(({ packet, before, after }) => `${packet}: ${before}, ${after}`));
  expect(packetsOf(assembleReview(breaking), 'opens-port')).toEqual([
    'tcp 198.51.100.7:40000 > 10.92.0.20:22 into port Web1: dropped, passes',
  ]);
  expect(packetsOf(assembleReview(opening), 'opens-any')).toEqual([
    'tcp 198.51.100.7:40000 > 203.0.113.1:443 out of the port: dropped, passes',
    'tcp 203.0.113.1:40000 > 198.51.100.7:443 into the port: dropped, passes',
  ]);
  const all = [opening, breaking].flatMap((read) => assembleReview(read).risks.flatMap(({ witnesses }) => witnesses));
  expect(all.filter(({ certainty }) => certainty.isProved)).toEqual([]);
});

describe('an exception that waits for its port', () => {
  const waiting = (sources: unknown, ...unknown: string[]) => {
    const spec = { sources, destinations: ['10.92.0.0/24'], reason: 'it is a router' };
    const id = 'firewall-exception.acme/New';
    const resource = { kind: 'firewall-exception', path: 'acme/New', stack: 'acme', owner: 'tests', dependsOn: [], spec, unknown: ['spec.portId', ...unknown] }; // prettier-ignore
    const manifest = { owner: 'tests', stack: 'acme', source: 'acme', resources: [resource], removed: [] };
    const own = { ...ownPlan([]), waiting: [{ id, unknown: resource.unknown }] };
    const stacks = [{ ...opening.stacks[0]!, name: 'acme', manifest }];
    const policy = [{ risk: 'opens-any', forbidden: true }];
    return assembleReview({ ...opening, stacks, own, rules: rules({ policy }) });
  };
  const ofIt = (review: Review) => review.risks.filter(({ where }) => where === 'acme/New');

  test('is a risk before the apply, and a rule that forbids it binds', () => {
    const review = waiting('any');
    expect(ofIt(review)).toMatchObject([
      {
        class: 'opens-any',
        message: expect.stringMatching(
          /^exception acme\/New, which waits for Terraform's half: packets of any protocol from any address to 10\.92\.0\.0\/24 may leave/,
        ) as string,
      },
    ]);
    expect(resultOf(review)).toBe('forbidden');
  });

  test('says of prefixes that nobody knows yet that they are known after apply', () => {
    expect(ofIt(waiting(undefined, 'spec.sources'))).toMatchObject([
      { class: 'opens-prefix', message: expect.stringContaining('from prefixes that are known after apply to') as string }, // prettier-ignore
    ]);
  });
});

test('each loss in a plan of Terraform is a risk of its own class', () => {
  expect(say(assembleReview(breaking))).toMatchSnapshot();
});

describe('rules in stackward.yaml', () => {
  test('name who has to approve, for the stacks that they name', () => {
    const policy = [
      { risk: 'opens-any', needs: ['security'] },
      { risk: 'opens-any', stacks: ['other'], needs: ['nobody'] },
    ];
    const { risks } = assembleReview({ ...opening, rules: rules({ policy }) });
    expect(risks.find(({ class: name }) => name === 'opens-any')?.needs).toEqual(['security']);
  });

  const exception = { risk: 'opens-any', where: 'acme/Utm/Transit/Red', reason: 'it is the firewall' };

  test('acknowledge a risk until the end of its last day', () => {
    const until = (day: string) =>
      assembleReview({ ...opening, rules: rules({ acknowledged: [{ ...exception, until: day }] }) });
    expect(until('2026-11-29').acknowledged).toMatchObject([{ until: '2026-11-29', risk: { class: 'opens-any' } }]);
    expect(until('2026-11-29').risks.map(({ class: name }) => name)).not.toContain('opens-any');
    expect(until('2026-11-28').acknowledged).toEqual([]);
  });

  test('forbid a risk, also one that somebody acknowledged', () => {
    const policy = [{ risk: 'opens-any', forbidden: true }];
    const review = assembleReview({
      ...opening,
      rules: rules({ policy, acknowledged: [{ ...exception, until: '2027-01-01' }] }),
    });
    expect(resultOf(review)).toBe('forbidden');
    expect(review.acknowledged).toEqual([]);
  });

  test.each([
    ['a class that does not exist', { policy: [{ risk: 'opens-all', needs: ['x'] }] }],
    ['a day that does not exist', { acknowledged: [{ ...exception, until: '2026-13-01' }] }],
    ['a rule that says nothing', { policy: [{ risk: 'opens-any' }] }],
  ])('are refused with %s', (_what, given) => {
    expect(() => rules(given)).toThrow();
  });
});

test('a target that could not be read is a problem, and never "nothing to do"', () => {
  const own = {
    ...ownPlan([]),
    problems: [{ where: 'firewall-exception.acme/Utm@host:cnode02', reason: 'TransientError', message: 'no answer' }],
  } as const;
  const review = assembleReview({ ...opening, own });
  expect(review.problems).toEqual([{ stack: 'acme', message: 'firewall-exception.acme/Utm@host:cnode02: no answer' }]);
  expect(resultOf(review)).toBe('problem');
});

test('a release that the cloud contradicts is a problem of the stacks that declare it, also where all things wait for Terraform', () => {
  const declaring = (name: string, release: string) => ({
    ...opening.stacks[0]!,
    name,
    manifest: { owner: 'tests', stack: name, release, source: name, resources: [], removed: [] } as DeclaredManifest,
  });
  const problems = [{ where: 'release kilo', reason: 'Blocked', message: "Nova's API is of zed" }] as const;
  const own = { ...ownPlan([]), problems, undone: ['policy-rule.other/Grant'] };
  const stacks = [declaring('acme', 'kilo'), declaring('other', 'zed')];
  expect(assembleReview({ ...opening, stacks, own }).problems).toEqual([
    { stack: 'acme', message: "release kilo: Nova's API is of zed" },
  ]);
});

test('a host on which leftovers could not be looked for is a problem, and never "nothing to do"', () => {
  const unswept = [
    { where: 'host:cnode02', reason: 'TransientError', message: "leftovers can't be looked for there" },
  ] as const;
  const review = assembleReview({ ...opening, stacks: [], own: { ...ownPlan([]), unswept } });
  expect(review.problems).toEqual([{ stack: '', message: "host:cnode02: leftovers can't be looked for there" }]);
  expect(resultOf(review)).toBe('problem');
});

test.each([
  ['0.0.0.0/0', true],
  ['128.0.0.0/1', true],
  ['::/0', true],
  ['2000::/3', true],
  ['any', true],
  ['10.0.0.0/8', false],
  ['2001:db8::/32', false],
  ['2000::/4', true],
  ['2001::/16', false],
  ['10.0.0.5/0', true],
  ['198.51.100.7', false],
  ['nonsense/0', true],
])('%s names half of all addresses or more, or nobody can read it: %s', (prefix, expected) => {
  expect(isAnywhere(prefix)).toBe(expected);
});

test('every class asks the reviewer a question', () => {
  for (const { question, title } of Object.values(riskClasses)) {
    expect(question).toMatch(/\?$/);
    expect(title).not.toMatch(/\.$/);
  }
});

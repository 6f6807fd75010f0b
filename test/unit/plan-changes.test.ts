/** Whether a plan of Terraform's does what another plan showed. */
import { findDoneSince, findDifferences } from '../../review/terraform/plan-changes';
import { parseTerraformPlan } from '../../review/terraform/plan-json';

interface Told {
  readonly actions?: readonly string[];
  readonly change?: object;
  /** Beside `change`. */
  readonly more?: object;
  readonly outputs?: object;
}

const plan = ({ actions = ['update'], change = {}, more = {}, outputs = {} }: Told = {}) =>
  parseTerraformPlan(
    JSON.stringify({
      format_version: '1.2',
      resource_changes: [
        {
          address: 'port.a',
          mode: 'managed',
          type: 'port',
          ...more,
          change: {
            actions,
            before: { id: '1', name: 'x' },
            after: { id: '1', name: 'y' },
            after_unknown: {},
            ...change,
          },
        },
      ],
      output_changes: outputs,
    }),
    'here',
  );
const nothing = parseTerraformPlan('{"format_version":"1.2"}', 'here');
const differences = (then: ReturnType<typeof plan>, now: ReturnType<typeof plan>, isMoved = false) =>
  findDifferences(then, now, { isMoved, nameOf: (address) => address });

test('a plan does what it shows itself, and nothing of what another plan does more', () => {
  expect(differences(plan(), plan())).toEqual([]);
  expect(differences(plan(), nothing)).toEqual([]);
  expect(differences(nothing, plan())).toEqual(['it would change port.a']);
});

const gone = { after: null };
const inOrder = ['delete', 'create'];
const cases: readonly (readonly [string, Told, Told, string])[] = [
  [
    'the deletion of a deposed object is not that of the object itself',
    { actions: ['delete'], change: gone, more: { deposed: '1a2b3c4d' } },
    { actions: ['delete'], change: gone },
    'it would destroy port.a',
  ],
  [
    'a deposed object is not another deposed object',
    { actions: ['delete'], change: gone, more: { deposed: '1a2b3c4d' } },
    { actions: ['delete'], change: gone, more: { deposed: '5e6f7a8b' } },
    'it would destroy port.a (deposed object 5e6f7a8b)',
  ],
  [
    'an import is of one id',
    { change: { importing: { id: '1' } } },
    { change: { importing: { id: '2' } } },
    'it would import another object as port.a',
  ],
  [
    'an update is no import with an update',
    {},
    { change: { importing: { id: '1' } } },
    'it would import another object as port.a',
  ],
  [
    'an import that changes nothing is a change',
    { actions: ['no-op'] },
    { actions: ['no-op'], change: { importing: { id: '1' } } },
    'it would import port.a',
  ],
  [
    'a move that changes nothing is a change',
    { actions: ['no-op'] },
    { actions: ['no-op'], more: { previous_address: 'port.b' } },
    'it would move port.a',
  ],
  [
    'a thing comes from one address',
    { more: { previous_address: 'port.b' } },
    { more: { previous_address: 'port.c' } },
    'port.a would come from port.c, and the review said port.b',
  ],
  [
    'to forget a thing is not to delete it',
    { actions: ['forget'], change: gone },
    { actions: ['delete'], change: gone },
    'it would destroy port.a, and the review said forget',
  ],
  [
    'a replacement has one order',
    { actions: inOrder },
    { actions: [...inOrder].reverse() },
    'it would create, destroy port.a, and the review said destroy, create',
  ],
  [
    'the thing before is the same',
    {},
    { change: { before: { id: '1', name: 'z' } } },
    'name of port.a has another value before the change',
  ],
  ['a value is the same', {}, { change: { after: { id: '1', name: 'z' } } }, 'name of port.a would get another value'],
  [
    'a value that was known is not unknown now',
    {},
    { change: { after: { id: '1' }, after_unknown: { name: true } } },
    'name of port.a would get another value',
  ],
  [
    'an output is the same',
    { outputs: { net: { actions: ['update'], after: 'a', after_unknown: false } } },
    { outputs: { net: { actions: ['update'], after: 'b', after_unknown: false } } },
    'the output net would get another value',
  ],
];
test.each(cases)('%s', (_, then, now, words) => {
  expect(differences(plan(then), plan(now))).toEqual([words]);
  expect([differences(plan(then), plan(then)), differences(plan(now), plan(now))]).toEqual([[], []]);
});

test('where an earlier stack made values known, only those may be others, and outputs', () => {
  const then = plan({ change: { after: { id: '1' }, after_unknown: { name: true } } });
  expect(differences(then, plan({ outputs: { net: { actions: ['create'], after: 'b' } } }), true)).toEqual([]);
  expect(differences(then, plan({ change: { after: { id: '2', name: 'y' } } }), true)).toEqual([
    'id of port.a would get another value',
  ]);
  expect(differences(then, plan({ more: { deposed: '1a2b3c4d' } }), true)).toEqual([
    'it would change port.a (deposed object 1a2b3c4d)',
  ]);
});

const made = { before: null, after: { name: 'y' }, after_unknown: { id: true } };
const makesFirst = ['create', 'delete'];
const old = { more: { deposed: '1a2b3c4d' }, actions: ['delete'], change: gone };
const rest: readonly (readonly [string, Told, Told])[] = [
  [
    'a value that was unknown is known',
    { change: made, actions: ['create'] },
    { change: { before: null, after: { id: '1', name: 'y' } }, actions: ['create'] },
  ],
  [
    'of a replacement, the old object is deleted',
    { change: { ...made, before: { id: '1', name: 'x' } }, actions: inOrder },
    { change: made, actions: ['create'] },
  ],
  [
    'of a replacement that makes first, the old object is left',
    { change: { ...made, before: { id: '1', name: 'x' } }, actions: makesFirst },
    old,
  ],
  [
    'an object broke off while it was made',
    { change: made, actions: ['create'] },
    {
      change: { ...made, before: { id: '1', name: 'y' } },
      actions: inOrder,
      more: { action_reason: 'replace_because_tainted' },
    },
  ],
  [
    'a part of the values is written',
    {},
    { change: { before: { id: '1', name: 'y' }, after: { id: '1', name: 'y' } } },
  ],
  ['the object is imported, and not changed yet', { change: { importing: { id: '1' } } }, {}],
  ['the object is moved, and not changed yet', { more: { previous_address: 'port.b' } }, {}],
  [
    'an output is written in part',
    { outputs: { net: { actions: ['create'], after_unknown: true } } },
    { outputs: { net: { actions: ['update'], before: 'a', after: 'b', after_unknown: false } } },
  ],
];
test.each(rest)('the rest of a reviewed change does only what was reviewed: %s', (_, then, now) => {
  expect(differences(plan(then), plan(now))).toEqual([]);
});

test.each<readonly [string, Told, Told, string]>([
  [
    'the old object is another',
    { change: { ...made, before: { id: '2', name: 'x' } }, actions: makesFirst },
    old,
    'it would destroy port.a (deposed object 1a2b3c4d)',
  ],
  [
    'the object was made whole, and somebody replaces it',
    { change: made, actions: ['create'] },
    { change: { ...made, before: { id: '1', name: 'y' } }, actions: inOrder },
    'it would replace port.a, and the review said create',
  ],
  [
    'a replacement that makes first has its old object still',
    { change: made, actions: makesFirst },
    { change: made, actions: ['create'] },
    'it would create port.a, and the review said replace',
  ],
])('what looks like the rest of a reviewed change is none where %s', (_, then, now, words) => {
  expect(differences(plan(then), plan(now))).toEqual([words]);
});

test('the changes that are done are those that the new plan does not have', () => {
  const nameOf = (address: string): string => `thing ${address}`;
  expect([findDoneSince(plan(), nothing, nameOf), findDoneSince(plan(), plan(), nameOf)]).toEqual([
    ['thing port.a'],
    [],
  ]);
});

test('a difference names the thing in a person’s words, and a name that two things have hides none of them', () => {
  const nameOf = (): string => 'server web in project acme';
  const say = (then: Told, now: Told) => findDifferences(plan(then), plan(now), { isMoved: false, nameOf });
  expect(say({}, { actions: ['delete'], change: gone })).toEqual([
    'it would destroy server web in project acme, and the review said change',
  ]);
  expect(say({}, { change: { after: { id: '1', name: 'z' } } })).toEqual([
    'name of server web in project acme would get another value',
  ]);
  expect(say({}, { more: { address: 'port.b' } })).toEqual(['it would change server web in project acme']);
});

/** Sentences about the order of removals, for a review and a deploy. Pure. */
import { groupedBy } from '../../lib/basics/groups';
import { nameFirst } from '../../lib/basics/name-first';
import { printable } from '../../lib/basics/printable';
import type { ResourceChange, ReviewedStack } from '../model';
import type { FoundRisk } from '../risks/found-risk';
import { nounOf, subjectOf } from '../terraform/subject';
import { textAt, type Things } from '../terraform/things';
import type { DeployOrder, Need, OrderedRemoval, StuckThing } from './deploy-order';
import type { Use } from './uses';

const mostNamed = 3;

type RemovesAfter = NonNullable<ReviewedStack['removesAfter']>;

/** The stacks that come before this stack, because it removes what they let go of. */
export const removesAfter = (stack: string, { follows, things }: DeployOrder): RemovesAfter =>
  [
    ...groupedBy(
      follows.filter(({ then }) => then === stack),
      ({ first }) => first,
    ),
  ].map(([first, removals]) => ({ stack: first, because: sayRemovals(removals, things) }));

/** `first port web (10.0.0.20) in project acme, then network Green`. */
const sayRemovals = (removals: readonly Pick<OrderedRemoval, 'uses'>[], things: Things): string =>
  [
    ...groupedBy(
      removals.flatMap(({ uses }) => uses),
      ({ thing }) => thing,
    ),
  ]
    .map(([thing, uses], place, all) => {
      if (place >= mostNamed) return place === mostNamed ? `and ${all.length - mostNamed} more` : '';
      return `first ${nameFirst(usersOf(uses, things), mostNamed)}, then ${subjectOf(thing, things)}`;
    })
    .filter((said) => said !== '')
    .join('; ');

const usersOf = (uses: readonly Use[], things: Things): string[] => [
  ...new Set(uses.map(({ by }) => subjectOf(by, things))),
];

/** @param changes of the stack, by Terraform's address */
export const stuckRisks = (
  stack: string,
  { stuck, things }: DeployOrder,
  changes: ReadonlyMap<string, ResourceChange>,
): FoundRisk[] =>
  stuck.flatMap((each) => {
    const shown = each.thing.stack === stack ? changes.get(each.thing.address) : undefined;
    if (shown === undefined) return [];
    const { path: where, wayBack } = shown;
    return [{ class: 'needs-two-deploys', stack, where, message: printable(sayStuck(each, things)), wayBack }];
  });

/** Why a deploy leaves the stack of this thing, and what to do. */
export function sayStuck(each: StuckThing, things: Things): string {
  const { thing, uses } = each;
  return `${subjectOf(thing, things)} can't be removed in this deploy, and stack ${thing.stack} is left: ${sayUsers(uses, things)} ${reasonOf(each, things)}. ${wayOut(each, things)}`;
}

const sayUsers = (uses: readonly Use[], things: Things): string =>
  [...groupedBy(uses, ({ by }) => by.stack)]
    .map(([stack, own]) => `${nameFirst(usersOf(own, things), mostNamed)} of stack ${stack}`)
    .join(', ');

function reasonOf({ uses, circle }: StuckThing, things: Things): string {
  if (circle.length > 0) return `must go first, but ${circle.map((hop) => sayHop(hop, things)).join(', and ')}`;
  const verb = uses.length === 1 ? 'uses' : 'use';
  return uses.some(({ end }) => end === 'keeps')
    ? `still ${verb} it after this change`
    : `${verb} it, and ${[...new Set(uses.map(({ by }) => by.stack))].join(', ')} can't be planned yet`;
}

function sayHop(hop: Need | OrderedRemoval, things: Things): string {
  const { first, then } = hop;
  if ('uses' in hop) return `${then} comes after ${first} (${sayRemovals([hop], things)})`;
  return {
    waits: `${then} can't be planned before ${first} is done`,
    reads: `${then} reads outputs of ${first} that change`,
    makes: `${then} may need what ${first} makes`,
  }[hop.because];
}

function wayOut({ thing, isReplaced, uses, circle, isForGood }: StuckThing, things: Things): string {
  const [use] = uses;
  if (!isForGood) return `Deploy once more when ${use?.by.stack ?? ''} is done.`;
  const subject = subjectOf(thing, things);
  const parts = isReplaced
    ? `make the new ${nounOf(thing.type)} beside it in the code and deploy; then take ${subject} out of the code and deploy again.`
    : `keep ${subject} in the code and deploy; then take it out and deploy again.`;
  const [hop] = circle.length === 1 ? circle : [];
  if (hop !== undefined && 'because' in hop && hop.because === 'makes')
    return `If ${hop.then} needs nothing that ${hop.first} makes here, run \`stackward deploy --stack ${hop.then}\` first and this again. Otherwise ${parts}`;
  return `${parts.slice(0, 1).toUpperCase()}${parts.slice(1)}`;
}

/** The ids of ports that a thing waits for: they are no ports of others. */
export const portsOfUsers = ({ stuck }: DeployOrder): ReadonlySet<string> =>
  new Set(
    stuck.flatMap(({ uses }) =>
      uses.flatMap(({ by }) => [textAt(by.values, 'id') ?? [], textAt(by.values, 'port_id') ?? []].flat()),
    ),
  );

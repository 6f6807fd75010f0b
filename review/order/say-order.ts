/** Sentences about the order of removals, for a review and a deploy. Pure. */
import { commandLine } from '../../lib/basics/command-line';
import { groupedBy } from '../../lib/basics/groups';
import { nameFirst } from '../../lib/basics/name-first';
import { printable } from '../../lib/basics/printable';
import type { ResourceChange, ReviewedStack } from '../model';
import type { FoundRisk } from '../risks/found-risk';
import { nounOf, subjectOf } from '../terraform/subject';
import type { Things } from '../terraform/things';
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
function sayRemovals(removals: readonly Pick<OrderedRemoval, 'uses'>[], things: Things): string {
  const all = removals.flatMap(({ uses }) => uses);
  const byThing = [...groupedBy(all, ({ thing }) => thing)];
  const named = byThing
    .slice(0, mostNamed)
    .map(([thing, uses]) => `first ${nameFirst(usersOf(uses, things), mostNamed)}, then ${subjectOf(thing, things)}`);
  const more = byThing.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

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
  if (uses.some(({ fate }) => fate === 'keeps')) return `still ${verb} it after this change`;
  const stacks = stacksOf(uses);
  return `${verb} it, and ${nameFirst(stacks, mostNamed)} ${stacks.length === 1 ? 'has' : 'have'} no plan`;
}

function sayHop(hop: Need | OrderedRemoval, things: Things): string {
  const { first, then } = hop;
  if ('uses' in hop) return `${then} comes after ${first} (${sayRemovals([hop], things)})`;
  return {
    waits: `${then} can't be planned before ${first} is done`,
    unplanned: `nobody knows whether ${then}, which has no plan, needs ${first}`,
    'unplanned-first': `nobody knows whether ${then} needs ${first}, which has no plan`,
    reads: `${then} reads outputs of ${first} that change`,
    makes: `${then} may need what ${first} makes`,
  }[hop.because];
}

function wayOut(stuck: StuckThing, things: Things): string {
  const { uses, circle, needsOtherCode } = stuck;
  if (!needsOtherCode) return `Deploy again when ${nameFirst(stacksOf(uses), mostNamed)} can be planned.`;
  const parts = twoDeploys(stuck, things);
  const [hop] = circle.length === 1 ? circle : [];
  if (hop !== undefined && 'because' in hop && hop.because === 'makes')
    return `If ${hop.then} needs nothing that ${hop.first} makes here, run \`${commandLine(['deploy', '--stack', hop.then])}\` first and this again. Otherwise ${parts}`;
  return `${parts.slice(0, 1).toUpperCase()}${parts.slice(1)}`;
}

function twoDeploys({ thing, isReplaced, uses }: StuckThing, things: Things): string {
  const [subject, noun] = [subjectOf(thing, things), nounOf(thing.type)];
  const last = `and deploy; then take ${subject} out of the code and deploy again.`;
  if (isReplaced)
    return `make the new ${noun} beside it in the code, let ${sayStacks(uses)} use the new ${noun}, ${last}`;
  const keeping = uses.filter(({ fate }) => fate === 'keeps');
  return keeping.length === 0
    ? `keep ${subject} in the code and deploy; then take it out and deploy again.`
    : `keep ${subject} in the code, let ${sayStacks(keeping)} use it no longer, ${last}`;
}

const stacksOf = (uses: readonly Use[]): string[] => [...new Set(uses.map(({ by }) => by.stack))];

function sayStacks(uses: readonly Use[]): string {
  const stacks = stacksOf(uses);
  return `${stacks.length === 1 ? 'stack' : 'stacks'} ${nameFirst(stacks, mostNamed)}`;
}

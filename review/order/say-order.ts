/** Sentences about the order of removals, for a review and a deploy. Pure. */
import { commandLine } from '../../lib/basics/command-line';
import { groupedBy } from '../../lib/basics/groups';
import { nameFirst } from '../../lib/basics/name-first';
import { printable } from '../../lib/basics/printable';
import { count } from '../../lib/render/text';
import type { ResourceChange, ReviewedStack } from '../model';
import type { FoundRisk } from '../risks/found-risk';
import { nounOf, subjectOf } from '../terraform/subject';
import type { Things } from '../terraform/things';
import type { Hop, OrderedRemoval, StuckThing } from './deploy-order';
import type { Use } from './uses';

const mostNamed = 3;

type RemovesAfter = NonNullable<ReviewedStack['removesAfter']>;

/** @param follows the removals of one stack: the stacks that let go of things come before it */
export const removesAfter = (follows: readonly OrderedRemoval[], things: Things): RemovesAfter =>
  [...groupedBy(follows, ({ first }) => first)].map(([first, removals]) => ({
    stack: first,
    because: sayRemovals(removals, things),
  }));

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

/**
 * @param stuck the things of one stack
 * @param changes of the stack, by Terraform's address
 */
export const stuckRisks = (
  stuck: readonly StuckThing[],
  things: Things,
  changes: ReadonlyMap<string, ResourceChange>,
): FoundRisk[] =>
  stuck.flatMap((each) => {
    const { stack, address } = each.thing;
    const shown = changes.get(address);
    if (shown === undefined) return [];
    const { path: where, wayBack } = shown;
    return [{ class: 'needs-two-deploys', stack, where, message: printable(sayStuck(each, things)), wayBack }];
  });

/** Why a deploy leaves the stack of this thing, and what to do. */
export function sayStuck(each: StuckThing, things: Things): string {
  const { thing, uses } = each;
  return `${subjectOf(thing, things)} can't be removed in this deploy, and stack ${thing.stack} is left: ${sayUsers(uses, things)} ${reasonOf(each, things)}. ${wayOut(each, things)}`;
}

function sayUsers(uses: readonly Use[], things: Things): string {
  const byStack = [...groupedBy(uses, ({ by }) => by.stack)];
  const named = byStack
    .slice(0, mostNamed)
    .map(([stack, own]) => `${nameFirst(usersOf(own, things), mostNamed)} of stack ${stack}`);
  const more = byStack.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and those of ${count(more, 'more stack')}` : ''}`;
}

function reasonOf({ uses, circle }: StuckThing, things: Things): string {
  if (circle.length > 0) return `must go first, but ${sayCircle(circle, things)}`;
  const verb = uses.length === 1 ? 'uses' : 'use';
  const has = (wanted: Use['fate']): boolean => uses.some(({ fate }) => fate === wanted);
  if (has('keeps')) return `still ${verb} it after this change`;
  if (has('may keep')) return `may still use it after this change, because the new value is known after apply`;
  if (has('forgets'))
    return `${verb} it, and ${uses.length === 1 ? 'stays' : 'stay'} in OpenStack when Terraform forgets ${uses.length === 1 ? 'it' : 'them'}`;
  const stacks = stacksOf(uses);
  return `${verb} it, and ${nameFirst(stacks, mostNamed)} ${stacks.length === 1 ? 'has' : 'have'} no plan`;
}

function sayCircle(circle: StuckThing['circle'], things: Things): string {
  const named = circle.slice(0, mostNamed).map((hop) => sayHop(hop, things));
  const more = circle.length - named.length;
  const last = circle.at(-1);
  if (more > 0 && last !== undefined) named.push(`so on through ${count(more, 'more stack')} to ${last.then}`);
  return named.join(', and ');
}

function sayHop(hop: Hop, things: Things): string {
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

function twoDeploys(stuck: StuckThing, things: Things): string {
  const { thing, isReplaced, isDeposed, uses } = stuck;
  if (isDeposed) return lettingGo(stuck, things);
  const [subject, noun] = [subjectOf(thing, things), nounOf(thing.type)];
  const { using, byHand } = endsOf(uses, things);
  if (using.length === 0)
    return `keep ${subject} as it is in the code and deploy; then ${byHand}and make this change of it again.`;
  const last = `and deploy; then ${byHand}take ${subject} out of the code and deploy again.`;
  if (isReplaced)
    return `make the new ${noun} beside it in the code, let ${sayStacks(using)} use the new ${noun}, ${last}`;
  const keeping = using.filter(({ fate }) => fate === 'keeps');
  if (keeping.length > 0) return `keep ${subject} in the code, let ${sayStacks(keeping)} use it no longer, ${last}`;
  return `keep ${subject} in the code and deploy; then ${byHand}take it out and deploy again.`;
}

/** The thing was replaced before, so nobody can keep it in the code. */
function lettingGo({ thing, uses }: StuckThing, things: Things): string {
  const { using, byHand } = endsOf(uses, things);
  const nowhere = `because no code has ${subjectOf(thing, things)} any more`;
  if (using.length === 0) return `deploy ${sayStacks(uses)} alone, ${nowhere}; then ${byHand}and deploy again.`;
  const [lets, needs] = stacksOf(using).length === 1 ? ['lets', 'needs'] : ['let', 'need'];
  return `deploy a change first in which ${sayStacks(using)} ${lets} go of it and ${needs} nothing new of stack ${thing.stack}, ${nowhere}; then ${byHand}${byHand && 'and '}deploy again.`;
}

/** Terraform forgets some users, and nothing but a person deletes these. */
function endsOf(uses: readonly Use[], things: Things): { readonly using: readonly Use[]; readonly byHand: string } {
  const forgotten = uses.filter(({ fate }) => fate === 'forgets');
  const names = nameFirst(usersOf(forgotten, things), mostNamed);
  return {
    using: uses.filter(({ fate }) => fate !== 'forgets'),
    byHand: forgotten.length === 0 ? '' : `delete ${names} in OpenStack by hand, `,
  };
}

const stacksOf = (uses: readonly Use[]): string[] => [...new Set(uses.map(({ by }) => by.stack))];

function sayStacks(uses: readonly Use[]): string {
  const stacks = stacksOf(uses);
  return `${stacks.length === 1 ? 'stack' : 'stacks'} ${nameFirst(stacks, mostNamed)}`;
}

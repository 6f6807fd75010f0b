/**
 * Finds names that a change needs and the cloud lacks, quotas below what is in use, networks that are not empty, and
 * addresses that somebody else has. Pure.
 */
import type { DeclaredThing, NameCount } from '../../lib/contract/report-ports';
import { groupedBy } from '../../lib/basics/groups';
import { printable } from '../../lib/basics/printable';
import { sayOthers } from '../../lib/basics/nearest';
import { nameFirst } from '../../lib/basics/name-first';
import { count } from '../../lib/render/text';
import type { ResourceChange, Unreviewed } from '../model';
import type { FoundRisk } from '../risks/found-risk';
import type { CloudSeen, NotCompared } from './seen';

export interface CloudFindings {
  readonly risks: readonly FoundRisk[];
  readonly problems: readonly Unreviewed[];
  readonly notCompared: readonly Unreviewed[];
}

/**
 * @param seen about the stack
 * @param changes of the stack, by Terraform's address
 */
export function cloudFindings(
  stack: string,
  { names, quotas, ports, taken, unasked, hidden }: CloudSeen,
  changes: Changes,
): CloudFindings {
  const ofNames = ofNamesIn(stack, names, changes);
  const ofQuotas = ofQuotasIn(stack, quotas, changes);
  const ofPorts = ofPortsIn(stack, ports, changes);
  const ofTaken = ofTakenIn(stack, taken, changes);
  const said = (messages: readonly string[]): Unreviewed[] =>
    [...new Set(messages)].map((message) => ({ stack, message: printable(message) }));
  return {
    risks: [...ofNames.risks, ...ofQuotas.risks, ...ofPorts.risks, ...ofTaken.risks],
    problems: said([...unasked.map(({ message }) => message), ...ofNames.problems, ...ofQuotas.problems]),
    notCompared: said([
      ...hidden.map(({ message }) => message),
      ...ofNames.notCompared,
      ...ofQuotas.notCompared,
      ...ofPorts.notCompared,
      ...ofTaken.notCompared,
    ]),
  };
}

interface Found {
  readonly risks: FoundRisk[];
  readonly problems: readonly string[];
  readonly notCompared: readonly string[];
}

type Changes = ReadonlyMap<string, ResourceChange>;

function ofNamesIn(stack: string, names: CloudSeen['names'], changes: Changes): Found {
  const risks: FoundRisk[] = [];
  const [uncounted, left, hidden] = [new Reasons(), new Reasons(), new Reasons()];
  for (const { address = '', path, thing, count } of names) {
    const shown = changes.get(address);
    if (typeof count === 'string') uncounted.add(count, sayThing(thing));
    else if ('notCompared' in count) left.add(count.notCompared, sayThing(thing));
    else if (isMissing(thing, count))
      risks.push({
        class: 'not-in-cloud',
        stack,
        where: shown?.path ?? path ?? stack,
        message: printable(
          `${shown?.subject ?? path ?? `stack ${stack}`} needs ${sayThing(thing)}, and the cloud ${sayMissing(thing, count)}: a deploy stops there`,
        ),
        wayBack: shown?.wayBack ?? { isPossible: true, how: 'nothing of this stack is planned yet' },
      });
    else if (count.private > 0) hidden.add(privately, sayThing(thing));
  }
  return {
    risks,
    problems: uncounted.sentences((things, why) => `whether the cloud has ${things} was not read: ${why}`),
    notCompared: [
      ...left.sentences((things, why) => `whether the cloud has ${things}: ${why}`),
      ...hidden.sentences((things, why) => `whether Terraform finds ${things} by name: ${why}`),
    ],
  };
}

function ofQuotasIn(stack: string, quotas: CloudSeen['quotas'], changes: Changes): Found {
  const risks: FoundRisk[] = [];
  const unread = new Reasons();
  const notCompared: string[] = [];
  for (const { address, limits, used } of quotas) {
    const shown = changes.get(address);
    if (shown === undefined) continue;
    if (typeof used === 'string') {
      unread.add(used, shown.subject);
      continue;
    }
    if (isLeft(used)) {
      notCompared.push(`${shown.subject} with what is in use: ${used.notCompared}`);
      continue;
    }
    const below = Object.entries(limits).filter(([name, limit]) => (used[name] ?? 0) > limit);
    if (below.length === 0) continue;
    const said = below.map(([name, limit]) => `${name}: ${limit} allowed, ${used[name] ?? '?'} in use`);
    const message = printable(`${shown.subject}: ${said.join('; ')}`);
    risks.push({ class: 'quota-below-use', stack, where: shown.path, message, wayBack: shown.wayBack });
  }
  return {
    risks,
    problems: unread.sentences((subjects, why) => `${subjects} were not compared with what is in use: ${why}`),
    notCompared,
  };
}

function ofPortsIn(stack: string, ports: CloudSeen['ports'], changes: Changes): Pick<Found, 'risks' | 'notCompared'> {
  const risks: FoundRisk[] = [];
  const notCompared: string[] = [];
  for (const [address, inIt] of groupedBy(ports, (port) => port.address)) {
    const shown = changes.get(address);
    if (shown === undefined) continue;
    const certain = inIt.filter(({ isCertain }) => isCertain).map(({ said }) => said);
    const perhaps = inIt.filter(({ isCertain }) => !isCertain).map(({ said }) => said);
    const { subject, path: where, wayBack } = shown;
    const message = printable(
      `${subject} has ${count(certain.length, 'port')} that no plan here deletes: ${nameFirst(certain)}; Neutron refuses to delete it, and a deploy stops there`,
    );
    if (certain.length > 0) risks.push({ class: 'not-empty', stack, where, message, wayBack });
    if (perhaps.length > 0)
      notCompared.push(
        `whether Neutron deletes ${subject}, because a service, or another part of the change, may take away in time: ${nameFirst(perhaps)}`,
      );
  }
  return { risks, notCompared };
}

function ofTakenIn(stack: string, taken: CloudSeen['taken'], changes: Changes): Pick<Found, 'risks' | 'notCompared'> {
  const risks: FoundRisk[] = [];
  const notCompared: string[] = [];
  for (const { address, said, isCertain } of taken) {
    const shown = changes.get(address);
    if (shown === undefined) continue;
    const { subject, path: where, wayBack } = shown;
    const message = printable(`${subject} ${said}`);
    if (isCertain) risks.push({ class: 'address-taken', stack, where, message, wayBack });
    else notCompared.push(`whether an address is free in time: ${message}`);
  }
  return { risks, notCompared };
}

/** `used` may hold any name of a resource, and every value there is a number. */
const isLeft = (used: object): used is NotCompared => 'notCompared' in used && typeof used.notCompared === 'string';

/** Things by the reason why nobody looked at them. */
class Reasons {
  readonly #things = new Map<string, Set<string>>();

  add(why: string, thing: string): void {
    this.#things.set(why, (this.#things.get(why) ?? new Set()).add(thing));
  }

  sentences(say: (things: string, why: string) => string): string[] {
    return [...this.#things].map(([why, things]) => say(nameFirst([...things]), why));
  }
}

const privately =
  'private, so a login finds it only in a project that may use it; give the project access, or name it by its id';

const sayThing = ({ kind, name, domainId }: DeclaredThing): string =>
  `${kind} ${name}${domainId === undefined ? '' : ` in domain ${domainId}`}`;

function sayMissing({ name }: DeclaredThing, { all, others }: NameCount): string {
  if (all > 0) return `has ${all} of that name, of which Terraform takes none`;
  return `has none, or hides it from these credentials${others === undefined ? '' : ` (there ${sayOthers(name, others)})`}`;
}

/** Private things are none that Terraform is sure to meet. */
const isMissing = ({ takesOne, notCompared }: DeclaredThing, { all, private: closed }: NameCount): boolean =>
  all === 0 || (all - closed > 1 && takesOne !== true && notCompared === undefined);

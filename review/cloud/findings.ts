/** Finds names that a change needs and the cloud lacks, and quotas below what is in use. Pure. */
import type { DeclaredThing } from '../../lib/contract/report-ports';
import { printable } from '../../lib/basics/printable';
import { nameFirst } from '../../lib/basics/name-first';
import type { ResourceChange, Unreviewed } from '../model';
import type { FoundRisk } from '../risks/found-risk';
import type { CloudSeen } from './seen';

export interface CloudFindings {
  readonly risks: readonly FoundRisk[];
  readonly problems: readonly Unreviewed[];
}

/** @param changes of the stack, by Terraform's address */
export function cloudFindings(
  stack: string,
  { names, quotas, unasked }: CloudSeen,
  changes: ReadonlyMap<string, ResourceChange>,
): CloudFindings {
  const risks: FoundRisk[] = [];
  const own = <Item extends { readonly stack: string }>(all: readonly Item[]): Item[] =>
    all.filter((item) => item.stack === stack);
  const problems = new Set(own(unasked).map(({ message }) => message));
  /** Why nobody could count → the things. */
  const uncounted = new Map<string, Set<string>>();
  for (const { address = '', thing, count } of own(names)) {
    const shown = changes.get(address);
    if (typeof count === 'string') uncounted.set(count, (uncounted.get(count) ?? new Set()).add(sayThing(thing)));
    else if (isMissing(thing, count))
      risks.push({
        class: 'not-in-cloud',
        stack,
        where: shown?.path ?? stack,
        message: printable(
          `${shown?.subject ?? `stack ${stack}`} needs ${sayThing(thing)}, and the cloud ${count === 0 ? 'has none, or hides it from these credentials' : `has ${count} of that name, of which Terraform takes none`}: a deploy stops there`,
        ),
        wayBack: shown?.wayBack ?? { isPossible: true, how: 'nothing of this stack is planned yet' },
      });
  }
  for (const [why, those] of uncounted)
    problems.add(`whether the cloud has ${nameFirst([...those])} was not read: ${why}`);
  for (const { address, limits, used } of own(quotas)) {
    const shown = changes.get(address);
    if (shown === undefined) continue;
    if (typeof used === 'string') {
      problems.add(`${shown.subject} were not compared with what the project uses: ${used}`);
      continue;
    }
    const below = Object.entries(limits).filter(([name, limit]) => (used[name] ?? 0) > limit);
    if (below.length === 0) continue;
    const said = below.map(([name, limit]) => `${name}: ${limit} allowed, ${used[name] ?? '?'} in use`);
    const message = printable(`${shown.subject}: ${said.join('; ')}`);
    risks.push({ class: 'quota-below-use', stack, where: shown.path, message, wayBack: shown.wayBack });
  }
  return { risks, problems: [...problems].map((message) => ({ stack, message: printable(message) })) };
}

const sayThing = ({ kind, name, domainId }: DeclaredThing): string =>
  `${kind} ${name}${domainId === undefined ? '' : ` in domain ${domainId}`}`;

const isMissing = ({ takesNewest, notCompared }: DeclaredThing, count: number): boolean =>
  count === 0 || (count > 1 && takesNewest !== true && notCompared === undefined);

/** The warnings and problems of stackward's plan, by the stacks that they are about. Pure. */
import { commandLine } from '../lib/basics/command-line';
import { groupedBy, lookupBy } from '../lib/basics/groups';
import type { DeclaredManifest } from '../lib/contract/manifest';
import type { Note, Plan } from '../lib/run/plan';
import type { Unreviewed } from './model';
import { stackInId, stackOfStep } from './stack-of-step';

interface Declaring {
  readonly name: string;
  readonly manifest: DeclaredManifest | undefined;
}

export interface OwnNotes {
  readonly problems: readonly Unreviewed[];
  readonly inStack: (stack: string) => readonly string[];
  /** Of no stack of the review. */
  readonly warnings: readonly string[];
}

export const noNotes: OwnNotes = { problems: [], inStack: () => [], warnings: [] };

const said = ({ where, message }: Note): string => `${where}: ${message}`;

export function notesOf(plan: Plan, stacks: readonly Declaring[]): OwnNotes {
  const names = new Set(stacks.map(({ name }) => name));
  const notes = [...plan.warnings, ...plan.leaving];
  const notesIn = lookupBy(notes, ({ where }) => stackInId(where));
  const left = groupedBy(plan.steps.map(stackOfStep), (stack) => stack);
  const stacksAt = stacksByPlace(plan, stacks);
  return {
    problems: [
      ...plan.problems.flatMap((problem) =>
        stacksAt(problem.where).map((stack) => ({ stack, message: said(problem) })),
      ),
      ...plan.unswept.map((problem) => ({ stack: stackInId(problem.where), message: said(problem) })),
    ],
    inStack: (stack) => notesIn(stack).map(said),
    warnings: [
      ...notes.filter(({ where }) => !names.has(stackInId(where))).map(said),
      ...[...left].filter(([stack]) => !names.has(stack)).map(([stack, things]) => sayLeft(stack, things.length)),
    ],
  };
}

const sayLeft = (stack: string, things: number): string =>
  `the stack ${stack} is not in the code, and ${things} of its things are still there; \`${commandLine(['destroy', '--stack', stack])}\` removes them`;

/**
 * A target that can't be read is a problem of each stack that wants something there, and a release that the cloud
 * contradicts is a problem of each stack that declares it. [''] if nobody can tell which stack.
 */
function stacksByPlace({ undone, waiting }: Plan, stacks: readonly Declaring[]): (where: string) => readonly string[] {
  const declaring = lookupBy(stacks, ({ manifest }) => `release ${manifest?.release}`);
  const later = new Set(waiting.map(({ id }) => id));
  // Kind and stack, such as `firewall-exception.acme`, because ids that begin alike are of one stack.
  const beginnings = new Set(undone.filter((id) => !later.has(id)).flatMap((id) => id.split(/[/@]/, 1)));
  return (where) => {
    const own = stackInId(where);
    if (own !== '') return [own];
    const declared = declaring(where);
    if (declared.length > 0) return declared.map(({ name }) => name);
    const kind = /^([a-z0-9-]+)(?:@|$)/.exec(where)?.[1];
    const wanted = [...beginnings].filter((id) => kind === undefined || id.startsWith(`${kind}.`));
    const wanting = [...new Set(wanted.map(stackInId))];
    return wanting.length === 0 ? [''] : wanting;
  };
}

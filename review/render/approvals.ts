/** Whose approval stackward.yaml asks for, once for the whole review. Pure. */
import { groupedBy } from '../../lib/basics/groups';
import { code, joined, listed, strong, type Line } from '../../lib/render/items';
import type { Risk } from '../model';

/** The first risk of each change that needs an approval. */
export type Approvals = ReadonlyMap<string, Risk>;

export const approvalsOf = (risks: readonly Risk[]): Approvals =>
  new Map(
    risks
      .filter(({ needs }) => needs.length > 0)
      .toReversed()
      .map((risk) => [changeOf(risk), risk]),
  );

/** A change that is several risks is approved or not as a whole. */
export const changeOf = ({ stack, where }: Risk): string => JSON.stringify([stack, where]);

/** More names than this stand with their risks alone, because no bound cuts the head of a review. */
const mostNamed = 8;

/** Nothing without a rule that asks for somebody. stackward can't know who approved. */
export function approvalsLine(risks: readonly Risk[]): Line[] {
  const approvals = approvalsOf(risks);
  if (approvals.size === 0) return [];
  const names = [...new Set(risks.flatMap(({ needs }) => needs))];
  const asked = names.slice(0, mostNamed).map((name): Line => {
    const meant = risks.filter(({ needs }) => needs.includes(name));
    return [' by ', code(name), ' for ', ...classesOf(meant, risks), ';'];
  });
  const free = risks.filter((risk) => !risk.isForbidden && !approvals.has(changeOf(risk)));
  return [
    [
      strong('Approval needed:'),
      ...asked.flat(),
      ...(names.length > mostNamed ? [` by ${names.length - mostNamed} more, named with the risks;`] : []),
      ...(free.length === 0
        ? []
        : [' by nobody for ', ...classesOf(free, risks), ', because no rule of stackward.yaml asks for it;']),
      " stackward can't see who approved; GitHub or GitLab can.",
    ],
  ];
}

/** Where only some risks of a class are meant, their number stands before it. */
function classesOf(risks: readonly Risk[], all: readonly Risk[]): Line {
  const groups = [...groupedBy(risks, (risk) => risk.class)];
  const lines = groups.map(([name, { length }]): Line => {
    const total = all.filter((risk) => risk.class === name).length;
    return length === total ? [code(name)] : [`${length} of ${total} `, code(name)];
  });
  return joined(lines, ', ');
}

/** Of a risk that no rule names, at a change that is another risk, too. */
export const alsoNeeded = (approval: Risk | undefined): Line[] =>
  approval === undefined
    ? []
    : [['the same change needs the approval of ', ...listed(approval.needs.map(code)), ' for ', code(approval.class)]];

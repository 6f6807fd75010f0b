/** The second part of a plan: finds the targets of all resources. */
import { problemOf } from '../basics/errors';
import type { Placed } from '../contract/kind';
import type { Readers } from '../contract/ports';
import type { Finding } from '../contract/reconciler';
import type { Target } from '../contract/target';
import { refuseUnknown, type Filter, type Note, type Problem } from './plan';
import type { Prepared } from './prepare';

export interface Located {
  readonly placed: readonly Placed[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Note[];
  /** Ids of resources that have no target now. */
  readonly undone: readonly string[];
  /** False: a kind could not say where its resources belong. */
  readonly isComplete: boolean;
}

/** Asks each kind for the targets of its resources. A kind that fails is reported as a problem of all its resources. */
export async function locate({ opened, scope }: Prepared, swept: readonly Target[], from: Readers): Promise<Located> {
  const each = await Promise.all(opened.map((kind) => locateKind(kind, scope, swept, from)));
  return {
    placed: each.flatMap((located) => located.placed),
    problems: each.flatMap((located) => located.problems),
    warnings: each.flatMap((located) => located.warnings),
    undone: each.flatMap((located) => located.undone),
    isComplete: each.every((located) => located.isComplete),
  };
}

const isProblem = (finding: Finding): finding is Finding & { reason: Problem['reason'] } =>
  finding.reason !== undefined;

async function locateKind(
  { kind, of: resources }: Prepared['opened'][number],
  scope: Prepared['scope'],
  swept: readonly Target[],
  from: Readers,
): Promise<Located> {
  try {
    const { placed, findings } = await resources.locate(scope, swept, from);
    const problems = findings.filter(isProblem);
    return {
      placed,
      problems: problems.map(({ id, reason, message }) => ({ where: id, reason, message })),
      warnings: findings.filter((finding) => !isProblem(finding)).map(({ id, message }) => ({ where: id, message })),
      undone: problems.map(({ id }) => id),
      isComplete: true,
    };
  } catch (error) {
    const problems = [problemOf(error, kind.kind)];
    return { placed: [], problems, warnings: [], undone: [...resources.identities.keys()], isComplete: false };
  }
}

/** @throws UnknownSelection naming a target on which no resource belongs */
export function refuseUnknownTargets({ targets }: Filter, { placed, isComplete }: Located): void {
  if (isComplete) refuseUnknown('target', targets, [...new Set(placed.map(({ target }) => target))]);
}

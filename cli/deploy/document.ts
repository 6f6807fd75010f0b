/** The JSON document of a deploy, for programs (docs/deploy.schema.json). Pure. */
import type { DeployLine, Half } from '../../lib/journal/deploy-record';
import { defined } from '../../lib/basics/defined';

/** Major.minor; a new minor version only adds fields. */
export const documentFormat = '1.0';

export type HalfOutcome = Exclude<DeployLine['outcome'], 'begun'>;

/** Why a half failed or was left, or a part of a stack could not be reviewed. */
export interface HalfProblem {
  /** Undefined: both. */
  readonly half?: Half;
  readonly message: string;
}

export interface DeployDocument {
  readonly formatVersion: typeof documentFormat;
  readonly command: 'deploy';
  readonly stacks: Readonly<Record<string, Readonly<Record<Half, HalfOutcome>>>>;
  /** `stack` is absent where a problem belongs to none, such as a host that nobody could look at. */
  readonly problems: readonly (HalfProblem & { readonly stack?: string })[];
  readonly exitCode: 0 | 1 | 2;
}

/** By stack; '' for what belongs to none. */
export type ProblemsOfStacks = ReadonlyMap<string, readonly HalfProblem[]>;

/** The document without its exit code, which an error decides. */
export const deployDocument = (
  outcomes: ReadonlyMap<string, Readonly<Record<Half, HalfOutcome>>>,
  problems: ProblemsOfStacks,
): Pick<DeployDocument, 'command' | 'stacks' | 'problems'> => ({
  command: 'deploy',
  stacks: Object.fromEntries(outcomes),
  problems: [...problems].flatMap(([stack, all]) =>
    all.map(({ half, message }) => ({ ...defined({ stack: stack === '' ? undefined : stack, half }), message })),
  ),
});

/** What a plan of Terraform's changes, by its JSON, and whether another plan changes the same. Pure. */
import * as z from 'zod';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { findOtherValue, unknownPaths } from '../../lib/basics/known-values';
import { sayFault } from '../../lib/basics/schema-fault';

const actions = z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget']));
const planFile = z.looseObject({
  resource_changes: z
    .array(
      z.looseObject({
        address: z.string(),
        change: z.looseObject({ actions, after: z.unknown(), after_unknown: z.unknown() }),
      }),
    )
    .default([]),
  output_changes: z.record(z.string(), z.looseObject({ actions })).default({}),
});

export interface TerraformChange {
  readonly address: string;
  readonly action: 'create' | 'update' | 'replace' | 'delete' | 'forget';
  readonly after: unknown;
  /** The same shape as `after`, with `true` for each value that is known after apply. */
  readonly afterUnknown: unknown;
}

export interface PlanChanges {
  readonly changes: readonly TerraformChange[];
  /** Names of the outputs that get another value. */
  readonly outputs: readonly string[];
}

/** @throws InvalidConfiguration if it is not the JSON of a plan */
export function readPlanChanges(json: string, where: string): PlanChanges {
  const parsed = planFile.safeParse(parseJson(json));
  if (!parsed.success)
    throw new InvalidConfiguration(`this is no plan that Terraform shows: ${sayFault(parsed.error)}; plan again`, {
      where,
      about: 'answer',
    });
  const { resource_changes: resources, output_changes: outputs } = parsed.data;
  return {
    changes: resources.flatMap(({ address, change }) => {
      const action = actionOf(change.actions);
      if (action === undefined) return [];
      return [{ address, action, after: change.after, afterUnknown: change.after_unknown }];
    }),
    outputs: Object.keys(outputs).filter((name) => outputs[name]?.actions.some((action) => action !== 'no-op')),
  };
}

/** `delete, create` and `create, delete` both replace. */
function actionOf(told: z.infer<typeof actions>): TerraformChange['action'] | undefined {
  const [first, second] = told;
  if (second !== undefined) return 'replace';
  return first === 'no-op' || first === 'read' ? undefined : first;
}

/**
 * The first thing in a new plan that nobody reviewed, as a clause; undefined if there is none. A change that is no
 * longer needed is no reason to refuse.
 */
export function findUnreviewed(reviewed: PlanChanges, now: PlanChanges): string | undefined {
  const before = new Map(reviewed.changes.map((change) => [change.address, change]));
  for (const { address, action, after } of now.changes) {
    const known = before.get(address);
    if (known === undefined) return `it would ${action} ${address}`;
    if (known.action !== action) return `it would ${action} ${address}, and the review said ${known.action}`;
    const unknown = new Set(unknownPaths(known.afterUnknown, address));
    const field = findOtherValue(known.after, after, address, unknown);
    if (field !== undefined) return `${field} would get another value`;
  }
  return undefined;
}

/** Reads the changes in the JSON of a plan of Terraform's, and tells whether another plan has the same changes. Pure. */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { findOtherValue, unknownPaths } from '../../lib/basics/known-values';
import { sayFault } from '../../lib/basics/schema-fault';
import type { TerraformAction } from '../model';
import { actionOf } from './plan-json';

const actions = z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget']));
const change = z.looseObject({
  actions,
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  importing: z.unknown().optional(),
});
const planFile = z.looseObject({
  resource_changes: z
    .array(
      z.looseObject({
        address: z.string(),
        previous_address: z.string().optional(),
        /** The key of an object that was replaced, and is not deleted yet. */
        deposed: z.string().optional(),
        change,
      }),
    )
    .default([]),
  output_changes: z.record(z.string(), change).default({}),
});
type ToldResource = z.infer<typeof planFile>['resource_changes'][number];

export interface TerraformChange {
  /** Names one object: beside the object itself an address may have deposed objects. */
  readonly address: string;
  readonly action: TerraformAction;
  /** As Terraform tells them, in their order. */
  readonly actions: readonly string[];
  /** The import that Terraform does; undefined if it does none. */
  readonly importing: unknown;
  /** Its address in the state; undefined if that is the same. */
  readonly movedFrom: string | undefined;
  readonly before: unknown;
  readonly after: unknown;
  /** The same shape as `after`, with `true` for each value that is known after apply. */
  readonly afterUnknown: unknown;
}

export interface PlanChanges {
  readonly changes: readonly TerraformChange[];
  /** Names of the outputs that get another value. */
  readonly outputs: readonly string[];
  /** Name → everything that the plan says of the value. */
  readonly outputChanges: ReadonlyMap<string, unknown>;
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
  const changed = Object.entries(outputs).filter(([, told]) => told.actions.some((action) => action !== 'no-op'));
  return {
    changes: resources.flatMap(changeOf),
    outputs: changed.map(([name]) => name),
    outputChanges: new Map(changed),
  };
}

function changeOf(told: ToldResource): TerraformChange[] {
  const { address, deposed, previous_address: from, change: own } = told;
  const movedFrom = from === address ? undefined : from;
  const action = actionOf(own.actions, Boolean(own.importing), movedFrom !== undefined);
  if (action === undefined) return [];
  return [
    {
      address: deposed === undefined ? address : `${address} (deposed object ${deposed})`,
      action,
      actions: own.actions,
      importing: own.importing ?? undefined,
      movedFrom,
      before: own.before,
      after: own.after,
      afterUnknown: own.after_unknown,
    },
  ];
}

/**
 * Everything that a new plan does and the reviewed plan did not show, each as a clause. A change that is no longer
 * needed is no reason to refuse.
 * @param isMoved whether things were applied between the two plans. Then values may be known that were not, and other
 *   things may have changed the thing before; without that, both plans have to say the same.
 */
export function findDifferences(
  reviewed: PlanChanges,
  now: PlanChanges,
  { isMoved }: { readonly isMoved: boolean },
): readonly string[] {
  const before = new Map(reviewed.changes.map((known) => [known.address, known]));
  const changes = now.changes.flatMap((own) => differenceOf(before.get(own.address), own, isMoved) ?? []);
  if (isMoved) return changes;
  const outputs = [...now.outputChanges].filter(([name, told]) => !isDeepStrictEqual(reviewed.outputChanges.get(name), told)); // prettier-ignore
  return [...changes, ...outputs.map(([name]) => `the output ${name} would get another value`)];
}

function differenceOf(known: TerraformChange | undefined, now: TerraformChange, isMoved: boolean): string | undefined {
  const { address, action } = now;
  if (known === undefined) return `it would ${action} ${address}`;
  if (known.action !== action) return `it would ${action} ${address}, and the review said ${known.action}`;
  if (!isDeepStrictEqual(known.actions, now.actions))
    return `it would ${now.actions.join(', ')} ${address}, and the review said ${known.actions.join(', ')}`;
  if (!isDeepStrictEqual(known.importing, now.importing)) return `it would import another object as ${address}`;
  if (known.movedFrom !== now.movedFrom)
    return `${address} would come from ${now.movedFrom ?? address}, and the review said ${known.movedFrom ?? address}`;
  if (isMoved) return sayValue(findOtherValue(known.after, now.after, address, new Set(unknownPaths(known.afterUnknown, address)))); // prettier-ignore
  const none: ReadonlySet<string> = new Set();
  const old = findOtherValue(known.before, now.before, address, none);
  if (old !== undefined) return `${old} has another value before the change`;
  return sayValue(
    findOtherValue(known.after, now.after, address, none) ??
      findOtherValue(known.afterUnknown, now.afterUnknown, address, none),
  );
}

const sayValue = (path: string | undefined): string | undefined => path && `${path} would get another value`;

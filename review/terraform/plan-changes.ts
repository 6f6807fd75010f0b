/**
 * Decides whether a plan of Terraform does only what a reviewed plan showed. An apply of the reviewed plan may have
 * broken off between the two, so the new plan may be the rest of the reviewed plan. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../lib/basics/defined';
import { findOtherValue, unknownPaths } from '../../lib/basics/known-values';
import type { PlannedOutput, PlannedResource, TerraformPlan } from './plan-json';

/** Names one object: beside the object itself an address may have deposed objects. */
const keyOf = ({ address, deposed }: Pick<PlannedResource, 'address' | 'deposed'>): string =>
  deposed === undefined ? address : `${address} (deposed object ${deposed})`;

/** A thing in a person's words, by Terraform's address; the address itself where nobody knows the thing. */
export type NameOfAddress = (address: string) => string;

/** The object in a person's words. */
export const nameOfChange = (
  { address, deposed }: Pick<PlannedResource, 'address' | 'deposed'>,
  nameOf: NameOfAddress,
): string => keyOf({ address: nameOf(address), ...defined({ deposed }) });

type Changes = Pick<TerraformPlan, 'changes' | 'outputs'>;

/** Names of the reviewed changes that the new plan no longer has, because they are done. */
export function findDoneSince(
  { changes: reviewed }: Changes,
  { changes: now }: Changes,
  nameOf: NameOfAddress,
): readonly string[] {
  const open = new Set(now.map(({ address }) => address));
  return reviewed.filter(({ address }) => !open.has(address)).map((change) => nameOfChange(change, nameOf));
}

/**
 * Everything that a new plan does and the reviewed plan did not show, each as a clause. A change that is no longer
 * needed is no reason to refuse, and neither is the rest of a change that broke off.
 * @param isMoved whether an earlier stack got other outputs between the two plans. Then other things may have changed
 *   the thing before, and outputs may have other values.
 */
export function findDifferences(
  reviewed: Changes,
  now: Changes,
  { isMoved, nameOf }: { readonly isMoved: boolean; readonly nameOf: NameOfAddress },
): readonly string[] {
  const known = new Map(reviewed.changes.map((change) => [keyOf(change), change]));
  const changes = now.changes.flatMap((change) => differenceOf(known, change, isMoved, nameOf) ?? []);
  if (isMoved) return changes;
  const outputs = new Map(reviewed.outputs.map((output) => [output.name, output]));
  return [...changes, ...now.outputs.flatMap((output) => outputDifference(outputs.get(output.name), output) ?? [])];
}

function differenceOf(
  reviewed: ReadonlyMap<string, PlannedResource>,
  now: PlannedResource,
  isMoved: boolean,
  nameOf: NameOfAddress,
): string | undefined {
  const { action } = now;
  const name = nameOfChange(now, nameOf);
  const known = reviewed.get(keyOf(now));
  if (known === undefined)
    return isRestOfReplacement(reviewed.get(now.address), now) ? undefined : `it would ${verbs[action]} ${name}`;
  if (isNewAttempt(known, now)) return findOtherEnd(known, now, name);
  if (known.action !== action) return `it would ${verbs[action]} ${name}, and the review said ${verbs[known.action]}`;
  if (!isDeepStrictEqual(known.actions, now.actions))
    return `it would ${sayActions(now)} ${name}, and the review said ${sayActions(known)}`;
  if (now.importing !== undefined && !isDeepStrictEqual(known.importing, now.importing))
    return `it would import another object as ${name}`;
  if (now.movedFrom !== undefined && known.movedFrom !== now.movedFrom)
    return `${name} would come from ${now.movedFrom}, and the review said ${known.movedFrom ?? now.address}`;
  const old = isMoved ? undefined : findOtherStart(known.before, known.after, now.before, '');
  return old === undefined
    ? findOtherEnd(known, now, name)
    : `${sayValue(old, name)} has another value before the change`;
}

const verbs: Readonly<Record<PlannedResource['action'], string>> = {
  create: 'create',
  update: 'change',
  replace: 'replace',
  delete: 'destroy',
  import: 'import',
  move: 'move',
  forget: 'forget',
};

const sayActions = ({ actions = [] }: PlannedResource): string =>
  actions
    .map((action) => (Object.hasOwn(verbs, action) ? verbs[action as PlannedResource['action']] : action))
    .join(', ');

/** @param path `.fixed_ip[0].ip_address`, or '' for the whole thing */
const sayValue = (path: string, name: string): string => (path === '' ? name : `${path.replace(/^\./, '')} of ${name}`);

/** A replacement that makes the new object first and broke off leaves the old object to delete. */
const isRestOfReplacement = (known: PlannedResource | undefined, now: PlannedResource): boolean =>
  now.action === 'delete' &&
  now.deposed !== undefined &&
  known?.action === 'replace' &&
  known.actions?.[0] === 'create' &&
  findOtherValue(known.before, now.before, '', new Set()) === undefined;

/** A replacement whose old object is deleted already, or an object that broke off while it was made. */
const isNewAttempt = (known: PlannedResource, now: PlannedResource): boolean =>
  (known.action === 'replace' && known.actions?.[0] === 'delete' && now.action === 'create') ||
  ((known.action === 'create' || known.action === 'replace') && now.action === 'replace' && now.isTainted === true);

/** Values that were unknown may be known by now. A value that was known may not be unknown. */
function findOtherEnd(known: PlannedResource, now: PlannedResource, name: string): string | undefined {
  const unknown = unknownPaths(known.unknown, '');
  const path =
    findOtherValue(known.after, now.after, '', new Set(unknown)) ??
    unknownPaths(now.unknown, '').find((own) => !unknown.some((then) => isWithin(own, then)));
  return path === undefined ? undefined : `${sayValue(path, name)} would get another value`;
}

const isWithin = (path: string, outer: string): boolean =>
  path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The path of the first value that is neither as it was before nor as the review said it would be afterwards. */
function findOtherStart(before: unknown, after: unknown, now: unknown, path: string): string | undefined {
  const isAs = (then: unknown): boolean => findOtherValue(then, now, path, new Set()) === undefined;
  if (isAs(before) || (after !== undefined && isAs(after))) return undefined;
  if (!isMap(before) || !isMap(now)) return path;
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()) {
    const wanted = isMap(after) ? after[key] : undefined;
    const found = findOtherStart(before[key], wanted, now[key], `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An apply that broke off may have written outputs, so the value before says nothing. */
function outputDifference(known: PlannedOutput | undefined, now: PlannedOutput): string | undefined {
  const { name } = now;
  const unknown = unknownPaths(known?.unknown, name);
  const isSame =
    known !== undefined &&
    (known.action === 'delete') === (now.action === 'delete') &&
    findOtherValue(known.after, now.after, name, new Set(unknown)) === undefined &&
    unknownPaths(now.unknown, name).every((own) => unknown.some((then) => isWithin(own, then)));
  return isSame ? undefined : `the output ${name} would get another value`;
}

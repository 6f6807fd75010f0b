/** Turns Terraform's plan into the changes that a reviewer reads. Pure. */
import { defined } from '../../lib/basics/defined';
import { printable } from '../../lib/basics/printable';
import { outputName } from '../../lib/contract/manifest';
import type { SynthesizedCode } from '../code';
import type { AttributeChange, ResourceChange } from '../model';
import { withNames } from '../names';
import { attributeChanges, knownAfterApply, pathText, sensitive, textOf } from './attributes';
import type { PlannedResource, TerraformPlan } from './plan-json';
import { nounOf, subjectOf } from './subject';
import type { Things } from './things';
import { wayBackOf } from './ways-back';

interface Known {
  readonly stack: string;
  readonly code: SynthesizedCode;
  readonly things: Things;
}

type Paths = (address: string) => string;

/**
 * The construct that an address belongs to. The synthesized code is hostile, and an acknowledgement names a path: so a
 * path has to lie below the stack and to belong to one address alone. For every other address its own text stands.
 */
function pathsOf({ changes, drift }: TerraformPlan, { stack, code }: Known): Paths {
  const declared = new Set(code.declares.map(({ path }) => path));
  const addressAsPath = (address: string): string => `${stack}/${address}`;
  const candidate = (address: string): string => {
    const known = code.paths.get(address);
    if (known !== undefined) return known.startsWith(`${stack}/`) ? known : addressAsPath(address);
    // cdktf makes a name of the construct's path: its parts with `_` between, and a hash. It tells where a thing was
    // that left the code.
    const name = /\.([^.]+)_[0-9A-F]{8}$/.exec(address)?.[1];
    const path = `${stack}/${name?.replaceAll('_', '/') ?? address}`;
    return declared.has(path) ? addressAsPath(address) : path;
  };
  const addresses = new Set([...code.paths.keys(), ...[...changes, ...drift].map(({ address }) => address)]);
  const owners = new Map<string, Set<string>>();
  for (const address of addresses)
    for (const path of [candidate(address), addressAsPath(address)])
      owners.set(path, (owners.get(path) ?? new Set()).add(address));
  return (address) => {
    const path = candidate(address);
    return owners.get(path)?.size === 1 ? path : addressAsPath(address);
  };
}

export function changesOf(plan: TerraformPlan, known: Known): ResourceChange[] {
  const paths = pathsOf(plan, known);
  return plan.changes.map((change) => changeOf(change, known, paths));
}

/**
 * The changes that somebody made outside of Terraform, and that Terraform is going to undo. Terraform's own list is
 * longer: it also has every value that the cloud computed since the last apply, such as a port's server, and the rest
 * of a thing whose making broke off.
 */
export function driftOf(plan: TerraformPlan, known: Known): ResourceChange[] {
  const paths = pathsOf(plan, known);
  const own = plan.changes.filter(({ deposed }) => deposed === undefined);
  const planned = new Map(own.map((change) => [change.address, change]));
  return plan.drift.flatMap((drifted) => {
    const answer = planned.get(drifted.address);
    if (answer === undefined || answer.isTainted === true) return [];
    const changed = changeOf(drifted, known, paths);
    if (changed.action !== 'update') return [changed];
    const back = new Set(attributesOf(answer).map(({ name }) => name));
    const attributes = changed.attributes.filter(({ name }) => back.has(name));
    return attributes.length === 0 ? [] : [{ ...changed, attributes }];
  });
}

export function outputsOf({ outputs }: TerraformPlan): AttributeChange[] {
  const own = outputs.filter(({ name }) => name !== outputName);
  return own.map(({ name, ...change }) => {
    const isHidden = change.sensitiveBefore === true || change.sensitiveAfter === true;
    const say = (value: unknown): string | undefined =>
      value === undefined || value === null ? undefined : isHidden ? sensitive : textOf(value);
    const after = change.unknown === true ? knownAfterApply : say(change.after);
    return { name: printable(name), ...defined({ before: say(change.before), after }) };
  });
}

function changeOf(change: PlannedResource, known: Known, paths: Paths): ResourceChange {
  const { address, deposed, type, action } = change;
  const thing = known.things.at(known.stack, address);
  const subject = thing ? subjectOf(thing, known.things) : printable(`${nounOf(type)} ${address}`);
  const hasGivenAddress = typeof change.before?.address === 'string' && typeof change.after?.address === 'string';
  return {
    address,
    path: paths(address),
    type,
    action,
    subject: deposed === undefined ? subject : `what ${subject} replaced (deposed object ${printable(deposed)})`,
    attributes: attributesOf(change).map((attribute) => nameIds(attribute, known.things)),
    replacedBecause: causesOf(change),
    ...defined({ movedFrom: change.movedFrom, importedId: change.importedId }),
    wayBack: wayBackOf(action, type, {
      isTainted: change.isTainted === true,
      hasGivenAddress,
      isImported: change.importedId !== undefined,
      before: change.before,
    }),
    witnesses: [],
  };
}

const causesOf = ({ isTainted, replacePaths }: PlannedResource): string[] =>
  isTainted === true
    ? ['an apply that broke off while it was made']
    : replacePaths.map((path) => printable(pathText(path)));

function attributesOf(change: PlannedResource): AttributeChange[] {
  if (change.action === 'delete' || change.action === 'forget')
    return attributeChanges({ ...change, after: undefined, unknown: undefined });
  const all = attributeChanges(change);
  if (change.action !== 'create' && change.action !== 'replace') return all;
  // Of a new thing the cloud chooses many values, from which nobody learns anything. Of a thing that is there, such a
  // value is a change, for example the port of a floating IP.
  const causes = new Set(change.replacePaths.map(([first]) => String(first)));
  return all.filter(({ name, after }) => after !== knownAfterApply || causes.has(name.split(/[.[]/)[0] ?? ''));
}

/** Puts the words for a thing behind its id. */
function nameIds({ name, ...sides }: AttributeChange, things: Things): AttributeChange {
  const say = (text: string | undefined): string | undefined =>
    text === undefined || name === 'id' ? text : withNames(text, things);
  return { name, ...defined({ before: say(sides.before), after: say(sides.after) }) };
}

/**
 * Finds flags that are not as declared, and recorded flags that nobody declares any more. Pure.
 *
 * One step per construct and host. If the server boots, its tap is made anew with the kernel's defaults. Flag and
 * record then differ, and the plan says so. If several owners' records have an entry for a flag, the removal of the
 * last entry restores the flag's value. So an owner gets an entry even if the flag is already as declared, because
 * another owner has an entry for it.
 */
import { append } from '../../lib/basics/lists';
import type { Difference, Finding, Placement, Wanted } from '../../lib/contract/reconciler';
import { bringBack, leftovers } from './flags/leaving';
import { heldByOthers } from '../../lib/hosts/record-holding';
import type { BridgePortOn } from './locate';
import { kernelFlag, keyOf, type BridgePortObserved } from './observe';
import { flagNames, type FlagName, type RecordEntry } from './spec';
import { changesOf, notesOf } from './words';
import type { BridgePortStep, Found, Reasoned } from './model';
import { isTap, kind } from './model';

type DeclaredOn = Extract<BridgePortOn, { declared: unknown }>;

export function diff(placement: Placement<BridgePortOn>, observed: BridgePortObserved): Difference<BridgePortStep> {
  const steps = new Map<string, BridgePortStep>();
  const findings: Finding[] = [];
  /** Flags that anybody declares here. */
  const declared = new Set<string>();
  /** Flags by owner that the owner declares. Its record's entries for these are not leftovers. */
  const kept = new Set<string>();
  for (const resource of placement.wanted) {
    const found =
      'declared' in resource.spec
        ? compare(resource, resource.spec, observed)
        : bringBack(resource, resource.spec.restore, observed);
    append(findings, found.findings);
    const step = stepOf(resource, portIdOf(resource.spec), found.aims);
    if (step) steps.set(`${resource.owner} ${resource.id}`, step);
    for (const key of keysOf(resource.spec)) {
      if ('declared' in resource.spec) declared.add(key);
      kept.add(`${resource.owner} ${key}`);
    }
  }
  for (const step of leftovers(placement, observed, declared, kept)) {
    const key = `${step.owner} ${step.id}`;
    const earlier = steps.get(key);
    steps.set(key, earlier ? merge(earlier, step) : step);
  }
  return { steps: [...steps.values()].sort(removalsLast), findings };
}

const pathOf = (id: string): string => id.slice(kind.length + 1);
const portIdOf = (spec: BridgePortOn): string =>
  'declared' in spec ? spec.declared.portId : (spec.restore[0]?.portId ?? '');

const keysOf = (spec: BridgePortOn): string[] =>
  'declared' in spec
    ? wishesOf(spec).map(({ device, flag }) => keyOf(device, flag))
    : spec.restore.flatMap(({ flags }) => flags.map(({ device, flag }) => keyOf(device, flag)));

/**
 * The flags that each device is to have. Hairpin is switched on only at the tap. At the end towards the switch it would
 * send every broadcast back, and the switch would look for its senders behind this port.
 */
const wishesOf = ({ declared, devices }: DeclaredOn): Pick<Wish, 'device' | 'flag' | 'value'>[] =>
  devices.flatMap((device) =>
    flagNames.flatMap((flag) => {
      const value = declared[flag];
      return value === undefined || (flag === 'hairpin' && value && !isTap(device)) ? [] : [{ device, flag, value }];
    }),
  );

const removalsLast = (a: BridgePortStep, b: BridgePortStep): number =>
  Number(a.action === 'delete') - Number(b.action === 'delete') || (a.id < b.id ? -1 : 1);

function compare(resource: Wanted<BridgePortOn>, spec: DeclaredOn, observed: BridgePortObserved): Found {
  const { declared, devices } = spec;
  const missing = devices.filter((device) => !observed.devices.has(device));
  const findings: Finding[] = [];
  if (missing.length > 0)
    findings.push({
      id: resource.id,
      message: `no bridge has ${missing.join(' or ')} of port ${declared.portId}: its server is off, or just moving; its flags are set by the next apply after it is plugged`,
    });
  const aims: Reasoned[] = [];
  for (const wish of wishesOf(spec)) {
    const { device, flag } = wish;
    const now = observed.devices.get(device);
    if (now === undefined) continue;
    const current = now.flags[kernelFlag[flag]];
    if (current === undefined)
      findings.push({
        id: resource.id,
        message: `the kernel of this host knows no "${flag}" of a bridge port (${kernelFlag[flag]} of ${device}); leave it out, or move to a newer kernel`,
        reason: 'UnrecoverableError',
      });
    else append(aims, aimFor(resource, declared.portId, { ...wish, current, bridge: now.bridge }, observed));
  }
  return { aims, findings };
}

interface Wish {
  readonly device: string;
  readonly flag: FlagName;
  readonly value: boolean;
  readonly current: boolean;
  readonly bridge: string;
}

function aimFor(
  { id, owner, stack }: Wanted<BridgePortOn>,
  portId: string,
  { device, flag, value, current, bridge }: Wish,
  observed: BridgePortObserved,
): Reasoned[] {
  const key = keyOf(device, flag);
  const before = observed.records.get(owner)?.entries.get(key);
  const [held] = heldByOthers(observed, owner, key);
  const path = pathOf(id);
  const entry = (original: boolean): RecordEntry => ({
    device,
    flag,
    portId,
    path,
    stack,
    before: original,
    written: value,
  });
  if (current !== value) {
    const original = before?.before ?? held?.entry.before ?? current;
    // If the flag has again the value from before the first write, there is nothing left to restore.
    const after = original === value ? undefined : entry(original);
    const because =
      before === undefined
        ? held === undefined
          ? 'the code declares it'
          : `the code declares it, and ${held.owner}, whose record has another value, will set that value again`
        : before.written !== value
          ? 'the code declares another value'
          : 'the port was plugged again, which resets it, or somebody set it back';
    return [{ device, flag, set: { bridge, expect: current, value }, before, after, because }];
  }
  if (before === undefined) {
    if (held === undefined || held.entry.before === value) return [];
    const because = `${held.owner} has set it, and the code declares it too: it goes back with the last of both`;
    return [{ device, flag, before, after: entry(held.entry.before), because }];
  }
  if (before.written !== value)
    return [{ device, flag, before, after: undefined, because: 'it is again what it was before the first write' }];
  if (before.path === path && before.stack === stack) return [];
  return [{ device, flag, before, after: { ...before, path, stack }, because: 'another construct declares it now' }];
}

/** Joins the two steps of a construct that now declares another port, or other flags. */
function merge(step: BridgePortStep, left: BridgePortStep): BridgePortStep {
  return {
    ...step,
    aims: [...step.aims, ...left.aims],
    changes: [...step.changes, ...left.changes],
    notes: [...(step.notes ?? []), ...(left.notes ?? [])],
  };
}

function stepOf(resource: Wanted<BridgePortOn>, portId: string, aims: readonly Reasoned[]): BridgePortStep | undefined {
  if (aims.length === 0) return undefined;
  return {
    id: resource.id,
    owner: resource.owner,
    portId,
    aims,
    action: 'update',
    subject: `port ${portId}`,
    changes: changesOf(aims),
    because: [...new Set(aims.map(({ because }) => because))].join('; '),
    notes: notesOf(aims),
  };
}

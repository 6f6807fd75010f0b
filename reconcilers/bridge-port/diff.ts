/**
 * What of the observed flags is not as declared, and what our records keep of flags that nobody declares any more. Pure.
 *
 * One step per construct and host. A re-plug (each boot of a server that makes its tap anew) brings the kernel's defaults
 * back: flag and record then differ, and the plan says so.
 */
import type { Change, Difference, Finding, Placement, Step, Wanted } from '../../lib/reconciler';
import { sweeps } from '../../lib/reconciler';
import { isTap, type BridgePortOn } from './locate';
import { kernelFlag, keyOf, kind, type BridgePortObserved } from './observe';
import { flagNames, type BridgePortImage, type FlagName, type RecordEntry } from './spec';

/** One flag of one device: what becomes of it, and of what is recorded of it. */
export interface FlagAim {
  readonly device: string;
  readonly flag: FlagName;
  /** Undefined: it stays as it is. */
  readonly set?: { readonly bridge: string; readonly expect: boolean; readonly value: boolean };
  /** Undefined: none. */
  readonly before: RecordEntry | undefined;
  readonly after: RecordEntry | undefined;
}

export interface BridgePortStep extends Step {
  readonly owner: string;
  readonly portId: string;
  readonly aims: readonly FlagAim[];
}

interface Reasoned extends FlagAim {
  readonly because: string;
}
type DeclaredOn = Extract<BridgePortOn, { declared: unknown }>;
type Found = { readonly aims: readonly Reasoned[]; readonly findings: readonly Finding[] };

export function diff(placement: Placement<BridgePortOn>, observed: BridgePortObserved): Difference<BridgePortStep> {
  const steps = new Map<string, BridgePortStep>();
  const findings: Finding[] = [];
  /** Flags that somebody declares here, whoever it is. */
  const declared = new Set<string>();
  /** And by owner: what its record keeps of these is not left over. */
  const kept = new Set<string>();
  for (const one of placement.wanted) {
    const found =
      'declared' in one.spec ? compare(one, one.spec, observed) : bringBack(one, one.spec.restore, observed);
    findings.push(...found.findings);
    const step = stepOf(one, portIdOf(one.spec), found.aims);
    if (step) steps.set(`${one.owner} ${one.id}`, step);
    for (const key of keysOf(one.spec)) {
      if ('declared' in one.spec) declared.add(key);
      kept.add(`${one.owner} ${key}`);
    }
  }
  for (const step of leftovers(placement, observed, declared, kept)) {
    const key = `${step.owner} ${step.id}`;
    const other = steps.get(key);
    steps.set(key, other ? merge(other, step) : step);
  }
  return { steps: [...steps.values()].sort(removalsLast), findings };
}

/** Text of a plan: on, off. */
const word = (value: boolean): string => (value ? 'on' : 'off');
const pathOf = (id: string): string => id.slice(kind.length + 1);
const portIdOf = (spec: BridgePortOn): string =>
  'declared' in spec ? spec.declared.portId : (spec.restore[0]?.portId ?? '');

const keysOf = (spec: BridgePortOn): string[] =>
  'declared' in spec
    ? wishesOf(spec).map(({ device, flag }) => keyOf(device, flag))
    : spec.restore.flatMap(({ flags }) => flags.map(({ device, flag }) => keyOf(device, flag)));

/**
 * Which device is to have which flag. Hairpin is switched on at the tap alone: at the end towards the switch it would send
 * every broadcast back, and the switch would look for its senders behind this port.
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

function compare(one: Wanted<BridgePortOn>, spec: DeclaredOn, observed: BridgePortObserved): Found {
  const { declared, devices } = spec;
  const missing = devices.filter((device) => !observed.devices.has(device));
  const findings: Finding[] = [];
  if (missing.length > 0)
    findings.push({
      id: one.id,
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
        id: one.id,
        message: `the kernel of this host knows no "${flag}" of a bridge port (${kernelFlag[flag]} of ${device}); leave it out, or move to a newer kernel`,
        reason: 'UnrecoverableError',
      });
    else aims.push(...aimFor(one, declared.portId, { ...wish, current, bridge: now.bridge }, observed));
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
  const before = observed.records.get(owner)?.entries.get(keyOf(device, flag));
  const path = pathOf(id);
  if (current !== value) {
    // Back at the value from before our first write there is nothing left to bring back.
    const after =
      before?.before === value
        ? undefined
        : { device, flag, portId, path, stack, before: before?.before ?? current, written: value };
    const because =
      before === undefined
        ? 'the code declares it'
        : before.written !== value
          ? 'the code declares another value'
          : 'the port was plugged again, which resets it, or somebody set it back';
    return [{ device, flag, set: { bridge, expect: current, value }, before, after, because }];
  }
  if (before === undefined) return [];
  if (before.written !== value)
    return [{ device, flag, before, after: undefined, because: 'it is again what it was before the first write' }];
  if (before.path === path && before.stack === stack) return [];
  return [{ device, flag, before, after: { ...before, path, stack }, because: 'another construct declares it now' }];
}

/** As it was, absence of a record included. */
function bringBack(one: Wanted<BridgePortOn>, images: readonly BridgePortImage[], observed: BridgePortObserved): Found {
  const aims: Reasoned[] = [];
  const findings: Finding[] = [];
  for (const { device, flag, value, entry } of images.flatMap((image) => image.flags)) {
    const now = observed.devices.get(device);
    const current = now?.flags[kernelFlag[flag]];
    const before = observed.records.get(one.owner)?.entries.get(keyOf(device, flag));
    const after = entry ?? undefined;
    const aim = { device, flag, before, after, because: 'the run is rolled back' };
    if (now && value !== null && current !== undefined && current !== value)
      aims.push({ ...aim, set: { bridge: now.bridge, expect: current, value } });
    else if (JSON.stringify(before) !== JSON.stringify(after)) aims.push(aim);
    if (current === undefined && value !== null)
      findings.push({
        id: one.id,
        message: `no bridge has ${device} any more: its ${flag} can't be brought back, only what is recorded of it`,
      });
  }
  return { aims, findings };
}

/** What the records of owners that may be swept keep of flags that nobody of theirs declares here any more. */
function leftovers(
  { wanted, sweep }: Placement<BridgePortOn>,
  { records, devices }: BridgePortObserved,
  declared: ReadonlySet<string>,
  kept: ReadonlySet<string>,
): BridgePortStep[] {
  const groups = new Map<string, { owner: string; entry: RecordEntry; aims: Reasoned[] }>();
  for (const [owner, { entries }] of records)
    for (const [key, entry] of entries) {
      if (kept.has(`${owner} ${key}`) || !sweeps(sweep, owner, entry.stack)) continue;
      const { device, flag } = entry;
      const now = devices.get(device);
      const current = now?.flags[kernelFlag[flag]];
      const isOurs = current === entry.written && current !== entry.before && !declared.has(key);
      const name = `${owner} ${entry.path}`;
      const group = groups.get(name) ?? { owner, entry, aims: [] };
      group.aims.push({
        device,
        flag,
        ...(now && isOurs ? { set: { bridge: now.bridge, expect: entry.written, value: entry.before } } : {}),
        before: entry,
        after: undefined,
        because: '',
      });
      groups.set(name, group);
    }
  return [...groups.values()].map(({ owner, entry: { path, stack, portId }, aims }) => {
    const id = `${kind}.${path}`;
    const isHere = wanted.some((one) => one.id === id && one.owner === owner);
    return {
      ...{ id, owner, portId, aims, action: 'delete', subject: `port ${portId}` },
      changes: changesOf(aims),
      because: isHere ? 'the code declares another port' : 'nothing declares it on this host any more',
      notes: [
        ...notesOf(aims),
        ...aims
          .filter(({ set }) => !set)
          .map(
            ({ device, flag }) =>
              `${flag} of ${device} is left as it is: it is not what was written, or the device is gone`,
          ),
      ],
      leftBy: { owner, stack },
    };
  });
}

/** A construct that declares another port, or other flags, than what it left. */
function merge(step: BridgePortStep, left: BridgePortStep): BridgePortStep {
  return {
    ...step,
    aims: [...step.aims, ...left.aims],
    changes: [...step.changes, ...left.changes],
    notes: [...(step.notes ?? []), ...(left.notes ?? [])],
  };
}

function stepOf(one: Wanted<BridgePortOn>, portId: string, aims: readonly Reasoned[]): BridgePortStep | undefined {
  if (aims.length === 0) return undefined;
  return {
    ...{ id: one.id, owner: one.owner, portId, aims, action: 'update', subject: `port ${portId}` },
    changes: changesOf(aims),
    because: [...new Set(aims.map(({ because }) => because))].join('; '),
    notes: notesOf(aims),
  };
}

function changesOf(aims: readonly FlagAim[]): Change[] {
  return aims.map(({ device, flag, set, before, after }) => {
    const attribute = `${flag} of ${device}`;
    if (set) return { attribute, before: word(set.expect), after: word(set.value) };
    const record = (entry: RecordEntry | undefined) =>
      entry && { text: `${word(entry.written)}, was ${word(entry.before)}, for ${entry.path}` };
    const [was, becomes] = [record(before), record(after)];
    return {
      attribute: `record of ${attribute}`,
      ...(was ? { before: was.text } : {}),
      ...(becomes ? { after: becomes.text } : {}),
    };
  });
}

/** What it means, where it isn't what every bridge does by itself. */
const meaning: Readonly<Record<FlagName, Readonly<Record<'on' | 'off', string | undefined>>>> = {
  hairpin: {
    on: 'the guest gets its own frames back, broadcasts and multicasts too; with IPv6, its duplicate address detection may then find itself',
    off: undefined,
  },
  learning: { on: undefined, off: 'the bridge does not remember addresses behind the port' },
  flood: { on: undefined, off: 'frames to addresses that the bridge does not know do not reach the port' },
};

function notesOf(aims: readonly FlagAim[]): string[] {
  const means = aims.flatMap(({ flag, set }) => (set ? (meaning[flag][word(set.value) as 'on' | 'off'] ?? []) : []));
  return [...new Set(means)];
}

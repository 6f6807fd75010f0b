/**
 * Flags whose old value is restored: flags that nobody declares any more, and flags that a rollback takes back. Pure.
 */
import { sweeps, type Finding, type Placement, type Wanted } from '../../../lib/contract/reconciler';
import { heldByOthers } from '../../../lib/hosts/record-holding';
import type { BridgePortOn } from '../locate';
import { kernelFlag, keyOf, type BridgePortObserved } from '../observe';
import type { BridgePortImage } from '../image';
import type { RecordEntry } from '../spec';
import { changesOf, notesOf } from '../words';
import { type BridgePortStep, type FlagAim, type Found, kind, type Reasoned } from '../model';

/** Restores flags and entries to the image. An entry that didn't exist is removed. */
export function bringBack(
  resource: Wanted<BridgePortOn>,
  images: readonly BridgePortImage[],
  observed: BridgePortObserved,
): Found {
  const aims: Reasoned[] = [];
  const findings: Finding[] = [];
  for (const { device, flag, value, entry } of images.flatMap((image) => image.flags)) {
    const now = observed.devices.get(device);
    const current = now?.flags[kernelFlag[flag]];
    const before = observed.records.get(resource.owner)?.entries.get(keyOf(device, flag));
    const after = entry ?? undefined;
    const aim = { device, flag, before, after, because: 'the run is rolled back' };
    const wouldSet = now !== undefined && value !== null && current !== undefined && current !== value;
    const isHeld = heldByOthers(observed, resource.owner, keyOf(device, flag)).length > 0;
    // No run of ours changed a flag that is neither in our record now nor in the image.
    const isOurs = before !== undefined || after !== undefined;
    if (!isOurs) continue;
    if (wouldSet && !isHeld) aims.push({ ...aim, set: { bridge: now.bridge, expect: current, value } });
    else if (JSON.stringify(before) !== JSON.stringify(after)) aims.push(aim);
    const warn = (why: string): number =>
      findings.push({ id: resource.id, message: `${why} can't be brought back, only what is recorded of it` });
    if (current === undefined && value !== null) warn(`no bridge has ${device} any more: its ${flag}`);
    else if (wouldSet && isHeld) warn(`another owner's record has ${flag} of ${device} too: it`);
  }
  return { aims, findings };
}

/** An entry that is going to leave a record. */
interface Leaving {
  readonly owner: string;
  readonly key: string;
  readonly entry: RecordEntry;
}

/**
 * Steps for entries in the records of swept owners, if the owner doesn't declare the flag here any more.
 *
 * @param declared flags that anybody declares here
 * @param kept flags by owner that the owner declares; their entries stay
 */
export function leftovers(
  { wanted, sweep }: Placement<BridgePortOn>,
  observed: BridgePortObserved,
  declared: ReadonlySet<string>,
  kept: ReadonlySet<string>,
): BridgePortStep[] {
  const leaving = [...observed.records].flatMap(([owner, { entries }]) =>
    [...entries]
      .filter(([key, { stack }]) => !kept.has(`${owner} ${key}`) && sweeps(sweep, owner, stack))
      .map(([key, entry]): Leaving => ({ owner, key, entry })),
  );
  const groups = new Map<string, { owner: string; entry: RecordEntry; aims: Reasoned[]; notes: string[] }>();
  for (const [index, left] of leaving.entries()) {
    const { owner, entry } = left;
    // If several owners leave at once, the last of them restores the flag.
    const { aim, note } = takeBack(left, leaving.slice(0, index), observed, declared);
    const name = `${owner} ${entry.path}`;
    const group = groups.get(name) ?? { owner, entry, aims: [], notes: [] };
    group.aims.push({ ...aim, because: '' });
    if (note !== undefined) group.notes.push(note);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ owner, entry: { path, stack, portId }, aims, notes }) => {
    const id = `${kind}.${path}`;
    const isHere = wanted.some((resource) => resource.id === id && resource.owner === owner);
    return {
      id,
      owner,
      portId,
      aims,
      action: 'delete',
      subject: `port ${portId}`,
      changes: changesOf(aims),
      because: isHere ? 'the code declares another port' : 'nothing declares it on this host any more',
      notes: [...notesOf(aims), ...notes],
      leftBy: { owner, stack },
    };
  });
}

function takeBack(
  { owner, key, entry }: Leaving,
  gone: readonly Leaving[],
  observed: BridgePortObserved,
  declared: ReadonlySet<string>,
): { readonly aim: FlagAim; readonly note?: string } {
  const { device, flag } = entry;
  const aim: FlagAim = { device, flag, before: entry, after: undefined };
  const isHeld = heldByOthers(observed, owner, key).some(
    (holder) => !gone.some((left) => left.owner === holder.owner && left.key === key),
  );
  if (isHeld || declared.has(key))
    return { aim, note: `${flag} of ${device} stays: another owner's record or code has it too` };
  const now = observed.devices.get(device);
  const current = now?.flags[kernelFlag[flag]];
  if (now && current === entry.written && current !== entry.before)
    return { aim: { ...aim, set: { bridge: now.bridge, expect: entry.written, value: entry.before } } };
  return {
    aim,
    note: `${flag} of ${device} is left as it is: it is not what was written, or the device is gone`,
  };
}

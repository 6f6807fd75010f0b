/**
 * At most three requests for all steps of a host. The first adds entries to the records, the second sets the flags, and
 * the third deletes the entries of the steps that succeeded and need them no more. So every changed flag is recorded at
 * every moment. If a flag can't be set, its entry stays in the record, and the other steps go on, also those of a later
 * level.
 *
 * `apply` reads flags and records once more before it writes. A step whose own flags and entries have changed since the
 * plan fails. The other steps are done, on top of whatever else is new in the records
 * (docs/adr/0009-levels-and-stop.md).
 */
import type { StackwardError } from '../../lib/basics/errors';
import type { Host, HostWrite } from '../../lib/hosts/host';
import type { HostRecords } from '../../lib/hosts/host-record';
import { heldByOthers, writeRecorded } from '../../lib/hosts/record-holding';
import { writeAll } from '../../lib/hosts/write-all';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import { holdingsOf, kernelFlag, keyOf, look, type BridgePortObserved } from './observe';
import type { RecordEntry } from './spec';
import type { BridgePortStep, FlagAim } from './model';
import type { Target } from '../../lib/contract/target';

export async function* apply(
  steps: readonly BridgePortStep[],
  observed: BridgePortObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  // The host program compares each flag and our own record when it writes, but not another owner's record. And if a
  // flag has changed, the request before would already have added an entry to our record.
  const now = await look(host, [...observed.records.keys()]);
  if (stop.aborted) return;
  const ready: BridgePortStep[] = [];
  for (const step of steps) {
    const moved = findMoved(step, observed, now);
    if (moved === undefined) ready.push(step);
    else
      yield {
        id: step.id,
        outcome: 'failed',
        reason: 'StalePlan',
        message: `${moved} changed after the plan was made; plan again`,
      };
  }
  const failed = await write(ready, now, host);
  for (const step of ready) yield resultOf(step, failed.get(step));
}

/** The step's flags and records that are not as they were observed. */
function findMoved(
  { aims, owner }: BridgePortStep,
  observed: BridgePortObserved,
  now: BridgePortObserved,
): string | undefined {
  for (const aim of aims) {
    const { device, flag, set } = aim;
    if (recorded(aim, owner, observed) !== recorded(aim, owner, now)) return `what is recorded of ${flag} of ${device}`;
    const port = now.devices.get(device);
    if (set && (port?.bridge !== set.bridge || port.flags[kernelFlag[flag]] !== set.expect))
      return `${kernelFlag[flag]} of ${device} at ${set.bridge}`;
  }
  return undefined;
}

/** The entry in its owner's record, and the entries in other owners' records. */
function recorded({ device, flag }: FlagAim, owner: string, records: HostRecords<RecordEntry>): string {
  const key = keyOf(device, flag);
  return JSON.stringify([records.records.get(owner)?.entries.get(key), heldByOthers(records, owner, key)]);
}

/** The steps that failed, with their reasons. */
const write = (steps: readonly BridgePortStep[], { records }: BridgePortObserved, host: Host) =>
  writeRecorded(host, records, steps, {
    holdings: holdingsOf,
    write: (ready) =>
      writeAll(
        host,
        ready.map((step) => ({ sequence: flagsOf(step), things: [step] })),
      ),
    whenFailed: () => 'entry stays',
  });

const flagsOf = ({ aims }: BridgePortStep): HostWrite[] =>
  aims.flatMap(({ device, flag, set }): HostWrite[] =>
    set ? [{ verb: 'set-bridge-flag', port: device, flag: kernelFlag[flag], ...set }] : [],
  );

function resultOf({ id }: BridgePortStep, error: StackwardError | undefined): StepResult {
  if (error === undefined) return { id, outcome: 'applied' };
  return { id, outcome: 'failed', reason: error.reason, message: error.detail };
}

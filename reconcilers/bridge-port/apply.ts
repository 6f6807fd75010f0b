/**
 * At most three requests for all steps of a host: what records gain, the flags, and what records lose of those that went well.
 * Whatever was changed is recorded at every moment; one flag that can't be set keeps no other step from its end.
 */
import type { StackwardError } from '../../lib/basics/errors';
import type { Host, HostWrite, Outcome } from '../../lib/hosts/host';
import { readRecords, RecordWriter, type HostRecords } from '../../lib/hosts/host-record';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import { heldByOthers, kernelFlag, keyOf, type BridgePortObserved } from './observe';
import { recordEntry, type RecordEntry } from './spec';
import { type BridgePortStep, type FlagAim, kind } from './model';
import type { Target } from '../../lib/contract/target';

export async function* apply(
  steps: readonly BridgePortStep[],
  observed: BridgePortObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  // Another owner may have come to hold a flag, or given it up: its record is nothing that our writes compare.
  const now = await readRecords(host, kind, [...observed.records.keys()], recordEntry);
  if (stop.aborted) return;
  const ready: BridgePortStep[] = [];
  for (const step of steps) {
    const moved = step.aims.find((aim) => recorded(aim, step.owner, observed) !== recorded(aim, step.owner, now));
    if (moved === undefined) ready.push(step);
    else
      yield {
        ...{ id: step.id, outcome: 'failed', reason: 'StalePlan' },
        message: `what is recorded of ${moved.flag} of ${moved.device} changed after the plan was made; plan again`,
      };
  }
  const failed = await write(ready, observed, host);
  for (const step of ready) yield resultOf(step, failed.get(step));
}

/** By its owner, and by others. */
function recorded({ device, flag }: FlagAim, owner: string, records: HostRecords<RecordEntry>): string {
  const key = keyOf(device, flag);
  return JSON.stringify([records.records.get(owner)?.entries.get(key), heldByOthers(records, owner, key)]);
}

type Failed = ReadonlyMap<BridgePortStep, StackwardError>;

/** Answers why steps failed. */
async function write(steps: readonly BridgePortStep[], { records }: BridgePortObserved, host: Host): Promise<Failed> {
  const failed = new Map<BridgePortStep, StackwardError>();
  const remaining = () => steps.filter((step) => !failed.has(step));
  const send = async (some: readonly { sequence: HostWrite[]; steps: readonly BridgePortStep[] }[]) => {
    const writes = some.filter(({ sequence }) => sequence.length > 0);
    const outcomes = writes.length === 0 ? [] : await host.write(writes.map(({ sequence }) => sequence));
    for (const [at, one] of writes.entries()) {
      const error = findError(outcomes[at] ?? []);
      if (error) for (const step of one.steps) failed.set(step, error);
    }
  };
  const writers = new Map([...records].map(([owner, record]) => [owner, new RecordWriter(owner, record)]));
  /** Without it, the steps of its owner that need it can't be. */
  const record = (isMeant: (aim: FlagAim) => boolean, needsIt: (aim: FlagAim) => boolean) =>
    send(
      [...writers].map(([owner, writer]) => {
        const own = remaining().filter((step) => step.owner === owner);
        const aims = own.flatMap((step) => step.aims.filter(isMeant));
        return {
          sequence: writer.write(new Map(aims.map(({ device, flag, after }) => [keyOf(device, flag), after]))),
          steps: own.filter((step) => step.aims.some(needsIt)),
        };
      }),
    );
  await record(gains, (aim) => gains(aim) || loses(aim));
  await send(remaining().map((step) => ({ sequence: flagsOf(step), steps: [step] })));
  await record(loses, loses);
  return failed;
}

const gains = ({ before, after }: FlagAim): boolean =>
  after !== undefined && JSON.stringify(before) !== JSON.stringify(after);
const loses = ({ before, after }: FlagAim): boolean => before !== undefined && after === undefined;

const flagsOf = ({ aims }: BridgePortStep): HostWrite[] =>
  aims.flatMap(({ device, flag, set }): HostWrite[] =>
    set ? [{ verb: 'set-bridge-flag', port: device, flag: kernelFlag[flag], ...set }] : [],
  );

function findError(outcomes: readonly Outcome<object>[]): StackwardError | undefined {
  const failed = outcomes.find((outcome) => !outcome.ok);
  return failed?.ok === false ? failed.error : undefined;
}

function resultOf({ id }: BridgePortStep, error: StackwardError | undefined): StepResult {
  if (error === undefined) return { id, outcome: 'applied' };
  return { id, outcome: 'failed', reason: error.reason, message: error.detail };
}

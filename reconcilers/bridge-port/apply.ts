/**
 * One request for all steps of a host. In each step a record that gains something is written before the flags, one that loses
 * something after them: whatever was changed is recorded at every moment, and killed anywhere the next run finds its way.
 */
import type { HostWrite, Outcome } from '../../lib/host';
import { parseRecord, recordPath, RecordWriter, type HostRecord } from '../../lib/host-record';
import type { Writers } from '../../lib/ports';
import type { StepResult, Target } from '../../lib/reconciler';
import type { BridgePortStep } from './diff';
import { kernelFlag, keyOf, kind, type BridgePortObserved } from './observe';
import { recordEntry, type RecordEntry } from './spec';

export async function* apply(
  steps: readonly BridgePortStep[],
  observed: BridgePortObserved,
  target: Target,
  to: Writers,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  const owners = [...new Set(steps.map((step) => step.owner))];
  const paths = owners.map((owner) => recordPath(host, kind, owner));
  // Steps of another turn of this very run may have written the record since it was observed.
  const files = await host.read(paths.map((path) => ({ verb: 'read-file', path }) as const));
  const records = new Map<string, { now: HostRecord<RecordEntry>; writer: RecordWriter<RecordEntry> }>();
  owners.forEach((owner, at) => {
    const path = paths[at] ?? '';
    const file = files[at];
    if (file === undefined) throw new RangeError(`no answer about ${path}`);
    const now = parseRecord(file, path, recordEntry);
    records.set(owner, { now, writer: new RecordWriter(path, owner, now) });
  });
  const ready: BridgePortStep[] = [];
  for (const step of steps) {
    const moved = findMoved(step, records.get(step.owner)?.now, observed);
    if (moved === undefined) ready.push(step);
    else
      yield {
        ...{ id: step.id, outcome: 'failed', reason: 'StalePlan' },
        message: `what is recorded of ${moved} changed after the plan was made; plan again`,
      };
  }
  const sequences = ready.map((step) => writesOf(step, records.get(step.owner)?.writer));
  const outcomes = sequences.length === 0 ? [] : await host.write(sequences);
  for (const [at, step] of ready.entries()) yield resultOf(step, outcomes[at] ?? []);
}

function findMoved(
  step: BridgePortStep,
  now: HostRecord<RecordEntry> | undefined,
  { records }: BridgePortObserved,
): string | undefined {
  const seen = records.get(step.owner)?.entries;
  const moved = step.aims.find(({ device, flag }) => {
    const key = keyOf(device, flag);
    return JSON.stringify(now?.entries.get(key)) !== JSON.stringify(seen?.get(key));
  });
  return moved && `${moved.flag} of ${moved.device}`;
}

function writesOf({ aims }: BridgePortStep, writer: RecordWriter<RecordEntry> | undefined): HostWrite[] {
  const gained = aims.filter(({ after }) => after !== undefined);
  const lost = aims.filter(({ before, after }) => before !== undefined && after === undefined);
  const changes = (some: typeof aims) => new Map(some.map(({ device, flag, after }) => [keyOf(device, flag), after]));
  const flags = aims.flatMap(({ device, flag, set }): HostWrite[] =>
    set ? [{ verb: 'set-bridge-flag', port: device, flag: kernelFlag[flag], ...set }] : [],
  );
  return [...(writer?.write(changes(gained)) ?? []), ...flags, ...(writer?.write(changes(lost)) ?? [])];
}

function resultOf({ id }: BridgePortStep, outcomes: readonly Outcome<object>[]): StepResult {
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (failed === undefined) return { id, outcome: 'applied' };
  if (failed.ok) throw new TypeError('a failed outcome that is ok');
  return { id, outcome: 'failed', reason: failed.error.reason, message: failed.error.detail };
}

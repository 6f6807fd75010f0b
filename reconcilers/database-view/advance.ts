/** stackward's schema after these steps. Pure. */
import type { DatabaseViewStep, ViewsObserved } from './model';

export function advance(observed: ViewsObserved, applied: readonly DatabaseViewStep[]): ViewsObserved {
  const records = new Map(observed.records);
  const things = new Map(observed.things);
  for (const { view, make, leaves } of applied) {
    if (make === undefined) records.delete(view);
    if (make === undefined && !leaves) things.delete(view);
    if (make === undefined) continue;
    // Nobody can predict how the server will print the view. The record decides.
    const { declared, statement: digest } = make.record.entry;
    records.set(view, { ...make.record, entry: { declared, statement: digest, shown: digest } });
    things.set(view, { view: { text: make.statement, digest, definer: '' } });
  }
  return { ...observed, hasRecords: observed.hasRecords || applied.length > 0, records, things };
}

/** stackward's schema once these steps are done. Pure. */
import type { DatabaseViewStep, ViewsObserved } from './model';

export function advance(observed: ViewsObserved, applied: readonly DatabaseViewStep[]): ViewsObserved {
  const records = new Map(observed.records);
  const things = new Map(observed.things);
  for (const { view, make, leaves } of applied) {
    if (make === undefined) records.delete(view);
    if (make === undefined && !leaves) things.delete(view);
    if (make === undefined) continue;
    // How the server will show the view is its own affair; it is what the record says.
    const { declared, statement: digest } = make.record.entry;
    records.set(view, { ...make.record, entry: { declared, statement: digest, shown: digest } });
    things.set(view, { view: { text: make.statement, digest, definer: '' } });
  }
  return { ...observed, hasRecords: observed.hasRecords || applied.length > 0, records, things };
}

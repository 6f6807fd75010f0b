/**
 * Makes and drops each view in three parts: a transaction that compares and records, the statement, and a transaction
 * that records the end (docs/adr/0016-records-in-a-database.md). So a view of stackward has a record at every moment.
 */
import { asStackwardError, StalePlan } from '../../lib/basics/errors';
import type { SqlTransaction, SqlWriter, Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';
import { createRecords, deleteRecord, lockRecord, putRecord } from '../../lib/sql/record-table';
import { dropOf } from './effect';
import { kind, type DatabaseViewStep, type ViewRecord, type ViewsObserved } from './model';
import { seeViews } from './observe';
import { viewEntry } from './spec';

export async function* apply(
  steps: readonly DatabaseViewStep[],
  observed: ViewsObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const writer = await to.database(target);
  let { hasRecords } = observed;
  for (const step of steps) {
    if (stop.aborted) return;
    try {
      if (!hasRecords) await writer.define(createRecords);
      hasRecords = true;
      await write(step, observed, writer);
      yield { id: step.id, outcome: 'applied' };
    } catch (error) {
      const { reason, message } = asStackwardError(error);
      yield { id: step.id, outcome: 'failed', reason, message };
    }
  }
}

async function write(step: DatabaseViewStep, observed: ViewsObserved, writer: SqlWriter): Promise<void> {
  const { view, make, leaves } = step;
  const before = observed.records.get(view);
  await writer.transaction(async (transaction) => {
    await refuseIfMoved(step, observed, transaction);
    if (make) await putRecord(transaction, kind, make.record);
  });
  const statement = make?.statement ?? dropOf(observed.schema, view);
  if (!leaves)
    await writer.define(statement).catch(async (error: unknown) => {
      // The server refused the statement, so the view is unchanged. After a lost connection nobody knows.
      if (make && asStackwardError(error).reason !== 'TransientError') await putBack(make.record, before, writer);
      throw error;
    });
  await writer.transaction(async (transaction) => {
    if (make === undefined) return deleteRecord(transaction, kind, view);
    const shown = (await seeViews(transaction, view)).get(view)?.view?.digest ?? null;
    const { declared, statement: meaning } = make.record.entry;
    await putRecord(transaction, kind, { ...make.record, entry: { declared, statement: meaning, shown } });
  });
}

const putBack = ({ name }: ViewRecord, before: ViewRecord | undefined, writer: SqlWriter): Promise<void> =>
  writer.transaction((transaction) =>
    before ? putRecord(transaction, kind, before) : deleteRecord(transaction, kind, name),
  );

/** @throws StalePlan when the record, or the view that the server shows, is not as observed */
async function refuseIfMoved(
  { view }: DatabaseViewStep,
  { records, things }: ViewsObserved,
  transaction: SqlTransaction,
): Promise<void> {
  const record = await lockRecord(transaction, kind, view, viewEntry);
  const now = (await seeViews(transaction, view)).get(view);
  const stated = (found: ViewRecord | undefined): string => JSON.stringify(found ?? null);
  const moved =
    stated(record) !== stated(records.get(view))
      ? `what is recorded of ${view}`
      : now?.view?.digest !== things.get(view)?.view?.digest
        ? `the view ${view}`
        : undefined;
  if (moved !== undefined) throw new StalePlan(`${moved} changed after the plan was made; plan again`);
}

/**
 * Reads the tables and views of stackward's schema, their records, and the columns of the services' schemas that its
 * account may read.
 */
import { asStackwardError } from '../../lib/basics/errors';
import { defined } from '../../lib/basics/defined';
import { sha256 } from '../../lib/basics/sha256';
import type { Readers, SqlQuery } from '../../lib/contract/ports';
import type { Placement } from '../../lib/contract/reconciler';
import { quoteName } from '../../lib/sql/quote';
import { readRecords, recordsTable } from '../../lib/sql/record-table';
import { seeSchemas } from '../../lib/views/schemas';
import { viewNames } from '../../lib/views/views';
import type { ViewOn } from './locate';
import { kind, type ThingSeen, type ViewsObserved } from './model';
import { viewEntry } from './spec';

export async function observe({ target, wanted }: Placement<ViewOn>, from: Readers): Promise<ViewsObserved> {
  const reader = await from.database(target);
  const tables = await reader.query<{
    readonly s: string;
    readonly v: string;
    readonly n: string | null;
    readonly c: string | null;
  }>(
    `SELECT DATABASE() AS s, VERSION() AS v, TABLE_NAME AS n, TABLE_COMMENT AS c FROM (SELECT 1) o LEFT JOIN information_schema.TABLES ON TABLE_SCHEMA = DATABASE()`,
  );
  const records = tables.find(({ n }) => n === recordsTable);
  const views = await seeViews(reader);
  const things = new Map<string, ThingSeen>();
  for (const { n } of tables) if (n !== null && n !== recordsTable) things.set(n, { ...views.get(n) });
  for (const name of viewNames) {
    const thing = things.get(name);
    if (thing?.view) things.set(name, { ...thing, ...defined({ trouble: await troubleOf(reader, name) }) });
  }
  return {
    schema: tables[0]?.s ?? '',
    hasRecords: records !== undefined,
    records: await readRecords(reader, kind, viewEntry, records?.c ?? undefined),
    things,
    seen: await seeSchemas(
      reader,
      tables[0]?.v ?? '',
      wanted.flatMap(({ spec }) => Object.values(spec.declared?.schemas ?? {})),
    ),
  };
}

/** All views of stackward's schema, or the one with this name. */
export async function seeViews(from: SqlQuery, name?: string): Promise<ReadonlyMap<string, ThingSeen>> {
  const rows = await from.query<Readonly<Record<'n' | 'text' | 'security' | 'definer', string>>>(
    'SELECT TABLE_NAME AS n, VIEW_DEFINITION AS text, SECURITY_TYPE AS security, DEFINER AS definer FROM information_schema.VIEWS ' +
      `WHERE TABLE_SCHEMA = DATABASE()${name === undefined ? '' : ' AND TABLE_NAME = ?'}`,
    name === undefined ? [] : [name],
  );
  return new Map(
    rows.map(({ n, text, security, definer }) => [
      n,
      { view: { text, digest: sha256(JSON.stringify([security, definer, text])), definer } },
    ]),
  );
}

/** Selects no row from the view. The server nevertheless checks the definer, its grants and the columns. */
async function troubleOf(from: SqlQuery, view: string): Promise<string | undefined> {
  try {
    await from.query(`SELECT * FROM ${quoteName(view)} LIMIT 0`);
    return undefined;
  } catch (error) {
    const { reason, detail } = asStackwardError(error);
    if (reason === 'TransientError') throw error;
    return detail;
  }
}

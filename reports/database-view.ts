/** Finds what an account may read of a database, and makes a SELECT of that, for any release and any grants. */
import type { Readers, SqlQuery, SqlValue } from '../lib/contract/ports';
import { isFound, relationOf, schemaOf, selectOf, type Draft, type Schema } from '../lib/inventory/relation';
import { failed, read, type Looked } from './looked';

export type DatabaseReaders = Pick<Readers, 'database' | 'databases'>;
export type CellDatabase = 'nova' | 'nova_cell0';

/** Of a cell and of cell0, which holds the servers for which no host was found: those that stackward.yaml names. */
export const cellDatabases = ({ databases }: Pick<Readers, 'databases'>): readonly CellDatabase[] =>
  (['nova', 'nova_cell0'] as const).filter((name) => databases.has(name));

/** OpenStack keeps times in UTC, without a zone. */
export const utc = (expression: string): string => `DATE_FORMAT(${expression}, '%Y-%m-%dT%H:%i:%sZ')`;

/** information_schema shows the columns on which the account has a right, and no others. */
export async function schemaSeen(view: SqlQuery, tables: readonly string[]): Promise<Schema> {
  const rows = await view.query<{ inTable: string; name: string }>(
    'SELECT table_name AS inTable, column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN (?)',
    [tables],
  );
  const columns = new Map<string, Set<string>>();
  for (const { inTable, name } of rows) columns.set(inTable, (columns.get(inTable) ?? new Set()).add(name));
  return schemaOf(columns);
}

/** @param database as the reason names it, where the account may not read what the draft needs */
export async function selectSeen<Row extends object>(
  view: SqlQuery,
  schema: Schema,
  database: string,
  draft: Draft,
  values: readonly SqlValue[] = [],
): Promise<Looked<readonly Row[]>> {
  const relation = relationOf(schema, draft);
  if (!isFound(relation)) return failed(`${database} shows this account no ${relation.missing.join(', ')}`);
  return read(await view.query<Row>(selectOf(relation), values));
}

/**
 * The ownership table of stackward's own schema, which tells who owns the things in a database
 * (docs/adr/0016-records-in-a-database.md).
 */
import * as z from 'zod';
import { asStackwardError, Blocked } from '../basics/errors';
import { parseJson } from '../basics/json';
import { line, name as pathName, owner } from '../basics/line';
import { firstFault } from '../basics/schema-fault';
import type { SqlQuery, SqlTransaction } from '../contract/ports';

export const recordsTable = 'stackward_records';
export const recordsComment = 'stackward records, format 1';

/** An existing table of that name stays as it is. */
export const createRecords =
  `CREATE TABLE IF NOT EXISTS ${recordsTable} (kind VARCHAR(63) CHARACTER SET ascii NOT NULL, name VARCHAR(64) NOT NULL, ` +
  'owner VARCHAR(255) NOT NULL, stack VARCHAR(1000) NOT NULL, path VARCHAR(1000) NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (kind, name)) ' +
  `ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4 COLLATE = utf8mb4_bin COMMENT = '${recordsComment}'`;

/** The owner of a thing, and the kind's own data about it. */
export interface DatabaseRecord<Entry> {
  /** The thing's name on the server. */
  readonly name: string;
  readonly owner: string;
  readonly stack: string;
  readonly path: string;
  readonly entry: Entry;
}

/**
 * All records of one kind, by name.
 * @param comment the table's comment on the server; undefined if the table doesn't exist
 * @throws Blocked for a table or a row that doesn't belong to stackward
 */
export async function readRecords<Entry>(
  from: SqlQuery,
  kind: string,
  entry: z.ZodType<Entry>,
  comment: string | undefined,
): Promise<ReadonlyMap<string, DatabaseRecord<Entry>>> {
  if (comment === undefined) return new Map();
  if (comment !== recordsComment)
    throw new Blocked(
      `the table ${recordsTable} has the comment "${comment}", and this stackward reads "${recordsComment}"; use the stackward that wrote it, or move the table away`,
    );
  const rows = await from.query<Row>(`SELECT ${columns} FROM ${recordsTable} WHERE kind = ?`, [kind]);
  return new Map(rows.map((row) => [row.name, parseRow(row, entry)]));
}

interface Row {
  readonly name: string;
}

const columns = 'name, owner, stack, path, entry';

/** Locks the row, or the gap in which it would be. */
export async function lockRecord<Entry>(
  transaction: SqlTransaction,
  kind: string,
  name: string,
  entry: z.ZodType<Entry>,
): Promise<DatabaseRecord<Entry> | undefined> {
  const sql = `SELECT ${columns} FROM ${recordsTable} WHERE kind = ? AND name = ? FOR UPDATE`;
  const [row] = await transaction.query<Row>(sql, [kind, name]);
  return row && parseRow(row, entry);
}

function parseRow<Entry>(row: Row, entry: z.ZodType<Entry>): DatabaseRecord<Entry> {
  const text = z.string().transform((json, context): unknown => {
    try {
      return parseJson(json);
    } catch (error) {
      context.addIssue({ code: 'custom', message: asStackwardError(error).detail });
      return z.NEVER;
    }
  });
  const schema = z.object({ name: line, owner, stack: pathName, path: pathName, entry: text.pipe(entry) });
  const parsed = schema.safeParse(row);
  if (parsed.success) return parsed.data;
  const { field, message } = firstFault(parsed.error);
  throw new Blocked(
    `the row ${String(row.name).slice(0, 64)} of ${recordsTable} is none that this stackward can read: its field "${field}" is not valid (${message}); put back the row that was there, or delete it: its thing then counts as not ours`,
  );
}

export async function putRecord(
  transaction: SqlTransaction,
  kind: string,
  { name, owner, stack, path, entry }: DatabaseRecord<unknown>,
): Promise<void> {
  const sql = `REPLACE INTO ${recordsTable} (kind, ${columns}) VALUES (?, ?, ?, ?, ?, ?)`;
  await transaction.execute(sql, [kind, name, owner, stack, path, JSON.stringify(entry)]);
}

export async function deleteRecord(transaction: SqlTransaction, kind: string, name: string): Promise<void> {
  await transaction.execute(`DELETE FROM ${recordsTable} WHERE kind = ? AND name = ?`, [kind, name]);
}

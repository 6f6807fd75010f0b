/** The statements that bring the tables of one ledger to the declared pools. Apply runs them, and a review shows them. */
import type { SqlValue } from '../../../lib/contract/ports';
import { chunksOf, ownerColumn, rangeTables } from './database';
import type { Book, Ledger, LedgerWrites } from './ledger';

export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** The row that the statement must match. */
  readonly row?: string;
}

/** In the order in which they run. */
export function statementsFor(
  { owner }: Pick<Ledger, 'owner'>,
  book: Exclude<Book, 'api'>,
  { ranges, update, remove, insert }: LedgerWrites,
): readonly Statement[] {
  const free = rangeTables[book];
  const clear = ranges?.clear ?? [];
  return [
    ...(clear.length > 0 ? [{ sql: `DELETE FROM ${free} WHERE allocation_pool_id IN (?)`, values: [clear] }] : []),
    ...update.map(({ id, start, end, before }) => ({
      sql: `UPDATE ${book} SET first_ip = ?, last_ip = ? WHERE id = ? AND first_ip = ? AND last_ip = ?`,
      values: [start, end, id, before.start, before.end],
      row: id,
    })),
    ...(remove.length > 0 ? [{ sql: `DELETE FROM ${book} WHERE id IN (?)`, values: [remove] }] : []),
    ...inserts(
      `${book} (id, ${ownerColumn(book)}, first_ip, last_ip)`,
      insert.map(({ id, start, end }) => [id, owner, start, end]),
    ),
    ...inserts(
      `${free} (allocation_pool_id, first_ip, last_ip)`,
      (ranges?.fill ?? []).map(({ poolId, start, end }) => [poolId, start, end]),
    ),
  ];
}

/** 1,000 rows of at most 200 bytes stay well below MySQL 5.5's packet of 1 MiB. */
const inserts = (into: string, rows: readonly (readonly SqlValue[])[]): Statement[] =>
  [...chunksOf(rows, 1000)].map((chunk) => ({
    sql: `INSERT INTO ${into} VALUES ${chunk.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')}`,
    values: chunk.flat(),
  }));

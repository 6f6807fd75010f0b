/**
 * Checks the values of a statement and the cells of an answer.
 *
 * mysql2 writes an object in the place of a value as a list of assignments (`{id: 1}` becomes `id = 1`). A number that
 * is compared with a column of text matches every text that doesn't begin with a digit. Therefore text, null and lists
 * of texts go in, and text, numbers and null come out. TypeScript's types don't ensure this: a hostile server chooses
 * the types of its answers, and these become values of the next statement.
 */
import { UnrecoverableError } from '../../lib/basics/errors';
import type { SqlValue } from '../../lib/contract/ports';

const isValue = (value: unknown): boolean => value === null || typeof value === 'string';
const isList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');

/** @throws UnrecoverableError, which names the type and never the value */
export function checkedValues(values: readonly SqlValue[]): SqlValue[] {
  const place = values.findIndex((value) => !isValue(value) && !isList(value));
  if (place < 0) return [...values];
  throw new UnrecoverableError(
    `value ${place + 1} of a statement is of the type ${typeOf(values[place])}; text, null and lists of texts may be sent, so nothing was sent`,
  );
}

const isScalar = (value: unknown): boolean => isValue(value) || typeof value === 'number';

/** @throws UnrecoverableError when a cell is an object: JSON, bytes or a geometry */
export function checkedRows<Row extends object>(rows: readonly object[]): readonly Row[] {
  if (!Array.isArray(rows))
    throw new UnrecoverableError('the database answered a SELECT without rows; name Neutron\'s database as "host"');
  for (const row of rows)
    for (const [column, value] of Object.entries(row))
      if (!isScalar(value))
        throw new UnrecoverableError(
          `the database answered the column ${column} with the type ${typeOf(value)}; Neutron's columns hold text and numbers, so name Neutron's database as "host"`,
        );
  return rows as readonly Row[];
}

const typeOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? 'empty list' : 'list of other things than texts';
  return value === null ? 'null' : typeof value;
};

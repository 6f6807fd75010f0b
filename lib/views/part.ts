/** One relation of the inventory as a subquery of a view. Pure. */
import type { Relation } from '../inventory/relation';
import { quoteName } from '../sql/quote';

/** A relation, and the schema with its tables. */
export interface Part {
  readonly relation: Relation;
  readonly schema: string;
}

/**
 * The tables of a relation, in the order in which the server shall read them. Ports come first, because only the
 * condition on ports names the server. Without an index on `ports.device_id` (before Newton) MySQL and MariaDB would
 * begin with networks or subnets, and would read everything of all servers for each server.
 */
function fromOf({ relation: { tables }, schema }: Part): string {
  const [first, second, ...rest] = tables;
  const isOfPorts = tables.some(({ alias }) => alias === 'p');
  const ordered =
    first && second?.alias === 'p' ? [{ ...second, on: undefined }, { ...first, on: second.on }, ...rest] : tables;
  return ordered
    .map(
      ({ name, alias, on }) => `${quoteName(schema)}.${quoteName(name)} ${alias}${on === undefined ? '' : ` ON ${on}`}`,
    )
    .join(isOfPorts ? ' STRAIGHT_JOIN ' : ' JOIN ');
}

/** @param condition for the rows that belong to the server */
const select = (part: Part, expression: string, condition: string, more = ''): string =>
  `(SELECT ${expression} FROM ${fromOf(part)}${more} WHERE ${[...part.relation.where, condition].join(' AND ')})`;

/** A value of which there is one, or several that are equal. Undefined if the relation has no such field. */
export function valueOf(part: Part, field: string, condition: string): string | undefined {
  const expression = part.relation.fields[field];
  return expression === undefined ? undefined : select(part, `MIN(${expression})`, condition);
}

/** @param expression over all rows of the relation, of all servers */
export const valueOfAll = (part: Part, expression: string): string => select(part, expression, 'TRUE');

export const countOf = (part: Part, condition: string): string => select(part, 'COUNT(*)', condition);

/** Null if a row lacks the value. */
export const sumOf = (part: Part, expression: string, condition: string): string =>
  select(part, `CASE WHEN COUNT(*) = COUNT(${expression}) THEN COALESCE(SUM(${expression}), 0) END`, condition);

export const cutList = 'cut: SET SESSION group_concat_max_len = 67108864, then read again';

const separator = ', ';

/**
 * All values in this order. If the reader's session cuts the list, the result is shorter than the values together, and
 * the list is replaced by a message.
 * @param more a further JOIN that the order needs
 */
export function listOf(part: Part, item: string, order: readonly string[], condition: string, more?: string): string {
  const list = `GROUP_CONCAT(${item} ORDER BY ${order.map((expression) => `CAST(${expression} AS BINARY)`).join(', ')} SEPARATOR '${separator}')`;
  const length = `SUM(LENGTH(${item})) + ${separator.length} * (COUNT(${item}) - 1)`;
  return select(
    part,
    `CASE WHEN LENGTH(${list}) < ${length} THEN '${cutList}' ELSE COALESCE(${list}, '') END`,
    condition,
    more,
  );
}

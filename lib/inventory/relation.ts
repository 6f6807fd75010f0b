/**
 * Builds one SELECT for the columns that a schema has: it leaves missing columns out, and names those that it needs.
 * Pure.
 */

/** The part of a database that an account sees. */
export interface Schema {
  has(table: string, column: string): boolean;
}

/** @param columns table → its columns */
export const schemaOf = (columns: ReadonlyMap<string, ReadonlySet<string>>): Schema => ({
  has: (table, column) => columns.get(table)?.has(column) === true,
});

/** A SELECT in parts. Columns are written `alias.column`. */
export interface Relation {
  /** The main table, then the tables that are joined to it. */
  readonly tables: readonly { readonly name: string; readonly alias: string; readonly on?: string }[];
  /** Field of the record → expression. */
  readonly fields: Readonly<Record<string, string>>;
  readonly where: readonly string[];
}

/** A relation before the schema is known. */
export interface Draft {
  /** `instances i`, then for each further table an entry such as `instances i ON i.uuid = x.instance_uuid`. */
  readonly from: readonly string[];
  /** Field → `alias.column`. Of several columns, the first that the schema has is used. */
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
  /** Columns without which the relation can't be read, in addition to those in `where` and `from`. */
  readonly needs?: readonly string[];
  readonly where?: readonly string[];
  /** Conditions on columns that only some schemas have. */
  readonly whereIfThere?: readonly string[];
}

/** A relation that can't be read. */
export interface RelationMissing {
  /** The columns that the account doesn't see, as `table.column`. */
  readonly missing: readonly string[];
  /** The end of a sentence that begins with the database's name. Default: the database shows none of `missing`. */
  readonly why?: string;
}

export type RelationFound = Relation | RelationMissing;
export const isFound = (relation: RelationFound): relation is Relation => 'fields' in relation;

const tableForm = /^(\w+) (\w+)(?: ON (.+))?$/;
const columnForm = /\b([a-z])\.`?(\w+)`?/g;

/** @returns the missing columns as `table.column`, if the relation can't be read */
export function relationOf(schema: Schema, draft: Draft): RelationFound {
  const tables = draft.from.map((text) => {
    const [, name = '', alias = '', on] = tableForm.exec(text) ?? [];
    return on === undefined ? { name, alias } : { name, alias, on };
  });
  const columnsIn = (text: string): { table: string; column: string }[] =>
    [...text.matchAll(columnForm)].map(([, alias, column = '']) => ({
      table: tables.find((table) => table.alias === alias)?.name ?? '',
      column,
    }));
  const isThere = (text: string): boolean => columnsIn(text).every(({ table, column }) => schema.has(table, column));
  const needed = [...tables.flatMap(({ on = '' }) => [on]), ...(draft.where ?? []), ...(draft.needs ?? [])];
  const missing = needed.flatMap(columnsIn).filter(({ table, column }) => !schema.has(table, column));
  if (missing.length > 0) return { missing: [...new Set(missing.map(({ table, column }) => `${table}.${column}`))] };
  const fields = Object.entries(draft.fields).flatMap(([field, choices]) => {
    const found = [choices].flat().find(isThere);
    return found === undefined ? [] : [[field, found] as const];
  });
  return {
    tables,
    fields: Object.fromEntries(fields),
    where: [...(draft.where ?? []), ...(draft.whereIfThere ?? []).filter(isThere)],
  };
}

/** @param nameOf returns the name of a table for the statement. Default: a name in the session's schema */
export function selectOf(
  { tables, fields, where }: Relation,
  nameOf: (table: string) => string = (table) => `\`${table}\``,
): string {
  const list = Object.entries(fields).map(([field, expression]) => `${expression} AS \`${field}\``);
  const [main, ...joined] = tables.map(
    ({ name, alias, on }) => `${nameOf(name)} ${alias}${on === undefined ? '' : ` ON ${on}`}`,
  );
  const from = [main, ...joined].join(' JOIN ');
  return `SELECT ${list.join(', ')} FROM ${from}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}`;
}

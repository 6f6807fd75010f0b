/**
 * Reads which tables and columns of the services' schemas an account may read. A column without a right looks as if it
 * didn't exist.
 */
import { databaseNames, type DatabaseName, type SqlQuery } from '../contract/ports';

/** Schemas with another name than usual. */
export type SchemaNames = Readonly<Partial<Record<DatabaseName, string | undefined>>>;

export interface SchemasSeen {
  /** Schema → table → columns. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;
  /** `schema.table.column` → character set and collation. MySQL doesn't compare columns of different collations. */
  readonly collations: ReadonlyMap<string, { readonly charset: string; readonly collation: string }>;
  /** True if the server has functions for JSON: MySQL since 5.7, MariaDB since 10.2.3 (here: since 10.3). */
  readonly hasJson: boolean;
}

/** @param version such as `5.5.62` and `10.11.6-MariaDB-0+deb12u1` */
export function hasJson(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [sinceMajor, sinceMinor] = /mariadb/i.test(version) ? [10, 3] : [5, 7];
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

export const schemaOf = (name: DatabaseName, names: SchemaNames = {}): string => names[name] ?? name;

/** @param schemas further names besides the usual ones */
export async function seeSchemas(from: SqlQuery, version: string, schemas: readonly string[]): Promise<SchemasSeen> {
  const all = [...new Set<string>([...databaseNames, ...schemas])];
  const rows = await from.query<{
    readonly s: string;
    readonly t: string;
    readonly c: string;
    readonly cs: string | null;
    readonly co: string | null;
  }>(
    'SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS c, CHARACTER_SET_NAME AS cs, COLLATION_NAME AS co FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN (?)',
    [all],
  );
  const seen = new Map<string, Map<string, Set<string>>>();
  const collations = new Map<string, { charset: string; collation: string }>();
  for (const { s, t, c, cs, co } of rows) {
    if (cs !== null && co !== null) collations.set(`${s}.${t}.${c}`, { charset: cs, collation: co });
    const tables = seen.get(s) ?? new Map<string, Set<string>>();
    seen.set(s, tables);
    const columns = tables.get(t) ?? new Set<string>();
    tables.set(t, columns.add(c));
  }
  return { columns: seen, collations, hasJson: hasJson(version) };
}

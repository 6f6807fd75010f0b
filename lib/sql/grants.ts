/** Grants of MySQL and MariaDB as `SHOW GRANTS` tells them, and what is missing of others. Pure. */

export interface Privilege {
  /** `SELECT`, `CREATE VIEW`, `ALL PRIVILEGES`. */
  readonly name: string;
  /** Undefined: the whole table. */
  readonly columns: readonly string[] | undefined;
}

export interface Grant {
  readonly privileges: readonly Privilege[];
  /** `*`: every one. */
  readonly schema: string;
  readonly table: string;
}

const everything = 'ALL PRIVILEGES';
const writing: readonly string[] = ['INSERT', 'UPDATE', 'DELETE', everything];

/**
 * @param text ``SELECT (`id`, `name`), INSERT ON `neutron`.`ports` ``, without GRANT before it and TO behind it
 * @returns undefined for the grant of a role, or of a routine
 */
export function parseGrant(text: string): Grant | undefined {
  const [, said = '', schema = '', table = ''] =
    /^(.+?) ON (?:TABLE )?[`"]?(.+?)[`"]?\.[`"]?(.+?)[`"]?$/.exec(text) ?? [];
  if (said === '' || /^(?:FUNCTION|PROCEDURE|PACKAGE)\b/.test(schema)) return undefined;
  const privileges = [...said.matchAll(/([A-Z][A-Z ]*[A-Z])(?: ?\(([^)]*)\))?/g)].map(
    ([, name = '', columns]): Privilege => ({
      name,
      columns: columns?.split(',').map((column) => column.replaceAll('`', '').trim()),
    }),
  );
  // In a name of a schema "_" and "%" are patterns unless they are escaped.
  return { privileges, schema: schema.replaceAll('\\', ''), table };
}

const reaches = (grant: Grant, schema: string, table: string): boolean =>
  (grant.schema === '*' || grant.schema === schema) && (grant.table === '*' || grant.table === table);

const includes = (granted: Privilege, wanted: string): boolean =>
  granted.name === wanted || granted.name === everything;

/** Of one table. */
export interface Missing {
  readonly table: string;
  readonly privilege: string;
  /** Undefined: the whole table. */
  readonly columns: readonly string[] | undefined;
}

/** What is missing of `needed`. @param schema that stands for the schemas of `needed` */
export function missingOf(
  needed: readonly Grant[],
  known: readonly Grant[],
  schemaOf: (schema: string) => string,
): readonly Missing[] {
  return needed.flatMap(({ schema: usual, table, privileges }) => {
    const schema = schemaOf(usual);
    const here = known.filter((grant) => reaches(grant, schema, table)).flatMap((grant) => grant.privileges);
    return privileges.flatMap(({ name, columns }): Missing[] => {
      const granted = here.filter((privilege) => includes(privilege, name));
      if (granted.some((privilege) => privilege.columns === undefined)) return [];
      const readable = new Set(granted.flatMap((privilege) => privilege.columns ?? []));
      const left = columns?.filter((column) => !readable.has(column));
      return left?.length === 0 ? [] : [{ table: `${schema}.${table}`, privilege: name, columns: left }];
    });
  });
}

/** `INSERT, DELETE on neutron.ipallocationpools`, table by table. */
export function sayMissing(missing: readonly Missing[]): readonly string[] {
  const byTable = new Map<string, string[]>();
  for (const { table, privilege, columns } of missing) {
    const said = columns === undefined ? privilege : `${privilege} (${columns.join(', ')})`;
    byTable.set(table, [...(byTable.get(table) ?? []), said]);
  }
  return [...byTable].map(([table, privileges]) => `${privileges.join(', ')} on ${table}`);
}

/** Tables of the schema in which the account may do one of these; `*`: every table. */
const tablesWith = (grants: readonly Grant[], schema: string, privileges: readonly string[]): readonly string[] => [
  ...new Set(
    grants
      .filter((grant) => grant.schema === '*' || grant.schema === schema)
      .flatMap((grant) => (grant.privileges.some(({ name }) => privileges.includes(name)) ? [grant.table] : [])),
  ),
];

export const readableTables = (grants: readonly Grant[], schema: string): readonly string[] =>
  tablesWith(grants, schema, ['SELECT', everything]);

export const writableTables = (grants: readonly Grant[], schema: string): readonly string[] =>
  tablesWith(grants, schema, writing);

/** Finds the relations of the inventory that an account may read, and the schemas that contain them. */
import type { DatabaseName } from '../contract/ports';
import { isFound, schemaOf as columnsSeen } from '../inventory/relation';
import { relations, type RelationMaker } from '../inventory/relations';
import type { Part } from './part';
import { schemaOf, type SchemaNames, type SchemasSeen } from './schemas';

export class Parts {
  readonly reads = new Set<string>();
  /** Relation → the missing columns in the databases that might contain it, for relations that no database has. */
  readonly missing = new Map<string, readonly string[]>();

  /** `keystone.project` */
  get tablesMissing(): readonly string[] {
    const tables = [...this.missing.values()].flat().map((column) => column.split('.').slice(0, 2).join('.'));
    return [...new Set(tables)];
  }

  constructor(
    private readonly names: SchemaNames,
    readonly seen: SchemasSeen,
  ) {}

  /** @param expression such as `p.device_id` */
  collationOf({ relation, schema }: Part, expression = ''): { charset: string; collation: string } | undefined {
    const [alias, column = ''] = expression.split('.');
    const table = relation.tables.find((each) => each.alias === alias)?.name ?? '';
    return this.seen.collations.get(`${schema}.${table}.${column}`);
  }

  columnsOf(database: DatabaseName, table: string): ReadonlySet<string> {
    return this.seen.columns.get(schemaOf(database, this.names))?.get(table) ?? new Set();
  }

  find(database: DatabaseName, name: string): Part | undefined {
    const schema = schemaOf(database, this.names);
    const make = (relations[database] as Readonly<Record<string, RelationMaker>>)[name];
    const relation = make?.(columnsSeen(this.seen.columns.get(schema) ?? new Map()));
    if (relation === undefined) return undefined;
    if (!isFound(relation)) {
      const before = this.missing.get(name) ?? [];
      this.missing.set(name, [...before, ...relation.missing.map((column) => `${schema}.${column}`)]);
      return undefined;
    }
    this.missing.delete(name);
    this.reads.add(schema);
    return { relation, schema };
  }

  /** The first of these databases that has the relation. */
  first(databases: readonly DatabaseName[], name: string): Part | undefined {
    for (const database of databases) {
      const part = this.find(database, name);
      if (part) return part;
    }
    return undefined;
  }
}

/** The type of an inventory's column. */
import type { Join, Told } from './join';
import type { PartName, ServerRecord } from './records';

/** Null: there is none. Undefined: not known. */
export type Value = Told<string | number | Date | readonly Item[] | Readonly<Record<string, string>>>;
export type Item = string | Readonly<Record<string, string | number | null>>;

export interface Column {
  readonly name: string;
  readonly about: string;
  readonly needs: readonly PartName[];
  /** Why the APIs don't have this value. Absent if they do. */
  readonly notByApi?: string;
  value(server: ServerRecord, join: Join): Value;
}

/** A field of the server itself. */
export const field =
  <Name extends keyof ServerRecord>(name: Name): Column['value'] =>
  (server) =>
    server[name];

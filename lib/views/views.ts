/** The views that stackward makes for people who look things up with SQL, by what the services' schemas have. Pure. */
import { quoteName } from '../sql/quote';
import type { SchemaNames, SchemasSeen } from './schemas';
import { inventory } from './inventory';
import type { ViewImpossible, ViewMade } from './view-made';
import { vmTrace } from './vm-trace';

export const viewNames = ['vw_inventory', 'vw_vm_trace'] as const;
export type ViewName = (typeof viewNames)[number];

/** What a declaration may say about a view. */
export interface ViewOptions {
  readonly schemas?: SchemaNames | undefined;
  readonly vcpuRatio?: number | undefined;
}

type Maker = (names: SchemaNames, seen: SchemasSeen, vcpuRatio?: number) => ViewMade | ViewImpossible;

const makers: Readonly<Record<ViewName, Maker>> = { vw_inventory: inventory, vw_vm_trace: vmTrace };

export const makeView = (
  view: ViewName,
  { schemas = {}, vcpuRatio }: ViewOptions,
  seen: SchemasSeen,
): ViewMade | ViewImpossible => makers[view](schemas, seen, vcpuRatio);

/**
 * One statement that puts the view in the place of the one before, as a whole. Whoever reads the view does so with the
 * rights of the account that made it: so a reader needs no grant on a schema of a service.
 */
export const viewStatement = (schema: string, view: ViewName, { select }: ViewMade): string =>
  `CREATE OR REPLACE DEFINER = CURRENT_USER SQL SECURITY DEFINER VIEW ${quoteName(schema)}.${quoteName(view)} AS ${select}`;

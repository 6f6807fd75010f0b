/** The views that stackward makes for people who look things up with SQL, adapted to the services' schemas. Pure. */
import { quoteName } from '../sql/quote';
import type { SchemaNames, SchemasSeen } from './schemas';
import { inventory } from './inventory';
import type { ViewImpossible, ViewMade } from './view-made';
import { vmTrace } from './vm-trace';

export const viewNames = ['vw_inventory', 'vw_vm_trace'] as const;
export type ViewName = (typeof viewNames)[number];

/** The settings of a view in its declaration. */
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
 * One statement that makes the view, or replaces the former view as a whole. The view reads with the rights of the
 * account that made it, so its readers need no right on a service's schema.
 * @param digest of the view's meaning; the view contains it as its mark
 */
export const viewStatement = (
  { schema, view, replaces }: { readonly schema: string; readonly view: ViewName; readonly replaces: boolean },
  { selectWith }: ViewMade,
  digest: string,
): string =>
  `CREATE ${replaces ? 'OR REPLACE ' : ''}DEFINER = CURRENT_USER SQL SECURITY DEFINER VIEW ${quoteName(schema)}.${quoteName(view)} AS ${selectWith(viewMark(digest))}`;

/** A text that is only in a view with this digest. */
export const viewMark = (digest: string): string => `stackward ${digest}`;

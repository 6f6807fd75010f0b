/** Every view is in stackward's own schema. */
import { placeByTarget } from '../../lib/contract/place';
import type { Readers } from '../../lib/contract/ports';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import { recordsTarget, type Target } from '../../lib/contract/target';
import type { DatabaseViewSpec } from './image';
import type { ViewName } from '../../lib/views/views';
import type { DatabaseViewDeclared } from './spec';

/** The wanted view. Null: no view. */
export interface ViewOn {
  readonly view: ViewName;
  readonly declared: DatabaseViewDeclared | null;
  /** True if a rollback asks for it. */
  readonly isBack: boolean;
}

export async function locate(
  wanted: readonly Wanted<DatabaseViewSpec>[],
  { databases }: Readers,
): Promise<Located<ViewOn>> {
  if (!databases.has('stackward')) return { placements: [], findings: wanted.map(({ id }) => noSchema(id)) };
  const placed = wanted.flatMap(({ spec, ...rest }) =>
    viewsOf(spec).map((on): [Target, Wanted<ViewOn>] => [recordsTarget, { ...rest, spec: on }]),
  );
  return { placements: placeByTarget(placed), findings: [] };
}

const viewsOf = (spec: DatabaseViewSpec): readonly ViewOn[] =>
  'restore' in spec
    ? spec.restore.map(({ image: { view, declared } }) => ({ view, declared, isBack: true }))
    : [{ view: spec.view, declared: spec, isBack: false }];

const noSchema = (id: string): Finding => ({
  id,
  reason: 'InvalidConfiguration',
  message:
    'no database "stackward" is configured, in whose schema the view would stand; make that schema on the server of Nova\'s database, and add "databases.stackward" to stackward.yaml',
});

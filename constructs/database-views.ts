import { Construct } from 'constructs';
import { defined } from '../lib/basics/defined';
import type { SchemaNames } from '../lib/views/schemas';
import { viewNames, type ViewName } from '../lib/views/views';
import { databaseViewSpec, type DatabaseViewDeclared } from '../reconcilers/database-view/spec';
import { checkTexts } from './internal/check-props';
import { addFinding, claim, declareResource } from './internal/declarations';

export interface DatabaseViewsProps {
  /** @default all */
  readonly views?: readonly ViewName[];
  /**
   * The services' schemas on that server that have another name than usual: `{ nova: 'nova_cell1' }`.
   * @default `nova`, `nova_api`, `nova_cell0`, `neutron`, `keystone`, `cinder`, `glance`, as far as they exist
   */
  readonly schemas?: SchemaNames;
  /**
   * The vCPUs of a host for each of its processors, if no database has this number, as before Liberty.
   * @default the totals of hosts stay empty then
   */
  readonly vcpuRatio?: number;
}

/**
 * Views for people who look things up with SQL, in stackward's own schema. `vw_vm_trace` shows the actions on each
 * server and their errors; `vw_inventory` has one row per server.
 *
 *     new DatabaseViews(stack, 'Views');
 */
export class DatabaseViews extends Construct {
  constructor(scope: Construct, id: string, { views = viewNames, schemas, vcpuRatio }: DatabaseViewsProps = {}) {
    super(scope, id);
    checkTexts(this, { ...schemas });
    if (views.length === 0) addFinding(this, 'it names no view; leave "views" out, or leave out the construct');
    for (const view of new Set(views)) {
      const spec = { view, ...defined({ schemas, vcpuRatio: view === 'vw_inventory' ? vcpuRatio : undefined }) };
      const parsed = databaseViewSpec.safeParse(spec);
      const [issue] = parsed.success ? [] : parsed.error.issues;
      if (issue !== undefined) {
        addFinding(this, `the field "${issue.path.join('.')}" is not valid: ${issue.message}`);
        continue;
      }
      const declared = new Construct(this, view);
      claim(declared, `the view ${view}`);
      declareResource(declared, { kind: 'database-view', spec: spec as DatabaseViewDeclared });
    }
  }
}

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
   * Schemas of the services on that server that don't have the usual name: `{ nova: 'nova_cell1' }`.
   * @default `nova`, `nova_api`, `nova_cell0`, `neutron`, `keystone`, `cinder`, `glance`, as far as they are there
   */
  readonly schemas?: SchemaNames;
  /**
   * vCPUs that a host gives for each of its processors, where no database tells it, as before Liberty.
   * @default the totals of hosts stay empty there
   */
  readonly vcpuRatio?: number;
}

/**
 * Views for people who look things up with SQL, in a schema of stackward's own: `vw_vm_trace` has what was done to each
 * server and what went wrong, `vw_inventory` one row per server.
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

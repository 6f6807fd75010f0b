/** The words of a plan for a view. Pure. */
import { defined } from '../../lib/basics/defined';
import type { Change } from '../../lib/contract/reconciler';
import type { ViewMade } from '../../lib/views/view-made';
import type { ThingSeen, ViewRecord } from './model';
import type { DatabaseViewDeclared } from './spec';

const sayNames = (declared: DatabaseViewDeclared | undefined): string | undefined =>
  declared?.schemas &&
  Object.entries(declared.schemas)
    .map(([name, schema]) => `${name} = ${schema}`)
    .join(', ');

export function changesOf(record: ViewRecord | undefined, made: ViewMade, declared: DatabaseViewDeclared): Change[] {
  const [before, after] = [sayNames(record?.entry.declared), sayNames(declared)];
  const [ratioBefore, ratioAfter] = [record?.entry.declared, declared].map((each) => each?.vcpuRatio?.toString());
  const changes = [
    { attribute: 'columns', after: made.columns.join(', ') },
    { attribute: 'reads', after: made.reads.join(', ') },
    ...(before === after ? [] : [{ attribute: 'schemas', ...defined({ before, after }) }]),
    ...(ratioBefore === ratioAfter
      ? []
      : [{ attribute: 'vcpu_ratio', ...defined({ before: ratioBefore, after: ratioAfter }) }]),
  ];
  // Only the step's reason says whether the view itself is as it was made: these are columns to be, and entries of records.
  return changes.map((change) => ({ ...change, isComparable: false }));
}

export const notesOf = (thing: ThingSeen | undefined, { reads }: ViewMade): string[] => [
  `whoever may read the view reads these columns of ${reads.join(', ')} with the rights of the account that makes it`,
  ...(thing?.view === undefined ? [] : [`grants on the view stay; it was made by ${thing.view.definer}`]),
];

/**
 * Which views are not as declared, and which nobody declares any more. Pure.
 *
 * The server rewrites a view's text, so a view is as declared where its record has the digest of the statement that this
 * version would send, and the server shows it as it did when that statement was done.
 */
import { sha256 } from '../../lib/basics/sha256';
import { append } from '../../lib/basics/lists';
import { defined } from '../../lib/basics/defined';
import { sweeps, type Difference, type Finding, type Placement, type Wanted } from '../../lib/contract/reconciler';
import { makeView, viewStatement, type ViewName } from '../../lib/views/views';
import type { ViewOn } from './locate';
import { kind, type DatabaseViewStep, type ViewRecord, type ViewsObserved } from './model';
import type { DatabaseViewDeclared } from './spec';
import { changesOf, notesOf } from './words';

export function diff(placement: Placement<ViewOn>, observed: ViewsObserved): Difference<DatabaseViewStep> {
  const steps: DatabaseViewStep[] = [];
  const findings: Finding[] = [];
  const named = new Set<string>();
  for (const wanted of placement.wanted) {
    named.add(wanted.spec.view);
    const { declared } = wanted.spec;
    const { step, findings: found } =
      declared === null ? takeAway(wanted, observed) : compare(wanted, declared, observed);
    if (step) steps.push(step);
    append(findings, found);
  }
  for (const record of observed.records.values())
    if (!named.has(record.name) && sweeps(placement.sweep, record.owner, record.stack))
      steps.push({
        ...removal(`${kind}.${record.path}`, record, observed),
        because: 'nothing declares it any more',
        leftBy: { owner: record.owner, stack: record.stack },
      });
  return { steps, findings };
}

interface Comparison {
  readonly step?: DatabaseViewStep;
  readonly findings: readonly Finding[];
}

function compare(
  { id, owner, stack, spec: { view, isBack } }: Wanted<ViewOn>,
  declared: DatabaseViewDeclared,
  observed: ViewsObserved,
): Comparison {
  const refuse = (message: string): Comparison => ({ findings: [{ id, reason: 'Blocked', message }] });
  const record = observed.records.get(view);
  const thing = observed.things.get(view);
  const place = `${observed.schema}.${view}`;
  if (record && record.owner !== owner)
    return refuse(`${record.owner} has the view ${place}, for ${record.path}; let one of the two have it`);
  if (thing && !record)
    return refuse(`${place} is there, and stackward did not make it; rename it or drop it, then plan again`);
  const made = makeView(view, declared, observed.seen);
  if ('missing' in made)
    return refuse(
      `the account of databases.stackward can't read ${made.missing.slice(0, 5).join(', ')}${made.missing.length > 5 ? ` and ${made.missing.length - 5} more columns` : ''}; GRANT it SELECT there (docs/database-grants.md), or name the schema in "schemas"`,
    );
  const findings = made.empty.map((message): Finding => ({ id, message }));
  const statement = viewStatement(observed.schema, view, made);
  const after: ViewRecord = {
    name: view,
    owner,
    stack,
    path: id.slice(kind.length + 1),
    entry: { declared, statement: sha256(statement), shown: null },
  };
  const because = reasonOf(record, after, observed);
  if (because === undefined) return { findings };
  const step: DatabaseViewStep = {
    id,
    view,
    action: thing === undefined ? 'create' : 'update',
    subject: `view ${place}`,
    changes: changesOf(record, made, declared),
    because: isBack ? 'the run is rolled back' : because,
    notes: notesOf(thing, made),
    make: { statement, record: after },
  };
  return { step, findings };
}

/** Why the view is to be made; undefined: it is as declared. */
function reasonOf(record: ViewRecord | undefined, after: ViewRecord, observed: ViewsObserved): string | undefined {
  const thing = observed.things.get(after.name);
  if (record === undefined) return 'there is no such view';
  if (record.entry.shown === null) return 'a run that made it was cut short';
  if (thing === undefined) return 'somebody dropped it';
  if (thing.trouble !== undefined) return `it can't be read: ${thing.trouble}`;
  if (thing.view?.digest !== record.entry.shown) return 'somebody changed it';
  if (record.entry.statement !== after.entry.statement)
    return JSON.stringify(record.entry.declared) === JSON.stringify(after.entry.declared)
      ? 'the schemas that it reads have other columns now, or this stackward makes it otherwise'
      : 'the code declares it otherwise';
  if (record.path !== after.path || record.stack !== after.stack) return 'its construct has another path or stack now';
  return undefined;
}

/** A rollback of a run that made the view. */
function takeAway({ id, owner, spec: { view } }: Wanted<ViewOn>, observed: ViewsObserved): Comparison {
  const record = observed.records.get(view);
  if (record === undefined || record.owner !== owner) return { findings: [] };
  return { step: { ...removal(id, record, observed), because: 'the run is rolled back' }, findings: [] };
}

/** The view goes where it still is what was made; else the record alone. */
function removal(
  id: string,
  { name, entry }: ViewRecord,
  { schema, things }: ViewsObserved,
): Omit<DatabaseViewStep, 'because'> {
  const view = name as ViewName;
  const thing = things.get(name);
  const isOurs = thing?.view !== undefined && (entry.shown === null || thing.view.digest === entry.shown);
  const leaves = thing !== undefined && !isOurs;
  return {
    id,
    view,
    action: 'delete',
    subject: `view ${schema}.${name}`,
    changes: [{ attribute: leaves ? 'record' : 'view', before: name }],
    notes: leaves ? ['somebody changed the view since it was made, so it stays, and is not ours any more'] : [],
    ...defined({ leaves: leaves ? (true as const) : undefined }),
  };
}

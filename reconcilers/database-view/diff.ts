/**
 * Finds views that are not as declared, and views that nobody declares any more. Pure.
 *
 * The server rewrites the text of a view. So a view counts as declared if its record has the digest of the statement
 * that this version would send, and if the server shows the same text as directly after that statement.
 *
 * While a statement is under way, nobody knows whether the server has done it. The view of that name is stackward's if
 * it has the statement's mark, or if it is the view that the statement was to replace. Otherwise somebody else has made
 * it in the meantime.
 */
import { sha256 } from '../../lib/basics/sha256';
import { append } from '../../lib/basics/lists';
import { defined } from '../../lib/basics/defined';
import { sweeps, type Difference, type Finding, type Placement, type Wanted } from '../../lib/contract/reconciler';
import { makeView, viewMark, viewStatement, type ViewName } from '../../lib/views/views';
import type { ViewOn } from './locate';
import { kind, type DatabaseViewStep, type ThingSeen, type ViewRecord, type ViewsObserved } from './model';
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
    if (!named.has(record.name) && sweeps(placement.sweep, record.owner, record.stack)) {
      const { owner, stack } = record;
      const left = removal(`${kind}.${record.path}`, record, observed, 'nothing declares it any more');
      if (left.step) steps.push({ ...left.step, leftBy: { owner, stack } });
      append(findings, left.findings);
    }
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
  if (thing && (!record || isStrangers(thing, record)))
    return refuse(
      isBack
        ? `${place} is there, and isn't ours any more: somebody changed it before the run let it go, or made it later; rename it or drop it, then roll back again`
        : `${place} is there, and stackward did not make it; rename it or drop it, then plan again`,
    );
  if (isHidden(thing)) return refuse(hidden(place));
  const made = makeView(view, declared, observed.seen);
  if ('missing' in made)
    return refuse(
      `the account of databases.stackward can't read ${made.missing.slice(0, 5).join(', ')}${made.missing.length > 5 ? ` and ${made.missing.length - 5} more columns` : ''}; GRANT it SELECT there (docs/database-grants.md), or name the schema in "schemas"`,
    );
  const findings = made.empty.map((message): Finding => ({ id, message }));
  const meaning = sha256(viewStatement({ schema: observed.schema, view, replaces: true }, made, ''));
  const replaces = thing !== undefined;
  const earlier = record && thing && isOurs(thing, record) ? thing.view?.digest : undefined;
  const after: ViewRecord = {
    name: view,
    owner,
    stack,
    path: id.slice(kind.length + 1),
    entry: { declared, statement: meaning, shown: null, ...defined({ earlier }) },
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
    make: { statement: viewStatement({ schema: observed.schema, view, replaces }, made, meaning), record: after },
  };
  return { step, findings };
}

/** True for the view that stackward made, and for a view that an interrupted run left. */
const isOurs = ({ view }: ThingSeen, { entry: { shown, earlier, statement } }: ViewRecord): boolean =>
  view !== undefined &&
  (shown === null ? view.digest === earlier || view.text.includes(viewMark(statement)) : view.digest === shown);

/**
 * True for a table, and for a view that somebody else made under the free name. A view of stackward that somebody
 * changed doesn't count.
 */
const isStrangers = (thing: ThingSeen, record: ViewRecord): boolean =>
  thing.view === undefined ||
  (record.entry.shown === null && record.entry.earlier === undefined && !isHidden(thing) && !isOurs(thing, record));

/** The server shows the text of a view only to its definer and to accounts with SHOW VIEW. */
const isHidden = (thing: ThingSeen | undefined): boolean => thing?.view?.text === '';

const hidden = (place: string): string =>
  `the account of databases.stackward can't see the text of ${place}, so nobody can tell whether it is as it was made; GRANT it SHOW VIEW on its schema (docs/database-grants.md)`;

/** Why the view has to be made; undefined if it is as declared. */
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

/** For the rollback of a run that made the view. */
function takeAway({ id, owner, spec: { view } }: Wanted<ViewOn>, observed: ViewsObserved): Comparison {
  const record = observed.records.get(view);
  if (record === undefined || record.owner !== owner) return { findings: [] };
  return removal(id, record, observed, 'the run is rolled back');
}

/** Drops the view if it still is as stackward made it. Otherwise only the record is removed. */
function removal(id: string, record: ViewRecord, { schema, things }: ViewsObserved, because: string): Comparison {
  const { name } = record;
  const view = name as ViewName;
  const thing = things.get(name);
  const leaves = thing !== undefined && !isOurs(thing, record);
  const place = `${schema}.${name}`;
  if (isHidden(thing)) return { findings: [{ id, reason: 'Blocked', message: hidden(place) }] };
  const step: DatabaseViewStep = {
    id,
    view,
    action: 'delete',
    subject: `view ${place}`,
    changes: [{ attribute: leaves ? 'record' : 'view', before: name }],
    because,
    notes: leaves
      ? [
          'somebody changed the view since it was made, so it stays, and is not ours any more; a rollback of this run is Blocked while the view stays',
        ]
      : [],
    ...defined({ leaves: leaves ? (true as const) : undefined }),
  };
  return { step, findings: [] };
}

/**
 * Computes the effect of steps on the rules of one file, on parsed models. Pure: plan, apply and advance use the same
 * computation.
 */
import { defined } from '../../../lib/basics/defined';
import { asStackwardError, StackwardError } from '../../../lib/basics/errors';
import type { Holding } from '../../../lib/hosts/record-holding';
import { eraOf } from '../../../lib/policy/defaults';
import { addRole } from '../../../lib/policy/edit';
import type { PolicyFile } from '../../../lib/policy/file';
import { admissionOf } from '../../../lib/policy/grant';
import { PolicyModel, PolicyText } from '../../../lib/policy/model';
import { rawWithout, restoreValue, takeRole } from '../../../lib/policy/take-back';
import type { Job } from '../model';
import type { RecordEntry } from '../spec';
import { isSameRole, keyOf, type Grant, type RecordedGrant, type RecordedGrants } from './recorded-grants';

type Texts = (file: string) => PolicyText | undefined;

export interface Performed {
  /** File → its text afterwards, for the files that change. */
  readonly texts: ReadonlyMap<string, PolicyText>;
  /**
   * For each job the entry in the record afterwards; undefined: no entry. An error means that this job was not done,
   * while the others were.
   */
  readonly entries: ReadonlyMap<Job, RecordEntry | undefined | StackwardError>;
}

/** The changes of the entry in the owner's record; [] if the job was not done. */
export function holdingsOf(job: Job, { entries }: Performed): readonly Holding<RecordEntry>[] {
  const after = entries.get(job);
  if (after instanceof StackwardError) return [];
  return [{ owner: job.owner, key: keyOf(job), before: job.recorded, after }];
}

/**
 * @param texts file → its text; undefined if the file doesn't exist
 * @param recorded the entries of all records on the host before the jobs
 */
export function perform(jobs: readonly Job[], texts: Texts, recorded: RecordedGrants): Performed {
  const grants = recorded.copy();
  const before = new Map([...new Set(jobs.map(({ file }) => file))].map((file) => [file, texts(file)]));
  const now = new Map(before);
  const entries = new Map<Job, RecordEntry | undefined | StackwardError>();
  for (const job of inOrder(jobs, (file) => now.get(file))) {
    try {
      const { text, entry } = performJob(job, now.get(job.file), grants.beside(job));
      entries.set(job, entry);
      grants.set(job, entry);
      now.set(job.file, text);
    } catch (error) {
      entries.set(job, asStackwardError(error));
    }
  }
  const changed = [...now].flatMap(([file, text]) =>
    text === undefined || text.content === before.get(file)?.content ? [] : [[file, text] as const],
  );
  return { texts: new Map(changed), entries };
}

/**
 * Adds roles before it removes roles from the same rule. If the last role were removed first, the rule would vanish
 * from the file and its inherited default would be lost. Other removals begin with the role that was added last, if its
 * frame shows that: only then is the text around the rule as it was when the role was added.
 */
function* inOrder(jobs: readonly Job[], texts: Texts): Generator<Job> {
  const isGaining = (job: Job): boolean => job.does !== 'take' && (job.does !== 'restore' || job.image.value !== null);
  const ruleOf = ({ file, rule }: Job): string => `${file} ${rule}`;
  const gaining = jobs.filter(isGaining);
  const gainingRules = new Set(gaining.map(ruleOf));
  const losing = jobs.filter((job) => !isGaining(job));
  yield* lastFirst(losing.filter((job) => !gainingRules.has(ruleOf(job))));
  yield* gaining;
  yield* lastFirst(losing.filter((job) => gainingRules.has(ruleOf(job))));

  function* lastFirst(left: Job[]): Generator<Job> {
    while (left.length > 0) {
      const index = left.findIndex((job) => fitsFrame(job, texts(job.file)));
      yield* left.splice(Math.max(index, 0), 1);
    }
  }
}

function fitsFrame({ recorded, rule, release }: Job, text: PolicyText | undefined): boolean {
  const frame = recorded?.frame;
  if (frame === undefined || text === undefined) return false;
  try {
    const model = text.model(eraOf(release));
    const entry = model.entry(rule);
    return (
      entry !== undefined &&
      model.file.text.slice(0, entry.key.start).endsWith(frame.lead) &&
      model.file.text.slice(entry.value.end).startsWith(frame.trail)
    );
  } catch {
    return false;
  }
}

interface Done {
  readonly text: PolicyText | undefined;
  readonly entry: RecordEntry | undefined;
}

function performJob(job: Job, text: PolicyText | undefined, beside: readonly RecordedGrant[]): Done {
  const { rule, role, recorded, service } = job;
  if (job.does === 'record') return { text, entry: entryLike(job.of, job) };
  const model = (text ?? emptyText(job.file)).model(eraOf(job.release));
  if (job.does === 'add') return add(job, model, text, beside);
  if (job.does === 'take') {
    if (text === undefined || beside.some(({ entry }) => isSameRole(entry, job))) return { text, entry: undefined };
    const edit = takeRole(model.file, model.rules(service), rule, role, job.recorded, beside.length === 0);
    return { text: edit ? textOf(edit, model) : text, entry: undefined };
  }
  const { value, entry } = job.image;
  if (text === undefined && value === null) return { text, entry: entry ?? undefined };
  const edit = restoreValue(model.file, model.rules(service), rule, value, recorded?.frame);
  return { text: textOf(edit, model), entry: entry ?? undefined };
}

const textOf = ({ content, after }: { content: string; after: PolicyFile }, { era }: PolicyModel): PolicyText =>
  new PolicyText(content, new PolicyModel(after, era));

const emptyText = (path: string): PolicyText => new PolicyText(path.endsWith('.json') ? '{}\n' : '');

/**
 * Adds the role to its rule. If several roles are granted in one rule, each entry has the value from before the first
 * of them, and the value that the rule would have with its own role alone. So the removal of the last role can restore
 * the original, whichever role that is.
 */
function add(
  job: Job & { does: 'add' },
  model: PolicyModel,
  text: PolicyText | undefined,
  beside: readonly RecordedGrant[],
): Done {
  const { file: path, rule, role, service, release, as: declaration } = job;
  const { file } = model;
  const rules = model.rules(service);
  const same = beside.find(({ entry }) => isSameRole(entry, job));
  const now = model.entry(rule) && rules.byName.get(rule);
  // Another owner has just added the role.
  if (same !== undefined && now !== undefined) {
    const byName = new Map(job.rules.byName).set(rule, now);
    if (admissionOf({ ...job.rules, byName }, rule, role) !== 'no') return { text, entry: entryLike(same.entry, job) };
  }
  const edit = addRole(file, job.rules, rule, role, job.effective);
  const rolesBut = (grant: Grant): string[] =>
    beside.filter(({ entry }) => !isSameRole(entry, grant)).map(({ entry }) => entry.role);
  const alone = rawWithout(edit.after, rules, rule, rolesBut(job)) ?? edit.written ?? '';
  const first = beside.find(({ entry }) => rawWithout(file, rules, rule, rolesBut(entry)) === entry.written)?.entry;
  const before = first === undefined ? rawWithout(file, rules, rule, rolesBut(job)) : first.before;
  // A file that stackward made keeps `{}` when the rule is removed, so no frame is recorded.
  const frame = first === undefined ? (text === undefined ? undefined : edit.frame) : first.frame;
  const entry = { service, release, rule, role, file: path, before, written: alone, ...declaration };
  return { text: textOf(edit, model), entry: { ...entry, ...defined({ frame }) } };
}

function entryLike(
  { before, written, frame }: RecordEntry,
  { service, release, rule, role, file, as: declaration }: Job & { does: 'add' | 'record' },
): RecordEntry {
  return { service, release, rule, role, file, before, written, ...declaration, ...defined({ frame }) };
}

/** The value that the file would have without the other granted roles; null if the file doesn't have the rule. */
export function aloneValue(
  text: PolicyText | undefined,
  grant: RecordEntry & Pick<RecordedGrant, 'owner'>,
  grants: RecordedGrants,
): string | null {
  const model = text?.model(eraOf(grant.release));
  if (model === undefined) return null;
  const others = grants.beside(grant).filter(({ entry }) => !isSameRole(entry, grant));
  const roles = others.map(({ entry }) => entry.role);
  return rawWithout(model.file, model.rules(grant.service), grant.rule, roles);
}

type Place = Pick<Job, 'rule' | 'release'>;

/** The text of the value in the file; null if the file doesn't have the rule. */
export const rawValue = (text: PolicyText | undefined, { rule, release }: Place): string | null =>
  text?.model(eraOf(release)).raw(rule) ?? null;

/** The value as a person reads it. */
export const sayValue = (text: PolicyText | undefined, { rule, release }: Place): string | undefined =>
  text?.model(eraOf(release)).shown(rule);

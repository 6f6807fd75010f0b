/** Finds grants to remove: those that nobody declares any more, and those that a rollback takes back. Pure. */
import { asStackwardError, Blocked } from '../../../lib/basics/errors';
import { sweeps, type Finding, type Placement, type Wanted } from '../../../lib/contract/reconciler';
import { defined } from '../../../lib/basics/defined';
import { kind, type Comparison, type Draft, type Job, type TargetObservation } from '../model';
import type { PolicyRuleRestore, PolicyRuleSpec, RuleImage } from '../image';
import { rawValue } from './edits';
import { keyOf } from './recorded-grants';
import { refuseOtherFile, refuseSharedValue } from './restoring';

export function refuseManaged({ answers }: TargetObservation, path: string, override: boolean | undefined): void {
  const file = answers.file(path);
  if (!file.ok) throw file.error;
  const managers = file.value.exists ? file.value.managers : [];
  if (managers.length > 0 && override !== true)
    throw new Blocked(
      `${path} is written by ${managers.join(' and ')}, which would undo the change; make it there, or set "overrideManager"`,
    );
}

/**
 * Recorded grants that may be swept and that nobody wants. A grant stays for now if its own construct could not be
 * looked at.
 * @param kept owner and key of entries that stay
 * @param declared owner and id of declared grants
 */
export function findLeftovers(
  { sweep }: Placement<PolicyRuleSpec>,
  observed: TargetObservation,
  kept: ReadonlySet<string>,
  declared: ReadonlySet<string>,
  findings: Finding[],
): Draft[] {
  const failed = new Set(findings.filter(({ reason }) => reason !== undefined).map(({ id }) => id));
  const steps = new Map<string, Draft>();
  for (const [owner, { entries }] of observed.records)
    for (const [key, recorded] of entries) {
      const { file, rule, service, stack, path } = recorded;
      const id = `${kind}.${path}`;
      if (kept.has(`${owner} ${key}`) || !sweeps(sweep, owner, stack) || failed.has(id)) continue;
      const isDeclared = declared.has(`${owner} ${id}`);
      const same = observed.grants.same({ ...recorded, owner });
      try {
        if (observed.answers.text(file) !== undefined && same === undefined)
          refuseManaged(observed, file, recorded.overrideManager);
      } catch (error) {
        const { reason, message } = asStackwardError(error);
        findings.push({ id, reason, message });
        continue;
      }
      const before = steps.get(`${owner} ${id}`)?.jobs ?? [];
      steps.set(`${owner} ${id}`, {
        id,
        owner,
        action: isDeclared ? 'update' : 'delete',
        subject: `${service}'s rule ${rule} in ${file}`,
        because: isDeclared ? 'the code grants something else in its place' : 'the code grants it no longer',
        jobs: [...before, { ...recorded, owner, recorded, does: 'take' }],
        ...defined({
          notes: same && [`${same.owner}'s record has it too: it is removed with the last of them`],
          leftBy: isDeclared ? undefined : { owner, stack },
        }),
      });
    }
  return [...steps.values()];
}

export function bringBack(
  { id, owner }: Wanted<PolicyRuleSpec>,
  { restore }: PolicyRuleRestore,
  { target }: Placement<PolicyRuleSpec>,
  observed: TargetObservation,
): Comparison {
  const images = restore.filter((restored) => restored.target === target).flatMap(({ image }) => image.rules);
  const jobs = images.flatMap((image) => jobOf(image, owner, observed) ?? []);
  const [first] = jobs;
  if (first === undefined) return { findings: [], keeps: [] };
  const subject = `${first.service}'s rule ${first.rule} in ${first.file}`;
  return {
    step: { id, owner, subject, action: 'update', because: 'the run is rolled back', jobs },
    findings: [],
    keeps: [],
  };
}

/**
 * The job that brings this image back; undefined if nothing has to be done. @throws StackwardError if the job would not
 * be safe
 */
function jobOf(image: RuleImage, owner: string, observed: TargetObservation): Job | undefined {
  const recorded = observed.records.get(owner)?.entries.get(keyOf(image));
  const text = observed.answers.text(image.file);
  const isAsBefore = rawValue(text, image) === image.value;
  if (isAsBefore && JSON.stringify(recorded ?? null) === JSON.stringify(image.entry)) return undefined;
  const beside = observed.grants.beside({ ...image, owner });
  if (!isAsBefore && !beside.some(({ entry }) => keyOf(entry) === keyOf(image)))
    refuseManaged(observed, image.file, (recorded ?? image.entry ?? undefined)?.overrideManager);
  // Removing a grant leaves the roles that were granted beside it later. A grant without a record is not stackward's.
  if (image.entry === null) return recorded && { ...image, owner, recorded, does: 'take' };
  if (!isAsBefore && beside.some((grant) => grant.owner !== owner))
    throw new Blocked(
      `${image.rule} in ${image.file} can't be brought back as it was: ${beside.map((grant) => grant.owner).join(', ')} granted a role in it; grant it again from the code`,
    );
  const policy = refuseOtherFile(image, observed);
  if (!isAsBefore && image.value !== null) refuseSharedValue(image, text, policy);
  return { ...image, owner, recorded, image, does: 'restore' };
}

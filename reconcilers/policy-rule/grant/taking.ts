/** Grants that go: those that nobody declares any more, and those that a rollback takes back. Pure. */
import { asStackwardError, Blocked } from '../../../lib/basics/errors';
import { sweeps, type Finding, type Placement, type Wanted } from '../../../lib/contract/reconciler';
import { heldBeside, heldToo, keyOf, rawValue, type Job } from './jobs';
import { heldOn, kind, type PolicyRuleObserved } from '../observe';
import { refuseOtherFile, refuseSharedValue } from './restoring';
import { contentOf } from './service-policy';
import type { PolicyRuleRestore, PolicyRuleSpec } from '../restored';
import type { PolicyRuleStep } from '../model';

/** A step before it is known what comes of it. */
export type Draft = Omit<PolicyRuleStep, 'changes'>;
export interface Found {
  readonly step?: Draft;
  readonly findings: readonly Finding[];
  /** Entries of the owner's record that stay. */
  readonly keeps: readonly string[];
}

export const textOf = ({ looks }: PolicyRuleObserved, path: string): string | undefined => contentOf(looks.file(path));

export function refuseManaged({ looks }: PolicyRuleObserved, path: string, override: boolean | undefined): void {
  const file = looks.file(path);
  if (!file.ok) throw file.error;
  const managers = file.value.exists ? file.value.managers : [];
  if (managers.length > 0 && override !== true)
    throw new Blocked(
      `${path} is written by ${managers.join(' and ')}, which would undo the change; make it there, or set "overrideManager"`,
    );
}

/** Recorded grants that may be swept and that nobody wants. One whose own construct could not be looked at waits. */
export function leftovers(
  { sweep }: Placement<PolicyRuleSpec>,
  observed: PolicyRuleObserved,
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
      const too = heldToo(heldOn(observed), { ...recorded, owner });
      try {
        if (textOf(observed, file) !== undefined && too === undefined)
          refuseManaged(observed, file, recorded.overrideManager);
      } catch (error) {
        const { reason, message } = asStackwardError(error);
        findings.push({ id, reason, message });
        continue;
      }
      const other = steps.get(`${owner} ${id}`);
      steps.set(`${owner} ${id}`, {
        id,
        owner,
        action: isDeclared ? 'update' : 'delete',
        subject: `${service}'s rule ${rule} in ${file}`,
        because: isDeclared ? 'the code grants something else in its place' : 'the code grants it no longer',
        jobs: [...(other?.jobs ?? []), { ...recorded, owner, recorded, does: 'take' }],
        ...(too === undefined ? {} : { notes: [`${too.owner}'s record holds it too: it goes with the last of them`] }),
        ...(isDeclared ? {} : { leftBy: { owner, stack } }),
      });
    }
  return [...steps.values()];
}

export function bringBack(
  { id, owner }: Wanted<PolicyRuleSpec>,
  { restore }: PolicyRuleRestore,
  { target }: Placement<PolicyRuleSpec>,
  observed: PolicyRuleObserved,
): Found {
  const record = observed.records.get(owner)?.entries;
  const jobs = restore
    .filter((one) => one.target === target)
    .flatMap(({ image }) => image.rules)
    .flatMap((image): Job[] => {
      const recorded = record?.get(keyOf(image));
      const raw = rawValue(textOf(observed, image.file), image);
      if (raw === image.value && JSON.stringify(recorded ?? null) === JSON.stringify(image.entry)) return [];
      const beside = heldBeside(heldOn(observed), { ...image, owner });
      const isShared = beside.some((one) => one.owner !== owner);
      if (raw !== image.value && !beside.some(({ entry }) => keyOf(entry) === keyOf(image)))
        refuseManaged(observed, image.file, (recorded ?? image.entry ?? undefined)?.overrideManager);
      // A grant that is taken back leaves what was granted beside it since; without a record it is not ours.
      if (image.entry === null && recorded === undefined) return [];
      if (image.entry === null && recorded !== undefined) return [{ ...image, owner, recorded, does: 'take' }];
      if (raw !== image.value && isShared)
        throw new Blocked(
          `${image.rule} in ${image.file} can't be brought back as it was: ${beside.map((one) => one.owner).join(', ')} granted a role in it; grant it again from the code`,
        );
      const policy = refuseOtherFile(image, observed);
      if (raw !== image.value && image.value !== null) refuseSharedValue(image, textOf(observed, image.file), policy);
      return [{ ...image, owner, recorded, image, does: 'restore' }];
    });
  const [first] = jobs;
  if (first === undefined) return { findings: [], keeps: [] };
  const subject = `${first.service}'s rule ${first.rule} in ${first.file}`;
  return {
    step: { id, owner, subject, action: 'update', because: 'the run is rolled back', jobs },
    findings: [],
    keeps: [],
  };
}

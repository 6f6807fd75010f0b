/**
 * Which of the declared grants are not in force, and which of the recorded ones nobody declares any more. Pure.
 *
 * A grant is in force when the rule, as the service goes by it, admits the role whatever the request is about, be it through
 * other rules. What is in force and in nobody's record is adopted: nothing is written, and nothing is taken away later. What
 * another owner's record holds is recorded for this one too: it goes with the last.
 */
import { asStackwardError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import { admissionOf } from '../../lib/policy/grant';
import { sayGrant } from '../../lib/policy/intents';
import type { Difference, Finding, Placement, Step, Wanted } from '../../lib/contract/reconciler';
import { companionsOf } from './grant/companions';
import { finish } from './grant/finish';
import { aloneValue, heldToo, keyOf, rawValue, sayValue, type Job } from './grant/jobs';
import { heldOn, kind, type PolicyRuleObserved } from './observe';
import type { PolicyRuleSpec } from './restored';
import { sayHolders } from './grant/roles';
import type { Situation } from './grant/situation';
import type { PolicyRuleDeclared, RecordEntry } from './spec';
import { refuseFormerName, refuseShared, sayReferrers } from './grant/shared-rule';
import { bringBack, leftovers, refuseManaged, textOf, type Draft, type Found } from './grant/taking';
import type { PolicyRuleStep } from './model';

export function diff(placement: Placement<PolicyRuleSpec>, observed: PolicyRuleObserved): Difference<PolicyRuleStep> {
  const drafts = new Map<string, Draft>();
  const findings: Finding[] = [];
  const kept = new Set<string>();
  for (const one of placement.wanted) {
    const found = guarded(one.id, () => {
      const { spec } = one;
      return 'restore' in spec ? bringBack(one, spec, placement, observed) : compare(one, spec, placement, observed);
    });
    append(findings, found.findings);
    if (found.step) drafts.set(`${one.owner} ${one.id}`, found.step);
    for (const key of found.keeps) kept.add(`${one.owner} ${key}`);
  }
  const unsure = new Set(placement.wanted.map(({ owner, id }) => `${owner} ${id}`));
  for (const step of leftovers(placement, observed, kept, unsure, findings)) {
    const key = `${step.owner} ${step.id}`;
    const other = drafts.get(key);
    drafts.set(key, other ? inPlaceOf(step, other) : step);
  }
  return finish([...drafts.values()].sort(removalsLast), findings, observed);
}

/** One construct that grants something else than it did: what goes and what comes are one step. */
const inPlaceOf = (taken: Draft, made: Draft): Draft => ({
  ...made,
  action: 'update',
  because: `${taken.because}; ${made.because}`,
  notes: [
    ...(made.notes ?? []),
    ...taken.jobs.map(({ role, rule, file }) => `what stackward wrote of the role ${role} leaves ${rule} in ${file}`),
    ...(taken.notes ?? []),
  ],
  jobs: [...taken.jobs, ...made.jobs],
});

const removalsLast = (a: Draft, b: Draft): number =>
  Number(a.action === 'delete') - Number(b.action === 'delete') || (a.id < b.id ? -1 : 1);

function guarded(id: string, work: () => Found): Found {
  try {
    return work();
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    return { findings: [{ id, reason, message }], keeps: [] };
  }
}

type Grant = Wanted<PolicyRuleSpec>;

function compare(
  one: Grant,
  spec: PolicyRuleDeclared,
  placement: Placement<PolicyRuleSpec>,
  observed: PolicyRuleObserved,
): Found {
  const { service, rule, role } = spec;
  const situation = observed.situation(spec);
  const { warnings, notes: more } = companionsOf(spec, situation, grantedBeside(spec, placement));
  const recorded = [...(observed.records.get(one.owner)?.entries.values() ?? [])].filter(
    (entry) =>
      entry.service === service &&
      entry.rule === rule &&
      entry.role === role &&
      [situation.path, ...situation.files].includes(entry.file),
  );
  const entry = recorded.find(({ file }) => file === situation.path);
  const keeps = recorded.map(keyOf);
  const admission = admissionOf(situation.rules, rule, role);
  const closed = warnings.map((message): Finding => ({ id: one.id, message }));
  if (admission !== 'no') {
    const found = inForce(one, spec, admission, entry, situation.path, observed);
    return { ...found, findings: [...found.findings, ...closed], keeps };
  }
  refuseManaged(observed, situation.path, spec.overrideManager);
  const { warning, ...holders } = sayHolders(spec, observed.roles);
  const findings = [...(warning === undefined ? [] : [{ id: one.id, message: warning }]), ...closed];
  return { step: grant(one, spec, situation, entry, { ...holders, more }, observed), findings, keeps };
}

/** Whether the same plan lets the role do what that rule of the same service guards. */
const grantedBeside =
  ({ service, release, role }: PolicyRuleDeclared, { wanted }: Placement<PolicyRuleSpec>) =>
  (rule: string): boolean =>
    wanted.some(
      ({ spec }) =>
        !('restore' in spec) &&
        spec.service === service &&
        spec.release === release &&
        spec.rule === rule &&
        spec.role.toLowerCase() === role.toLowerCase(),
    );

/** What the plan says of a grant that needs no write. */
function inForce(
  { id, owner, stack }: Grant,
  spec: PolicyRuleDeclared,
  admission: 'everyone' | 'role',
  entry: RecordEntry | undefined,
  file: string,
  observed: PolicyRuleObserved,
): Omit<Found, 'keeps'> {
  const { rule, role, service, release, overrideManager } = spec;
  const path = id.slice(kind.length + 1);
  const as = { path, stack, ...(overrideManager === undefined ? {} : { overrideManager }) };
  const say = (message: string): Finding => ({ id, message });
  const findings: Finding[] = [];
  if (admission === 'everyone')
    findings.push(
      say(`${service}'s rule ${rule} admits everybody, with the role ${role} or without: wider than the code grants`),
    );
  if (entry === undefined) {
    const about = { owner, file, rule, role, service, release };
    const too = heldToo(heldOn(observed), about);
    if (admission === 'role' && too !== undefined) {
      const of = { ...too.entry, role };
      const because = `${too.owner}'s record holds it, and it is to stay until both let it go`;
      const job: Job = { ...about, recorded: undefined, does: 'record', of, as };
      return { step: { ...head(id, spec, file), because, owner, action: 'create', jobs: [job] }, findings };
    }
    if (admission === 'role')
      findings.push(
        say(
          `${service}'s rule ${rule} admits the role ${role} and no record on the host holds it: it is taken as it is, and stays when it leaves the code`,
        ),
      );
    return { findings };
  }
  const raw = rawValue(textOf(observed, entry.file), entry);
  if (aloneValue(textOf(observed, entry.file), { ...entry, owner }, heldOn(observed)) !== entry.written)
    findings.push(
      say(
        `${rule} in ${entry.file} was changed by hand: it is ${raw ?? 'gone'}, and stackward wrote ${entry.written}; the role ${role} still has it`,
      ),
    );
  if (entry.path === path && entry.stack === stack) return { findings };
  const job: Job = { ...entry, owner, recorded: entry, does: 'record', of: entry, as };
  return {
    step: {
      ...head(id, spec, entry.file),
      because: 'its construct has another path or stack now',
      owner,
      action: 'update',
      jobs: [job],
    },
    findings,
  };
}

const head = (
  id: string,
  { service, rule, intent }: PolicyRuleDeclared,
  file: string,
): Pick<Draft, 'id' | 'subject'> => ({
  id,
  subject: `${service}'s rule ${rule}${intent === undefined ? '' : ` (${intent})`} in ${file}`,
});

function grant(
  { id, owner, stack }: Grant,
  spec: PolicyRuleDeclared,
  situation: Situation,
  recorded: RecordEntry | undefined,
  { notes = [], asides = [], more }: Pick<Step, 'notes' | 'asides'> & { readonly more: readonly string[] },
  observed: PolicyRuleObserved,
): Draft {
  const { service, release, rule, role, reason, overrideManager } = spec;
  const { path: file, effective, rules, parsed, written } = situation;
  const path = id.slice(kind.length + 1);
  const as = { path, stack, ...(overrideManager === undefined ? {} : { overrideManager }) };
  const job: Job = { ...{ owner, file, rule, role, service, release, recorded, rules, effective, as }, does: 'add' };
  refuseFormerName(situation, rule);
  refuseShared(rules, rule, release, (name) => written.has(name));
  const times = parsed?.entries.filter((entry) => entry.rule === rule).length ?? 0;
  const now = sayValue(textOf(observed, file), spec);
  return {
    ...head(id, spec, file),
    owner,
    jobs: [job],
    action: recorded === undefined ? 'create' : 'update',
    because:
      recorded === undefined
        ? `${now === undefined ? 'what the service goes by without it' : 'the rule'} doesn't admit the role ${role}`
        : rawValue(textOf(observed, file), spec) === recorded.before
          ? 'it is recorded, and the rule is as it was before: a run was cut short, or somebody put it back'
          : `it was granted, and somebody ${now === undefined ? 'took the rule out' : 'changed the rule'} since`,
    asides,
    notes: [
      sayGrant(service, rule, role),
      ...notes,
      `the reason given: ${reason}`,
      ...more,
      ...(now === undefined && effective !== undefined
        ? [
            `the file was silent: from now on it holds what the service goes by, ${effective}, and a later release's default won't change that`,
          ]
        : []),
      ...situation.notes,
      ...sayReferrers(situation, rule),
      ...(times > 1 ? [`the file has the rule ${times} times, and the last one counts`] : []),
    ],
  };
}

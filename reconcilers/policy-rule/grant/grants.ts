/**
 * Finds declared grants that are not in force. Pure.
 *
 * A grant is in force if the rule admits the role whatever the request is about, directly or through other rules. A
 * grant that is in force and in no record is adopted: stackward writes nothing now and removes nothing later. A grant
 * that is in another owner's record is recorded for this owner too, and is removed together with the last of these
 * entries.
 */
import { defined } from '../../../lib/basics/defined';
import type { Finding, Placement, Step, Wanted } from '../../../lib/contract/reconciler';
import { admissionOf } from '../../../lib/policy/grant';
import { sayGrant } from '../../../lib/policy/intents';
import { kind, type Comparison, type Draft, type Job, type TargetObservation } from '../model';
import type { PolicyRuleSpec } from '../image';
import type { PolicyRuleDeclared, RecordEntry } from '../spec';
import { companionsOf } from './companions';
import { aloneValue, rawValue, sayValue } from './edits';
import { keyOf } from './recorded-grants';
import { refuseManaged } from './removals';
import { sayHolders } from './roles';
import { refuseFormerName, refuseShared, sayReferrers } from './shared-rule';
import type { Situation } from './situation';

type Declared = Wanted<PolicyRuleSpec>;

/** Compares each declared grant of this host with the observed rules. */
export function compareGrants(placement: Placement<PolicyRuleSpec>, observed: TargetObservation) {
  const granted = new Set(placement.wanted.flatMap(({ spec }) => ('restore' in spec ? [] : grantKey(spec, spec.rule))));
  return (wanted: Declared, spec: PolicyRuleDeclared): Comparison =>
    compare(wanted, spec, (rule) => granted.has(grantKey(spec, rule)), observed);
}

const grantKey = ({ service, release, role }: PolicyRuleDeclared, rule: string): string =>
  `${service} ${release} ${rule} ${role.toLowerCase()}`;

/** @param isGranted whether the same plan lets the role pass that other rule of the service */
function compare(
  wanted: Declared,
  spec: PolicyRuleDeclared,
  isGranted: (rule: string) => boolean,
  observed: TargetObservation,
): Comparison {
  const { rule, role } = spec;
  const { id, owner } = wanted;
  const situation = observed.situation(spec);
  const { warnings, notes } = companionsOf(spec, situation, isGranted);
  const { entries } = observed.records.get(owner) ?? {};
  const files = new Set([situation.path, ...situation.files]);
  const recorded = [...files].flatMap((file) => {
    const entry = entries?.get(keyOf({ file, rule, role }));
    return entry?.service === spec.service ? [entry] : [];
  });
  const entry = recorded.find(({ file }) => file === situation.path);
  const keeps = recorded.map(keyOf);
  const admission = admissionOf(situation.rules, rule, role);
  const closed = warnings.map((message): Finding => ({ id, message }));
  if (admission !== 'no') {
    const found = inForce(wanted, spec, admission, entry, situation.path, observed);
    return { ...found, findings: [...found.findings, ...closed], keeps };
  }
  refuseManaged(observed, situation.path, spec.overrideManager);
  const { warning, ...holders } = sayHolders(spec, observed.roles);
  const findings = [...(warning === undefined ? [] : [{ id, message: warning }]), ...closed];
  return { step: grant(wanted, spec, situation, entry, { ...holders, more: notes }, observed), findings, keeps };
}

/** The plan's text about a grant that needs no write. */
function inForce(
  { id, owner, stack }: Declared,
  spec: PolicyRuleDeclared,
  admission: 'everyone' | 'role',
  entry: RecordEntry | undefined,
  file: string,
  observed: TargetObservation,
): Omit<Comparison, 'keeps'> {
  const { rule, role, service, release, overrideManager } = spec;
  const path = id.slice(kind.length + 1);
  const declaration = { path, stack, ...defined({ overrideManager }) };
  const say = (message: string): Finding => ({ id, message });
  const findings: Finding[] = [];
  if (admission === 'everyone')
    findings.push(
      say(`${service}'s rule ${rule} admits everybody, with the role ${role} or without: wider than the code grants`),
    );
  if (entry === undefined) {
    const about = { owner, file, rule, role, service, release };
    const same = observed.grants.same(about);
    if (admission === 'role' && same !== undefined) {
      const because = `${same.owner}'s record has it too, and it should stay until neither owner declares it`;
      const job: Job = { ...about, recorded: undefined, does: 'record', of: { ...same.entry, role }, as: declaration };
      return { step: { ...head(id, spec, file), because, owner, action: 'create', jobs: [job] }, findings };
    }
    if (admission === 'role')
      findings.push(
        say(
          `${service}'s rule ${rule} admits the role ${role}, and no record on the host has it: stackward leaves it as it is, also when the grant is deleted from the code`,
        ),
      );
    return { findings };
  }
  const text = observed.answers.text(entry.file);
  const raw = rawValue(text, entry);
  if (aloneValue(text, { ...entry, owner }, observed.grants) !== entry.written)
    findings.push(
      say(
        `${rule} in ${entry.file} was changed by hand: it is ${raw ?? 'gone'}, and stackward wrote ${entry.written}; the role ${role} still has it`,
      ),
    );
  if (entry.path === path && entry.stack === stack) return { findings };
  const job: Job = { ...entry, owner, recorded: entry, does: 'record', of: entry, as: declaration };
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
  { id, owner, stack }: Declared,
  spec: PolicyRuleDeclared,
  situation: Situation,
  recorded: RecordEntry | undefined,
  { notes = [], asides = [], more }: Pick<Step, 'notes' | 'asides'> & { readonly more: readonly string[] },
  observed: TargetObservation,
): Draft {
  const { service, release, rule, role, reason, overrideManager } = spec;
  const { path: file, effective, rules, parsed, written } = situation;
  const path = id.slice(kind.length + 1);
  const declaration = { path, stack, ...defined({ overrideManager }) };
  const job: Job = {
    owner,
    file,
    rule,
    role,
    service,
    release,
    recorded,
    rules,
    effective,
    as: declaration,
    does: 'add',
  };
  refuseFormerName(situation, rule);
  refuseShared(rules, rule, release, (name) => written.has(name));
  const times = parsed?.file.entries.filter((entry) => entry.rule === rule).length ?? 0;
  const text = observed.answers.text(file);
  const now = sayValue(text, spec);
  return {
    ...head(id, spec, file),
    owner,
    jobs: [job],
    action: recorded === undefined ? 'create' : 'update',
    because:
      recorded === undefined
        ? `${now === undefined ? 'the file has no line for this rule, and without a line the rule' : 'the rule'} doesn't admit the role ${role}`
        : rawValue(text, spec) === recorded.before
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
            `the file had no line for it: the value in force until now, ${effective}, is written there together with the role, and a later release's default no longer applies`,
          ]
        : []),
      ...situation.notes,
      ...sayReferrers(situation, rule),
      ...(times > 1 ? [`the file has the rule ${times} times, and the last one counts`] : []),
    ],
  };
}

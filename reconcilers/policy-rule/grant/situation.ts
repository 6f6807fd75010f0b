/**
 * Finds the rules that are in force for a service: the rules of its files, and those of its code that no file replaces.
 * Pure.
 */
import { Blocked } from '../../../lib/basics/errors';
import type { Check, Rules } from '../../../lib/policy/check';
import { codeChecks } from '../../../lib/policy/code-checks';
import { codeRules, findUnpackagedRule, type CodeRule, type ReleaseRule } from '../../../lib/policy/code-rules';
import { effectiveCheck, eraOf, hasRulesInCode, leavesOutHalves } from '../../../lib/policy/defaults';
import type { PolicyModel, PolicyText } from '../../../lib/policy/model';
import { parseRule } from '../../../lib/policy/parse';
import { oldNamesOf, renamedRules } from '../../../lib/policy/renamed';
import { findUnknownRule, saySample } from '../../../lib/policy/unknown';
import { isNewer, newest } from '../../../lib/openstack/releases';
import type { PolicyRuleDeclared } from '../spec';
import type { HostQuestions } from './host-questions';
import { inFile, type ServicePolicy } from './service-policy';

export type RuleName = Pick<PolicyRuleDeclared, 'service' | 'release' | 'rule'>;

export interface ServiceRules {
  readonly policy: ServicePolicy;
  /**
   * A name that is neither in the files nor in the code is missing here, so that it isn't taken for the default rule.
   */
  readonly rules: Rules;
  /** By path. */
  readonly parsed: ReadonlyMap<string, PolicyModel>;
  /** Rule → the file whose value is in force. */
  readonly written: ReadonlyMap<string, string>;
}

/** @throws Blocked if a file can't be read as rules */
export function rulesOfService(policy: ServicePolicy, answers: HostQuestions): ServiceRules {
  const { service, release, settings } = policy;
  const era = eraOf(release);
  const parsed = new Map<string, PolicyModel>();
  const written = new Map<string, string>();
  const inFiles = new Map<string, Check>();
  for (const path of policy.files) {
    const model = inFile(path, () => answers.text(path)?.model(era));
    if (model === undefined) continue;
    parsed.set(path, model);
    const checks = inFile(path, () => model.rules(service).byName);
    for (const [name, check] of checks) {
      inFiles.set(name, check);
      written.set(name, path);
    }
  }
  const byName = new Map(codeChecks(service, release, isNewAlone(policy)));
  if (inFiles.size > 0)
    for (const name of renamedRules(service, release).keys()) {
      const old = heldFormerly(policy, inFiles, name);
      if (old !== undefined) byName.set(name, inFiles.get(old) as Check);
    }
  for (const [name, check] of inFiles) byName.set(name, check);
  const defaultRule = hasRulesInCode(service, release) ? '' : settings.defaultRule;
  return { policy, parsed, written, rules: { era, service, byName, defaultRule } };
}

/**
 * A former name whose value is in force for a rule that no file has. A sample file of oslo.policy has `old: rule:new`,
 * which doesn't count.
 */
const heldFormerly = (
  { service, release }: ServicePolicy,
  inFiles: ReadonlyMap<string, Check>,
  name: string,
): string | undefined =>
  oldNamesOf(service, name, release).find((old) => {
    const check = inFiles.get(old);
    return check !== undefined && !(check.is === 'check' && check.kind === 'rule' && check.match === name);
  });

/** One rule, with the value that is in force. */
export interface Situation {
  readonly rules: Rules;
  /** All policy files that the service reads. */
  readonly files: readonly string[];
  /** Rule → the file whose value is in force. */
  readonly written: ReadonlyMap<string, string>;
  /** The file that has the rule, or else the file into which it would be written. */
  readonly path: string;
  /** Undefined if that file doesn't exist yet. */
  readonly parsed: PolicyModel | undefined;
  /** The check that is in force if no file has the rule; undefined: the rule then admits nobody. */
  readonly effective: string | undefined;
  /** The former name whose value is in force, and the file that has it. */
  readonly formerly?: { readonly name: string; readonly path: string };
  /** Notes for the reviewer. */
  readonly notes: readonly string[];
}

/**
 * @param generated the output of the service's own tool, if it was asked
 * @throws StackwardError when the release has no such rule, or its default is not known
 */
export function situationOf(service: ServiceRules, rule: string, generated: PolicyText | undefined): Situation {
  const { policy, rules, parsed, written } = service;
  const listed = generated === undefined || written.has(rule) ? undefined : generated.model('newton').file.values;
  const told = listed?.get(rule);
  const notes = refuseUnknown(service, rule, told !== undefined);
  if (listed !== undefined && listed.size > 0 && told === undefined) refuseAbsent(policy, rule);
  const path = written.get(rule) ?? policy.main;
  const model = parsed.get(path);
  const situation = { rules, files: policy.files, written, path, parsed: model, effective: undefined, notes };
  // A merge key can give a value without an entry.
  const held = model?.file.values.get(rule);
  if (model?.file.values.has(rule) && (model.entry(rule) || typeof held !== 'string')) return situation;
  if (typeof held === 'string') return { ...situation, effective: held };
  const old = heldFormerly(policy, rules.byName, rule);
  const holder = old === undefined ? undefined : written.get(old);
  if (old !== undefined && holder !== undefined) return { ...situation, formerly: { name: old, path: holder } };
  const silent = silentOf(service, rule, typeof told === 'string' ? told : undefined);
  if (silent === undefined) return situation;
  const byName = new Map(rules.byName).set(rule, parseRule(silent.effective, rules.era));
  return { ...situation, rules: { ...rules, byName }, ...silent, notes: [...notes, ...silent.notes] };
}

/**
 * Refuses a grant in a rule that the service never evaluates, because it would have no effect. Neutron's plug-ins have
 * rules of their own, and the service's own tool knows the rules of the package on the host.
 * @returns notes for the reviewer
 */
function refuseUnknown({ policy, written }: ServiceRules, rule: string, isTold: boolean): readonly string[] {
  const { service, release } = policy;
  const unknown = findUnknownRule(service, rule, release);
  const holder = written.get(rule);
  if (unknown === undefined || (isTold && holder === undefined)) return [];
  // The value of the old name is in force for the new names.
  if (unknown.is === 'former' && holder !== undefined) return [];
  if (unknown.is === 'plugin' && holder !== undefined)
    return [`${service} of ${release} itself has no rule ${rule}: the grant works where a plug-in asks it`];
  throw new Blocked(`${holder === undefined ? '' : `${holder} has ${rule} without effect: `}${unknown.message}`);
}

/** Refuses a rule that the service's own tool doesn't list: the package on the host is older than the rule. */
function refuseAbsent({ service, release }: ServicePolicy, rule: string): void {
  if (isNewer(release) || codeRules(service, release)?.get(rule)?.first !== 'absent') return;
  throw new Blocked(
    `${service} on this host has no rule ${rule}: it came within ${release}, and ` +
      `\`oslopolicy-policy-generator --namespace ${service}\` there doesn't list it; update the host's package, then run again`,
  );
}

export const isNewAlone = ({ service, release, settings }: ServicePolicy): boolean =>
  leavesOutHalves(service, release, settings.newDefaultsAlone);

/**
 * True if it is worth running the service's own tool, which takes seconds. The tool knows the package on the host, and
 * a default may have changed within a release (Neutron 26.0.0 to 26.0.6). It says nothing about deprecated checks.
 */
export function asksTool(policy: ServicePolicy, rule: string): boolean {
  const { service, release } = policy;
  if (!hasRulesInCode(service, release)) return false;
  return tellsAll(policy, codeRules(service, release)?.get(rule)) || differsWithin(policy, rule) !== undefined;
}

const tellsAll = (policy: ServicePolicy, known: ReleaseRule | undefined): boolean =>
  isNewAlone(policy) || (known ? known.old === undefined : policy.release === 'newton');

/** The rule in the first version of the release, if its check differs from the last version's; otherwise undefined. */
function differsWithin(policy: ServicePolicy, rule: string): CodeRule | 'absent' | undefined {
  const { service, release } = policy;
  const known = codeRules(service, release)?.get(rule);
  if (known?.first === undefined || known.first === 'absent') return known?.first;
  const [a, b] = [known.first, known].map((version) =>
    JSON.stringify(parseRule(effectiveCheck(version, isNewAlone(policy)), eraOf(release))),
  );
  return a === b ? undefined : known.first;
}

type Silent = Pick<Situation, 'notes'> & { readonly effective: string };

/** The check that is in force for a rule that no file has. */
function silentOf({ policy, rules }: ServiceRules, rule: string, told: string | undefined): Silent | undefined {
  const { service, release, settings, main } = policy;
  if (!hasRulesInCode(service, release))
    return rules.byName.has(settings.defaultRule)
      ? { effective: `rule:${settings.defaultRule}`, notes: [] }
      : undefined;
  const known: ReleaseRule | undefined = isNewer(release)
    ? undefined
    : (codeRules(service, release)?.get(rule) ?? findUnpackagedRule(service, release, rule));
  if (known === undefined && told !== undefined && tellsAll(policy, known)) return { effective: told, notes: [] };
  if (known === undefined) throw new Blocked(`${main} has no line for ${rule}, and ${whyUnknown(policy)}`);
  const first = known.first === undefined || known.first === 'absent' ? known : known.first;
  const version = told === undefined || told === known.check || told !== first.check ? known : first;
  const before = told === undefined ? differsWithin(policy, rule) : undefined;
  return {
    effective: effectiveCheck(version, isNewAlone(policy), told),
    notes: before === undefined ? [] : [sayBefore(policy, rule, before)],
  };
}

function whyUnknown({ service, release }: ServicePolicy): string {
  const cure = `write the rule's present value into the file (${saySample(service)}), then run again`;
  if (isNewer(release))
    return `this stackward knows the defaults of ${service} up to ${newest}, not those of ${release}; ${cure}, or use a newer stackward`;
  return `no package tells the defaults of ${service} of ${release}; ${cure}`;
}

function sayBefore(policy: ServicePolicy, rule: string, first: CodeRule | 'absent'): string {
  const { service, release } = policy;
  if (first === 'absent')
    return `${rule} came within ${release}: the first version of the release has no such rule, and the grant does nothing there; update the host's package where it still is that version`;
  const before = effectiveCheck(first, isNewAlone(policy));
  return `${service}'s default of ${rule} changed within ${release}: the first version has ${before === '' ? '@' : before}; update the host's package where it still does, or write that into the file first`;
}

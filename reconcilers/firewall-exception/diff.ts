/**
 * Compares the observed chains with the declared exceptions. Pure.
 *
 * A rule of stackward has its construct's path in its comment. So each construct has steps of its own, although all
 * rules of one owner are in one chain. A foreign rule in that chain blocks every change of the chain: the plan shows
 * it, and nothing touches it.
 */
import { defined } from '../../lib/basics/defined';
import { ownTables } from '../../lib/iptables/own-chain';
import { commentOf, findPath } from '../../lib/iptables/rule-comment';
import { append } from '../../lib/basics/lists';
import {
  sweeps,
  type Action,
  type Change,
  type Difference,
  type Finding,
  type Placement,
} from '../../lib/contract/reconciler';
import { describeRules, intend, type Intent } from './chain/intent';
import { describeLarge, largeFiles } from './chain/large-files';
import { withinLimit } from './chain/owner-limit';
import { groupsOf, isEmptyGroup, isSameGroup } from './chain/rule-groups';
import { canonicalRule } from './chain/rule-shape';
import { families, noRules, nothing, type ExceptionRules, type Family } from './chain/rules';
import { isLarge } from './chain/stored-rules';
import type { FirewallExceptionStep, PlacedException } from './model';
import { familyNames, type FirewallExceptionObserved, kind, type OwnFamily, type OwnState, pathOf } from './model';

export function diff(
  { wanted, sweep, ids }: Placement<PlacedException>,
  observed: FirewallExceptionObserved,
): Difference<FirewallExceptionStep> {
  const steps: FirewallExceptionStep[] = [];
  const findings: Finding[] = [];
  for (const [owner, state] of observed.owners) {
    const intents = wanted.filter((resource) => resource.owner === owner).map((resource) => intend(resource, observed));
    const all = [
      ...intents.flatMap((intent) => stepsFor(intent, state, observed)),
      ...leftovers(owner, state, intents, { sweep, ids }),
      ...largeFiles(owner, state, { intents, sweep }),
    ];
    const { steps: needed, findings: refused } = withinLimit(owner, state, all, observed.host);
    append(findings, refused);
    const foreign = describeForeign(owner, state);
    for (const intent of intents) append(findings, findingsOf(intent, needed));
    append(findings, unclearChains(owner, state));
    if (foreign === undefined) append(steps, needed);
    else {
      const ids = new Set(needed.map((step) => step.id));
      if (ids.size === 0) ids.add(intents[0]?.resource.id ?? `${kind}.${state.ipv4.names.chain}`);
      for (const id of ids) findings.push({ id, message: foreign, reason: 'Blocked' });
    }
  }
  return { steps, findings };
}

/** The step says that the tap is away. Without a step, a finding says so. */
const findingsOf = (
  { resource, findings, away }: Intent,
  steps: readonly FirewallExceptionStep[],
): readonly Finding[] =>
  away === undefined || steps.some((step) => step.id === resource.id)
    ? findings
    : [...findings, { id: resource.id, message: away }];

/** The chain is left as it is, because it may be another owner's. */
const unclearChains = (owner: string, state: OwnState): Finding[] =>
  families.flatMap((family) => {
    const { unclear } = state[family];
    if (unclear === undefined) return [];
    const message = `the ${familyNames[family]} chain ${unclear} is of an older stackward, and no stored file says whether it is ${owner}'s or that of an owner with the same mark, so it stays in force; delete it by hand if it is nobody's`;
    return [{ id: `${kind}.${unclear}`, message }];
  });

function describeForeign(owner: string, state: OwnState): string | undefined {
  for (const family of families) {
    const { names, twin, stored } = state[family];
    const { chain, path } = names;
    const [rule] = state[family].foreign;
    if (twin)
      return `the ${familyNames[family]} chains ${chain} and ${twin.chain} are both ${owner}'s: an older stackward worked here after a newer one; delete the chain ${twin.chain} and the file ${twin.path} by hand, then plan again`;
    const more = state[family].foreign.length - 1;
    if (rule !== undefined)
      return `the ${familyNames[family]} chain ${chain} holds, or is led to by, what stackward did not put there (${rule}${more > 0 ? `, and ${more} more` : ''}); nothing of it is touched: delete that by hand, then plan again`;
    if (stored.owner !== undefined && stored.owner !== owner)
      return `${path} names the owner ${stored.owner}, and by its name it is that of ${owner}; find out whose it is, move it away, then plan again`;
    if (stored.isForeign)
      return `${path} is there and bears no header, or no rule, of ours; move it away, then plan again`;
  }
  return undefined;
}

/** The rules of one construct on the host. */
export const seenOf = (comment: string, state: OwnState, where: 'kernel' | 'stored'): ExceptionRules => {
  const rulesIn = (family: Family) => {
    const { kernel, stored } = state[family];
    const rules = where === 'stored' ? stored.rules : { mangle: kernel.mangle.rules, filter: kernel.filter.rules };
    return groupsOf(rules).get(comment) ?? noRules;
  };
  return { ipv4: rulesIn('ipv4'), ipv6: rulesIn('ipv6') };
};

const isNothing = (rules: ExceptionRules): boolean => families.every((family) => isEmptyGroup(rules[family]));

const isSame = (a: ExceptionRules, b: ExceptionRules): boolean =>
  families.every((family) => isSameGroup(a[family], b[family]));

function stepsFor(intent: Intent, state: OwnState, observed: FirewallExceptionObserved): FirewallExceptionStep[] {
  const { resource, rules, comment, subject, notes } = intent;
  if (!rules) return [];
  const before = seenOf(comment, state, 'kernel');
  const stored = seenOf(comment, state, 'stored');
  const ruleChanges = families.flatMap((family) => changesOf(family, before[family], rules[family]));
  const jumps = families.flatMap((family) => missingJumps(family, state[family], rules[family]));
  const boot = families.flatMap((family) => bootChanges(family, state[family], stored, rules, observed));
  const changes = [...ruleChanges, ...jumps, ...boot];
  if (changes.length === 0) return [];
  const isGone = isNothing(rules);
  const action = isGone ? 'delete' : isNothing(before) ? 'create' : 'update';
  const because = reasonOf({ action, rulesDiffer: ruleChanges.length > 0, jumps, before, stored, rules });
  // A change of the stored rules gets a line only if no other change shows it.
  const shown = ruleChanges.length + jumps.length > 0 ? [...ruleChanges, ...jumps] : boot.map(asSummary);
  const step = {
    id: resource.id,
    action,
    subject: subject ?? describeRules(before, stored, rules),
    changes: shown,
    because,
    notes: isGone ? [closing] : [...notes, ...(intent.away === undefined ? [] : [intent.away])],
  } as const;
  return [{ ...step, owner: resource.owner, comment, rules }];
}

const closing = 'the security groups of the port decide again about what it let pass';

interface Seen {
  readonly action: Action;
  readonly rulesDiffer: boolean;
  readonly jumps: readonly Change[];
  readonly before: ExceptionRules;
  readonly stored: ExceptionRules;
  readonly rules: ExceptionRules;
}

function reasonOf({ action, rulesDiffer, jumps, before, stored, rules }: Seen): string {
  if (action === 'delete') return 'it was not there before that run';
  if (action === 'create')
    return isNothing(stored)
      ? 'the exception is declared, and none of its rules is on this host'
      : 'its rules were here and are gone: the host was restarted without restoring them, or somebody flushed them';
  if (rulesDiffer)
    return isSame(stored, rules) && !isSame(stored, before)
      ? 'somebody changed its rules on the host'
      : whatChanged(before, rules);
  return jumps.length > 0
    ? 'its rules are here, and not the jump to them'
    : isNothing(stored)
      ? 'it would not come back when the host starts'
      : 'what would come back when the host starts is not as stackward writes it';
}

/** Why the rules differ, as far as the rules show it. */
function whatChanged(before: ExceptionRules, after: ExceptionRules): string {
  const isSameWithout = (what: RegExp): boolean => {
    const text = (rules: ExceptionRules) =>
      JSON.stringify(
        families.map((family) =>
          ownTables.map((table) =>
            rules[family][table]
              .map(canonicalRule)
              .map((rule) => rule.replace(what, ''))
              .filter((rule) => rule !== ''),
          ),
        ),
      );
    return text(before) === text(after);
  };
  if (isSameWithout(/ --mac-source \S+/)) return 'the MAC address of the port has changed in Neutron';
  if (isSameWithout(/^(-[sd] (fe80::\/10|169\.254\.0\.0\/16)|-p udp) .* -j RETURN$/))
    return 'an earlier version of stackward wrote them, which left less to the groups of the port';
  if (isSameWithout(/^.* -j RETURN$/)) return 'the addresses of the port that stay with its groups have changed';
  if (isSameWithout(/ --physdev-(in|out) (?!tap)\S+/g)) return 'the uplink of its bridge has changed';
  return 'the code has changed';
}

/** One change per rule, in the kernel's words. */
function changesOf(family: Family, before: ExceptionRules[Family], after: ExceptionRules[Family]): Change[] {
  if (isSameGroup(before, after)) return [];
  return ownTables.flatMap((table) =>
    Array.from({ length: Math.max(before[table].length, after[table].length) }, (_, index): Change[] => {
      const [from, to] = [before[table][index], after[table][index]].map((rule) => rule && shown(rule));
      if (from === to) return [];
      const attribute = `${familyNames[family]} ${table} rule ${index + 1}`;
      return [{ attribute, ...defined({ before: from, after: to }) }];
    }).flat(),
  );
}

/**
 * Leaves out the comment, which is the step's id already, and puts the way over the bridge first, which reads better.
 */
function shown(rule: string): string {
  const text = canonicalRule(rule).replace(/(^| )-m comment --comment \S+/, '');
  const way = /(?:^| )-m physdev --physdev-in (\S+) --physdev-out (\S+) --physdev-is-bridged/.exec(text);
  return way ? `${way[1]} to ${way[2]}: ${text.replace(way[0], '').trim()}` : text;
}

function missingJumps(family: Family, { kernel, names }: OwnFamily, rules: ExceptionRules[Family]): Change[] {
  return ownTables
    .filter((table) => rules[table].length > 0 && kernel[table].rules.length > 0 && kernel[table].jumps !== 1)
    .map((table) => ({
      attribute: `${familyNames[family]} ${table} jumps to ${names.chain}`,
      before: String(kernel[table].jumps),
      after: '1',
    }));
}

function bootChanges(
  family: Family,
  { stored: file }: OwnFamily,
  stored: ExceptionRules,
  rules: ExceptionRules,
  { variant, lockFile }: FirewallExceptionObserved,
): Change[] {
  const attribute = `${familyNames[family]} rules at boot`;
  const after = isEmptyGroup(rules[family]) ? 'none' : 'as these';
  if (isLarge(file.file))
    return isEmptyGroup(rules[family]) ? [] : [{ attribute, before: describeLarge(file.file), after }];
  if (!isSameGroup(stored[family], rules[family]))
    return [{ attribute, before: isEmptyGroup(stored[family]) ? 'none' : 'others', after }];
  if (isEmptyGroup(rules[family])) return [];
  if (file.variant !== variant[family])
    return [{ attribute, before: `for iptables-${file.variant}`, after: `for iptables-${variant[family]}` }];
  if (file.lockFile !== lockFile)
    return [{ attribute, before: `under ${file.lockFile ?? 'no lock'}`, after: `under ${lockFile ?? 'no lock'}` }];
  if (!file.isWhole) return [{ attribute, before: 'these, and lines of somebody else', after: 'these alone' }];
  return [];
}

/** A change whose texts sum up stored rules: what is "as these" after a run is "others" before the next. */
const asSummary = (change: Change): Change => ({ ...change, isComparable: false });

/** Steps that remove rules which are no longer declared here, from the kernel and the stored file. */
function leftovers(
  owner: string,
  state: OwnState,
  intents: readonly Intent[],
  { sweep, ids }: Pick<Placement<PlacedException>, 'sweep' | 'ids'>,
): FirewallExceptionStep[] {
  const comments = new Set(
    families.flatMap((family) => {
      const { kernel, stored } = state[family];
      const inKernel = groupsOf({ mangle: kernel.mangle.rules, filter: kernel.filter.rules });
      return [...inKernel.keys(), ...groupsOf(stored.rules).keys()];
    }),
  );
  return [...comments].sort().flatMap((comment) => {
    const path = findPath(comment);
    const [stack = ''] = path?.split('/') ?? [];
    if (intents.some((intent) => intent.comment === comment) || path === undefined || !sweeps(sweep, owner, stack))
      return [];
    const before = seenOf(comment, state, 'kernel');
    const stored = seenOf(comment, state, 'stored');
    const inKernel = families.flatMap((family) => changesOf(family, before[family], noRules));
    const atBoot = families
      .filter((family) => !isEmptyGroup(stored[family]))
      .map((family): Change => ({
        attribute: `${familyNames[family]} rules at boot`,
        before: 'some',
        after: 'none',
        isComparable: false,
      }));
    // The comment has only a part of a long path. The ids of this run's resources contain the whole path.
    const id =
      ids.find((candidate) => candidate.startsWith(`${kind}.`) && commentOf(pathOf(candidate)) === comment) ??
      `${kind}.${path}`;
    const step = { id, action: 'delete', subject: describeRules(before, stored) } as const;
    const why = { because: 'nothing declares it on this host any more', notes: [closing] };
    const changes = inKernel.length > 0 ? inKernel : atBoot;
    return [{ ...step, ...why, changes, leftBy: { owner, stack }, owner, comment, rules: nothing }];
  });
}

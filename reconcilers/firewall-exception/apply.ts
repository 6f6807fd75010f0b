/**
 * Writes the steps of one host in one request.
 *
 * Each owner's chain in each family is a sequence of its own: first the file from which it comes back at boot, then the kernel.
 * Both are compare-and-swap, and a run that is killed between them leaves what no packet sees: the next one finds the
 * kernel as it was. What an earlier call of the same run wrote is in `observed` already.
 */
import { createHash } from 'node:crypto';
import type { Reason } from '../../lib/errors';
import { valueOf, type Host, type HostWrite, type Outcome } from '../../lib/host';
import {
  findOwnChains,
  noChain,
  ownTables,
  renderReplacement,
  type OwnChain,
  type OwnChains,
  type OwnRules,
} from '../../lib/iptables/own-chain';
import { parseRuleset } from '../../lib/iptables/ruleset';
import type { Writers } from '../../lib/ports';
import type { StepResult, Target } from '../../lib/reconciler';
import type { FirewallExceptionStep } from './diff';
import { familyNames } from './intent';
import type { FirewallExceptionObserved, OwnFamily } from './observe';
import { groupsOf, isEmptyGroup, withGroups } from './rule-groups';
import { families, type Family } from './rules';
import { chainOf, nothingStored, renderStored, storedPath, type StoredRules } from './stored-rules';

/** What is written of one owner in one family. */
interface Change {
  readonly owner: string;
  readonly family: Family;
  readonly writes: readonly HostWrite[];
  readonly before: OwnFamily;
  /** If all of it is written. */
  readonly after: OwnFamily;
}

export async function* apply(
  steps: readonly FirewallExceptionStep[],
  observed: FirewallExceptionObserved,
  target: Target,
  to: Writers,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  const owners = [...new Set(steps.map((step) => step.owner))];
  const changes = owners
    .flatMap((owner) => families.map((family) => changeOf(owner, family, steps, observed)))
    .filter((change) => change.writes.length > 0);
  const outcomes = changes.length === 0 ? [] : await host.write(changes.map((change) => change.writes));
  const failures = new Map<Change, Failure>();
  for (const [at, change] of changes.entries()) {
    const ended = outcomes[at] ?? [];
    keepWritten(change, ended, observed);
    const failed = ended.find((outcome) => !outcome.ok);
    if (failed) failures.set(change, await explain(failed, change, host));
  }
  for (const step of steps) {
    const failed = [...failures].filter(([change]) => isAbout(change, step));
    yield failed.length === 0 ? { id: step.id, outcome: 'applied' } : { id: step.id, ...failureOf(failed, changes) };
  }
}

/** Whether this step has, or had, rules there. */
const isAbout = ({ owner, family, before }: Change, step: FirewallExceptionStep): boolean =>
  owner === step.owner &&
  [
    step.rules[family],
    ...[kernelRules(before), before.stored.rules].map((one) => groupsOf(one).get(step.comment)),
  ].some((group) => group !== undefined && !isEmptyGroup(group));

const kernelRules = ({ kernel }: OwnFamily): OwnRules => ({ mangle: kernel.mangle.rules, filter: kernel.filter.rules });

function changeOf(
  owner: string,
  family: Family,
  steps: readonly FirewallExceptionStep[],
  { owners, variant, stateFolder, lockFile }: FirewallExceptionObserved,
): Change {
  const before = owners.get(owner)?.[family] ?? {
    kernel: { mangle: noChain, filter: noChain },
    stored: nothingStored,
    foreign: [],
  };
  const groups = new Map(
    steps.filter((step) => step.owner === owner).map((step) => [step.comment, step.rules[family]]),
  );
  const kernel = withGroups(kernelRules(before), groups);
  const stored = withGroups(before.stored.rules, groups);
  const path = storedPath(stateFolder, owner, family);
  const text = isEmptyGroup(stored) ? null : renderStored(owner, variant[family], lockFile, stored);
  const replacement = renderReplacement(chainOf(owner), before.kernel, kernel);
  const restore: HostWrite = {
    ...{ verb: 'restore-tables', family: family === 'ipv4' ? 4 : 6, variant: variant[family], text: replacement },
    ...(lockFile === undefined ? {} : { lockFile }),
  };
  return {
    ...{ owner, family, before },
    writes: [...storeWrites(path, before.stored, text), ...(replacement === '' ? [] : [restore])],
    after: {
      kernel: chainsWith(kernel),
      stored:
        text === null
          ? nothingStored
          : {
              ...{ sha256: sha256(text), variant: variant[family], rules: stored, isForeign: false },
              ...(lockFile === undefined ? {} : { lockFile }),
            },
      foreign: [],
    },
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function storeWrites(path: string, { sha256: expect }: StoredRules, text: string | null): HostWrite[] {
  if (text === null) return expect === null ? [] : [{ verb: 'remove-file', path, expect }];
  if (expect === sha256(text)) return [];
  const content = Buffer.from(text).toString('base64');
  return [{ verb: 'swap-file', path, expect, content, mode: 0o600, makeFolder: true }];
}

function chainsWith(rules: OwnRules): OwnChains {
  const chain = (table: keyof OwnRules): OwnChain =>
    rules[table].length === 0 ? noChain : { exists: true, jumps: 1, rules: rules[table] };
  return { mangle: chain('mangle'), filter: chain('filter') };
}

/** So that a later call of this run starts from what is there now. */
function keepWritten(change: Change, ended: readonly Outcome<object>[], { owners }: FirewallExceptionObserved): void {
  const state = owners.get(change.owner);
  if (!state) return;
  const isDone = (verbs: readonly string[]): boolean =>
    change.writes.every((write, at) => !verbs.includes(write.verb) || ended[at]?.ok === true);
  const kernel = isDone(['restore-tables']) ? change.after.kernel : change.before.kernel;
  const stored = isDone(['swap-file', 'remove-file']) ? change.after.stored : change.before.stored;
  owners.set(change.owner, { ...state, [change.family]: { ...change.before, kernel, stored } });
}

interface Failure {
  readonly reason: Reason;
  readonly message: string;
}

/** Code 4 of iptables means that its lock is held, or that the chain is not empty: only another look tells. */
async function explain(
  failed: Outcome<object> & { ok: false },
  { owner, family, before, writes }: Change,
  host: Host,
): Promise<Failure> {
  const { reason, message } = failed.error;
  const lock = writes.find((write) => write.verb === 'restore-tables')?.lockFile;
  if (failed.reason === 'absent' && lock !== undefined)
    return {
      reason,
      message: `${message}: the agent's lock ${lock} is made by the agent when it first runs; start it, or correct "services.neutron.configFiles" in stackward.yaml`,
    };
  if (failed.reason !== 'busy' && failed.reason !== 'rejected') return { reason, message };
  const [tables] = await host.read([{ verb: 'save-tables', family: family === 'ipv4' ? 4 : 6 }]);
  const now = findOwnChains(parseRuleset(valueOf(tables).text), chainOf(owner));
  const isAsSeen = ownTables.every((table) => JSON.stringify(now[table]) === JSON.stringify(before.kernel[table]));
  return isAsSeen
    ? { reason, message }
    : {
        reason: 'StalePlan',
        message: `the chain ${chainOf(owner)} is not as it was seen, so nothing of it was changed; plan again (${message})`,
      };
}

function failureOf(
  failed: readonly (readonly [Change, Failure])[],
  changes: readonly Change[],
): Pick<StepResult, 'outcome' | 'reason' | 'message'> {
  const [first] = failed;
  const words = failed.map(([change, { message }]) => `${familyNames[change.family]}: ${message}`);
  const done = changes.filter(
    (change) => change.owner === first?.[0].owner && !failed.some(([other]) => other === change),
  );
  const also = done.map(({ family }) => `${familyNames[family]} is done`);
  return { outcome: 'failed', message: [...words, ...also].join('; '), ...(first ? { reason: first[1].reason } : {}) };
}

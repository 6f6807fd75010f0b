/**
 * Writes the steps of one host with one request. Each owner's chain in each family is a sequence of its own
 * (family-change.ts). A chain with more rules than one transaction may name takes further requests; from the first of
 * them on, no jump leads to it.
 *
 * If the kernel refuses a change, a second request puts its stored file back as it was.
 */
import { defined } from '../../lib/basics/defined';
import { asStackwardError, type Reason } from '../../lib/basics/errors';
import { valueOf, type Host, type Outcome } from '../../lib/hosts/host';
import { findOwnChains, ownTables, type OwnChains } from '../../lib/iptables/own-chain';
import { parseRuleset } from '../../lib/iptables/ruleset';
import { append } from '../../lib/basics/lists';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import { changeOf, requestsOf, type FamilyChange } from './chain/family-change';
import { groupsOf, isEmptyGroup } from './chain/rule-groups';
import { families } from './chain/rules';
import { isLarge } from './chain/stored-rules';
import { familyNames, type FirewallExceptionObserved, type FirewallExceptionStep, kernelRules } from './model';
import type { Target } from '../../lib/contract/target';

export async function* apply(
  steps: readonly FirewallExceptionStep[],
  observed: FirewallExceptionObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  const owners = [...new Set(steps.map((step) => step.owner))];
  const changes = owners
    .flatMap((owner) => families.map((family) => changeOf(owner, family, steps, observed)))
    .filter((change) => requestsOf(change).length > 0);
  if (stop.aborted) return;
  const ends = (await writeInTurn(changes, host)).map(({ change, outcomes }) => endOf(change, outcomes));
  await reopen(ends, host);
  const failures = new Map<FamilyChange, Failure>();
  for (const end of ends) if (end.failed) failures.set(end.change, await explain(end, end.failed, host));
  for (const step of steps) {
    const failed = [...failures].filter(([change]) => isAbout(change, step));
    yield failed.length === 0 ? { id: step.id, outcome: 'applied' } : { id: step.id, ...failureOf(failed, changes) };
  }
}

interface Written {
  readonly change: FamilyChange;
  readonly outcomes: Outcome<object>[];
}

/**
 * The first requests of all changes go out together, then the second requests, and so on. A change ends at its first
 * failure.
 */
async function writeInTurn(changes: readonly FamilyChange[], host: Host): Promise<readonly Written[]> {
  const written = changes.map((change): Written => ({ change, outcomes: [] }));
  for (let turn = 0; ; turn++) {
    const open = written.flatMap(({ change, outcomes }) => {
      const writes = requestsOf(change)[turn];
      return writes !== undefined && outcomes.every((outcome) => outcome.ok) ? [{ writes, outcomes }] : [];
    });
    if (open.length === 0) return written;
    const answers = await host.write(open.map(({ writes }) => writes));
    for (const [index, { outcomes }] of open.entries()) append(outcomes, answers[index] ?? []);
  }
}

/**
 * True if this step has or had rules in the change's chain. A large file counts as well, because nobody knows which
 * rules it holds.
 */
const isAbout = ({ owner, family, before }: FamilyChange, step: FirewallExceptionStep): boolean =>
  owner === step.owner &&
  (isLarge(before.stored.file) ||
    [
      step.rules[family],
      ...[kernelRules(before), before.stored.rules].map((rules) => groupsOf(rules).get(step.comment)),
    ].some((group) => group !== undefined && !isEmptyGroup(group)));

type Failed = Outcome<object> & { readonly ok: false };

/** How far one change came. */
interface End {
  readonly change: FamilyChange;
  readonly isClosed: boolean;
  /** Some of its transactions are done. Since the first of them, no jump leads to the chain. */
  readonly isBegun: boolean;
  readonly isInKernel: boolean;
  /** The chain after the transactions that are done. */
  readonly kernel: OwnChains;
  /** The first failure. */
  readonly failed: Failed | undefined;
  /** Why the stored file is not back as it was before `closing`, although it should be. */
  reopening?: string;
}

function endOf(change: FamilyChange, ended: readonly Outcome<object>[]): End {
  const { closing, kernel, before } = change;
  const failed = ended.find((outcome): outcome is Failed => !outcome.ok);
  const done = failed === undefined ? ended.length : ended.indexOf(failed);
  const transactions = kernel.slice(0, Math.max(0, done - closing.length));
  return {
    change,
    failed,
    isClosed: done >= closing.length,
    isBegun: transactions.length > 0,
    isInKernel: done >= closing.length + kernel.length,
    kernel: transactions.at(-1)?.after ?? before.kernel,
  };
}

/** Puts stored files back whose change the kernel refused. */
async function reopen(ends: readonly End[], host: Host): Promise<void> {
  const again = ends.filter(
    ({ change, isClosed, isBegun, isInKernel }) => isClosed && !isBegun && !isInKernel && change.reopening.length > 0,
  );
  if (again.length === 0) return;
  const outcomes = await host.write(again.map(({ change }) => change.reopening)).catch(asStackwardError);
  for (const [index, end] of again.entries()) {
    const outcome = outcomes instanceof Error ? { ok: false as const, error: outcomes } : outcomes[index]?.[0];
    if (outcome?.ok === false) end.reopening = outcome.error.message;
  }
}

interface Failure {
  readonly reason: Reason;
  readonly message: string;
}

async function explain(end: End, failed: Failed, host: Host): Promise<Failure> {
  const { reason, message } = await explainWrite(end, failed, host);
  const then = end.isInKernel
    ? '; its rules are in place as declared, and what changed of them does not come back when the host starts until this is mended'
    : end.isBegun
      ? '; nothing leads to the chain any more, and the next run deletes the rest of it'
      : end.reopening !== undefined
        ? `; the kernel has it as before, and at boot it would be missing (${end.reopening})`
        : '';
  return { reason, message: message + then };
}

/**
 * iptables exits with 4 if its lock is held, and also if the chain is not empty. Only reading again distinguishes the
 * two.
 */
async function explainWrite(end: End, failed: Failed, host: Host): Promise<Failure> {
  const { change, isClosed, isInKernel } = end;
  const { family, before, kernel } = change;
  const { chain } = before.names;
  const { reason, message } = failed.error;
  const restore = kernel[0]?.write;
  const lock = restore?.verb === 'restore-tables' ? restore.lockFile : undefined;
  if (!isClosed || isInKernel) return { reason, message };
  if (failed.reason === 'absent' && lock !== undefined)
    return {
      reason,
      message: `${message}: the agent's lock ${lock} is made by the agent when it first runs; start it, or correct "services.neutron.configFiles" in stackward.yaml`,
    };
  if (failed.reason !== 'busy' && failed.reason !== 'rejected') return { reason, message };
  const now = await host
    .read([{ verb: 'save-tables', family: family === 'ipv4' ? 4 : 6 }])
    .then(([tables]) => findOwnChains(parseRuleset(valueOf(tables).text), chain))
    .catch(asStackwardError);
  if (now instanceof Error) return { reason, message: `${message}; another look failed: ${now.message}` };
  const isAsSeen = ownTables.every((table) => JSON.stringify(now[table]) === JSON.stringify(end.kernel[table]));
  return isAsSeen
    ? { reason, message }
    : {
        reason: 'StalePlan',
        message: `the chain ${chain} is not as it was seen, so the rest of its change was left out; plan again (${message})`,
      };
}

function failureOf(
  failed: readonly (readonly [FamilyChange, Failure])[],
  changes: readonly FamilyChange[],
): Pick<StepResult, 'outcome' | 'reason' | 'message'> {
  const [first] = failed;
  const words = failed.map(([change, { message }]) => `${familyNames[change.family]}: ${message}`);
  const done = changes.filter(
    (change) => change.owner === first?.[0].owner && !failed.some(([failure]) => failure === change),
  );
  const also = done.map(({ family }) => `${familyNames[family]} is done`);
  return {
    outcome: 'failed',
    message: [...words, ...also].join('; '),
    ...defined({ reason: first?.[1].reason }),
  };
}

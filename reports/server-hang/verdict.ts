/**
 * Finds why a server hangs in BUILD or in another task, or why it failed. The verdict has every cause: it is named,
 * ruled out, or nobody could look at it. It also lists the last two, because the person on call would check these next.
 * Pure.
 */
import { hostOf, whyHostUntold, type HangFacts } from './facts';
import { computes } from './causes/compute';
import { control } from './causes/control';
import { failures } from './causes/failure';
import { judgeRecord } from './causes/recorded';
import { queues } from './causes/queues';
import { causes, type Cause } from './cause-names';
import { ruledOut, type Examined, type Finding, type Named } from './finding';
import { failureWords, situationFrom, type Situation } from './situation';
import { taskOf } from './tasks';

export interface Verdict {
  readonly situation: Situation;
  /** The host that has the server, or that the scheduler chose for it. */
  readonly host: string | undefined;
  readonly named: readonly Named[];
  readonly ruledOut: readonly { readonly cause: Cause; readonly because: string }[];
  readonly notLookedAt: readonly { readonly cause: Cause; readonly why: string }[];
}

export function whyServerHangs(facts: HangFacts, show: (time: Date) => string): Verdict {
  const situation = situationFrom(facts);
  const host = hostOf(facts);
  const words = situation.is === 'failed' ? failureWords(facts) : '';
  const record = judgeRecord(facts, words);
  const hostUntold = host === undefined ? whyHostUntold(facts) : undefined;
  const examined: Examined = { facts, situation, host, hostUntold, task: taskOf(facts.server), words, record, show };
  const isInTrouble = situation.is === 'under way' || situation.is === 'failed';
  const findings = isInTrouble
    ? explained([control, queues, computes, failures].flatMap((judge) => judge(examined)))
    : [];
  return {
    situation,
    host,
    named: findings.flatMap((finding) => (finding.is === 'named' ? [withoutIs(finding)] : [])),
    ruledOut: findings.flatMap((finding) => (finding.is === 'ruled out' ? [withoutIs(finding)] : [])),
    notLookedAt: findings.flatMap((finding) => (finding.is === 'not looked at' ? [withoutIs(finding)] : [])),
  };
}

const whoTakes: readonly Cause[] = ['control-dead', 'compute-dead', 'compute-forced-down', 'broker-stuck'];

/**
 * Causes that only follow from others, each with the test for a cause that explains it. For example, if nobody takes
 * from a queue because its service is dead, the queue is no cause of its own. If the receiver is dead, its message
 * isn't lost.
 */
const consequences: Partial<Record<Cause, (named: Cause) => boolean>> = {
  'queue-unserved': (cause) => whoTakes.includes(cause),
  'queue-full': (cause) => whoTakes.includes(cause),
  'message-lost': (cause) => cause !== 'message-lost',
};

function explained(findings: readonly Finding[]): readonly Finding[] {
  const found = findings.filter(({ is }) => is === 'named').map(({ cause }) => cause);
  return findings.map((finding): Finding => {
    const { cause } = finding;
    const better = finding.is === 'named' ? found.find((named) => consequences[cause]?.(named)) : undefined;
    return better === undefined ? finding : ruledOut(cause, `another cause explains the silence: ${causes[better]}`);
  });
}

function withoutIs<Kind extends Finding>({ is: _, ...rest }: Kind): Omit<Kind, 'is'> {
  return rest;
}

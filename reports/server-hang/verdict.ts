/**
 * Why a server hangs in BUILD or another task, or failed. Each cause is named, ruled out, or could not be looked at; the
 * last two are told as well, because they are what whoever is on call would try next. Pure.
 */
import { hostOf, type HangFacts } from './facts';
import { computes } from './causes/compute';
import { control } from './causes/control';
import { failures } from './causes/failure';
import { judgeRecord } from './causes/recorded';
import type { Cause, Examined, Finding, Named } from './finding';
import { failureWords, situationFrom, type Situation } from './situation';

export interface Verdict {
  readonly situation: Situation;
  /** That has it, or was chosen for it. */
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
  const examined: Examined = { facts, situation, host, words, record, show };
  const findings =
    situation.is === 'at rest' ? [] : explained([control, computes, failures].flatMap((judge) => judge(examined)));
  return {
    situation,
    host,
    named: findings.flatMap((finding) => (finding.is === 'named' ? [withoutIs(finding)] : [])),
    ruledOut: findings.flatMap((finding) => (finding.is === 'ruled out' ? [withoutIs(finding)] : [])),
    notLookedAt: findings.flatMap((finding) => (finding.is === 'not looked at' ? [withoutIs(finding)] : [])),
  };
}

/** A message that lies before somebody who is dead is not lost. */
function explained(findings: readonly Finding[]): readonly Finding[] {
  const better = findings.find((finding) => finding.is === 'named' && finding.cause !== 'message-lost');
  if (better === undefined) return findings;
  return findings.map((finding): Finding =>
    finding.is === 'named' && finding.cause === 'message-lost'
      ? { is: 'ruled out', cause: finding.cause, because: 'another cause explains the silence' }
      : finding,
  );
}

function withoutIs<Kind extends Finding>({ is: _, ...rest }: Kind): Omit<Kind, 'is'> {
  return rest;
}

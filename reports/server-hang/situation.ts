/** What a server is doing, where, and in which words its last failure was recorded. Pure. */
import type { Server } from '../../lib/contract/report-ports';
import type { ServerAction } from '../../lib/contract/server-ports';
import type { HangFacts } from './facts';

/** A task that takes longer hangs, unless somebody is seen at work on it. */
export const patienceSeconds = 600;

export type Situation =
  /** `what`: `BUILD (scheduling)`. */
  | { readonly is: 'under way'; readonly what: string; readonly seconds: number | undefined }
  | { readonly is: 'failed'; readonly message: string }
  | { readonly is: 'at rest' };

type Told = Pick<Server, 'status' | 'taskState' | 'created' | 'updated' | 'fault'>;

/** @param action the last */
export function situationOf(server: Told, now: Date, action?: ServerAction): Situation {
  const { status, taskState, created, updated, fault } = server;
  if (status === 'ERROR' && taskState === undefined)
    return { is: 'failed', message: fault?.message ?? 'Nova tells no reason' };
  if (taskState === undefined && status !== 'BUILD') return { is: 'at rest' };
  // Whatever is written about a server moves `updated`; an action says when the task began.
  const since = status === 'BUILD' ? created : (action?.startedAt ?? updated);
  const seconds = since && (now.getTime() - since.getTime()) / 1000;
  return { is: 'under way', what: `${status}${taskState === undefined ? '' : ` (${taskState})`}`, seconds };
}

export const isHanging = (situation: Situation): boolean =>
  situation.is === 'under way' && (situation.seconds ?? 0) > patienceSeconds;

export const lastAction = ({ actions }: HangFacts): ServerAction | undefined =>
  actions.isRead ? actions.value.at(-1) : undefined;

export const situationFrom = (facts: HangFacts): Situation => situationOf(facts.server, facts.now, lastAction(facts));

/** All that Nova keeps of the failure, and what its logs have: a build that was tried on all hosts tells its cause there alone. */
export function failureWords(facts: HangFacts): string {
  const { fault, faultDetails = '' } = facts.server;
  const failed = facts.actions.isRead
    ? facts.actions.value.filter(({ events }) => events?.some(({ result }) => result === 'Error')).at(-1)
    : undefined;
  const traces = (failed?.events ?? []).map(({ traceback = '' }) => traceback);
  return [fault?.message ?? '', faultDetails, ...traces, ...errorLines(facts)].join('\n');
}

export const errorLines = ({ logs }: HangFacts): readonly string[] =>
  logs.flatMap(({ traces }) => (traces.isRead ? traces.value.flatMap(({ errors }) => errors) : []));

/** The line of a failure that says most: `nova.exception.PortBindingFailed: Binding failed for port …`. */
export function lineWith(words: string, pattern: RegExp): string | undefined {
  const line = words.split('\n').findLast((each) => pattern.test(each));
  return line?.trim().slice(0, 300);
}

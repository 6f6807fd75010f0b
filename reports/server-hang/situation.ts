/** Finds out what a server is doing, on which host, and how its last failure was recorded. Pure. */
import type { Server } from '../../lib/contract/report-ports';
import type { ServerAction } from '../../lib/contract/server-ports';
import type { HangFacts } from './facts';
import type { LogTrace } from './logs';
import { taskOf } from './tasks';

/** After this time, a task counts as hanging, unless a service is visibly working on it. */
export const patienceSeconds = 600;
/** After this time, an unconfirmed resize counts as forgotten. It takes up room on two hosts. */
const forgottenSeconds = 24 * 3600;

export type Situation =
  /** `what`: `BUILD (scheduling)`. */
  | { readonly is: 'under way'; readonly what: string; readonly seconds: number | undefined }
  /** Somebody has to confirm or revert the resize. */
  | { readonly is: 'waits for a person'; readonly seconds: number | undefined }
  | { readonly is: 'failed'; readonly message: string }
  | { readonly is: 'at rest' };

type Told = Pick<Server, 'status' | 'taskState' | 'created' | 'updated' | 'fault'>;

/** The reason of a server in ERROR if Nova keeps no fault, or doesn't show it. */
export const noReason = 'Nova tells no reason';

/** @param action the last action */
export function situationOf(server: Told, now: Date, action?: ServerAction): Situation {
  const { status, taskState, created, updated, fault } = server;
  if (status === 'ERROR' && taskState === undefined) return { is: 'failed', message: fault?.message ?? noReason };
  // Any write to the server's row moves `updated`. The start of the action is the start of the task.
  const begun = action?.startedAt ?? updated;
  const ago = (since: Date | undefined) => since && (now.getTime() - since.getTime()) / 1000;
  if (taskState === undefined && status === 'VERIFY_RESIZE') return { is: 'waits for a person', seconds: ago(begun) };
  if (taskState === undefined && status !== 'BUILD') return { is: 'at rest' };
  const seconds = ago(status === 'BUILD' && taskOf(server).kind === 'build' ? created : begun);
  return { is: 'under way', what: `${status}${taskState === undefined ? '' : ` (${taskState})`}`, seconds };
}

export const isHanging = (situation: Situation): boolean =>
  situation.is === 'under way' && (situation.seconds ?? 0) > patienceSeconds;

export const isForgotten = (situation: Situation): boolean =>
  situation.is === 'waits for a person' && (situation.seconds ?? 0) > forgottenSeconds;

export const lastAction = ({ actions }: Pick<HangFacts, 'actions'>): ServerAction | undefined =>
  actions.isRead ? actions.value.at(-1) : undefined;

export const situationFrom = (facts: HangFacts): Situation => situationOf(facts.server, facts.now, lastAction(facts));

/**
 * Everything that Nova's database and logs have about the failure. If all hosts were tried, only the logs have the
 * cause.
 */
export function failureWords(facts: HangFacts): string {
  const { fault, faultDetails = '' } = facts.server;
  const failed = facts.actions.isRead
    ? facts.actions.value.filter(({ events }) => events?.some(({ result }) => result === 'Error')).at(-1)
    : undefined;
  const traces = (failed?.events ?? []).map(({ traceback = '' }) => traceback);
  return [fault?.message ?? '', faultDetails, ...traces, ...errorLines(facts)].join('\n').trim();
}

/** In the logs that were searched. */
export const tracesOf = ({ logs }: Pick<HangFacts, 'logs'>): readonly LogTrace[] =>
  logs.flatMap(({ traces }) => (traces.isRead ? traces.value : []));

export const errorLines = (facts: Pick<HangFacts, 'logs'>): readonly string[] =>
  tracesOf(facts).flatMap(({ errors }) => errors);

/** The most informative line of a failure: `nova.exception.PortBindingFailed: Binding failed for port …`. */
export function lineWith(words: string, pattern: RegExp): string | undefined {
  const line = words.split('\n').findLast((each) => pattern.test(each));
  return line?.trim().slice(0, 300);
}

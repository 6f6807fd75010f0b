/** A verdict in words. Pure. */
import type { WholeServer } from '../../lib/contract/server-ports';
import { sayDuration } from '../../lib/render/table';
import type { HangFacts } from './facts';
import { causes } from './cause-names';
import { isHanging, lastAction } from './situation';
import { taskOf } from './tasks';
import type { Verdict } from './verdict';

export const subjectOfServer = ({ server }: { readonly server: Pick<WholeServer, 'id' | 'name'> }): string =>
  `server ${server.name} (${server.id})`;

/** Such as `It has been in BUILD (scheduling) for 25 min.` */
export function saySituation({ situation }: Verdict, facts: HangFacts): string {
  if (situation.is === 'failed') return `It is in ERROR: ${situation.message.split('\n')[0] ?? ''}`;
  if (situation.is === 'under way')
    return `It has been in ${situation.what} for ${sayDuration(situation.seconds)}: ${taskOf(facts.server).waits}.`;
  if (situation.is === 'waits for a person')
    return `It has been in VERIFY_RESIZE for ${sayDuration(situation.seconds)}: it runs with its new size, keeps its old disk and room on its old host, and waits until somebody confirms or reverts its resize.`;
  const { status } = facts.server;
  const action = lastAction(facts);
  const failed = action?.events?.some(({ result }) => result === 'Error') === true;
  const last = action === undefined ? '' : ` Its last action, ${action.action}, ${failed ? 'failed' : 'ended'}.`;
  return `It is ${status}, and no task is under way.${last}`;
}

/** One paragraph about excluded causes, and one about causes that nobody looked at. */
export function sayRest({ ruledOut, notLookedAt }: Verdict): readonly string[] {
  const paragraph = (head: string, items: readonly string[]) => (items.length === 0 ? [] : [`${head}: ${items.join('; ')}.`]); // prettier-ignore
  return [
    ...paragraph('Not looked at', notLookedAt.map(({ cause, why }) => `${causes[cause]} (${why})`)), // prettier-ignore
    ...paragraph(
      'Ruled out',
      ruledOut.map(({ cause, because }) => `${causes[cause]} (${because})`),
    ),
  ];
}

export const isUnexplained = ({ named, situation }: Verdict): boolean =>
  named.length === 0 && (situation.is === 'failed' || isHanging(situation));

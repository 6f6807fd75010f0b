/** Turns the readings of one server into hops, a verdict and a time line. Pure. */
import { defined } from '../../../lib/basics/defined';
import type { Verdict } from '../../server-hang/verdict';
import { whyServerHangs } from '../../server-hang/verdict';
import { isUnexplained, sayRest, saySituation, subjectOfServer } from '../../server-hang/words';
import { judgeFloatingIp } from '../floating-ip/judge';
import { broken, hopOf, proved, unreadHop, type Hop, type Leg, type Verdict as HopVerdict } from '../hop';
import { judgePort } from '../port';
import { mostRows } from './database-history';
import type { ServerSeen } from './read';
import { timelineOf, type TimelineRow } from './timeline';

export interface ServerTrace {
  readonly subject: string;
  readonly legs: readonly Leg[];
  readonly timeline: readonly TimelineRow[];
  /** Why the time line may be incomplete. */
  readonly missing: readonly string[];
}

export function traceOfServer(seen: ServerSeen, show: (time: Date) => string): ServerTrace {
  const { facts, ports, floating, history } = seen;
  const verdict = whyServerHangs(facts, show);
  const known = history.isRead ? history.value : undefined;
  const actions = known?.actions ?? (facts.actions.isRead ? facts.actions.value : []);
  const { fault, faultDetails } = facts.server;
  const last = fault === undefined ? [] : [{ ...fault, ...defined({ details: faultDetails }) }];
  const own = ports.isRead
    ? ports.value.flatMap((port) => judgePort(port))
    : [{ title: 'Its ports', hops: [unreadHop('ports', 'Neutron', ports)] }];
  return {
    subject: subjectOfServer(facts),
    legs: [
      { title: 'The server', hops: [stateHop(seen, verdict)] },
      ...own,
      ...floating.flatMap((each) => withoutKnown(judgeFloatingIp(each, { protocol: 'icmp' }), own)),
    ],
    timeline: timelineOf(facts.server, actions, known?.faults ?? last),
    missing: missingOf({ facts, history }),
  };
}

/** Shows each hop of a port only once, in the part about the port. */
function withoutKnown(legs: readonly Leg[], known: readonly Leg[]): readonly Leg[] {
  const said = new Set(known.flatMap(({ hops }) => hops.map(({ name, found }) => `${name}: ${found}`)));
  return legs.map(({ title, hops }) => ({
    title,
    hops: hops.filter(({ name, found }) => !said.has(`${name}: ${found}`)),
  }));
}

const stateHop = ({ server, facts }: ServerSeen, verdict: Verdict): Hop =>
  hopOf('state', verdict.host ?? 'Nova', { server }, () => judgeState(verdict, saySituation(verdict, facts)));

function judgeState(verdict: Verdict, situation: string): HopVerdict {
  const rest = sayRest(verdict);
  if (verdict.named.length > 0)
    return broken(
      [situation, ...verdict.named.map(({ found }) => found)].join(' '),
      verdict.named.map(({ step }) => step).join(' '),
      [...verdict.named.flatMap(({ evidence }) => evidence), ...rest],
    );
  if (isUnexplained(verdict))
    return broken(
      `${situation} Nothing that was looked at explains it.`,
      'read the logs of nova-conductor and nova-compute for the request of its last action',
      rest,
    );
  return proved(situation, rest);
}

function missingOf({ facts, history }: Pick<ServerSeen, 'facts' | 'history'>): readonly string[] {
  if (history.isRead && history.value !== undefined)
    return history.value.cut.map(
      (table) => `${table} has more than ${mostRows} rows of this server; the newest ${mostRows} stand here.`,
    );
  const limits =
    "The API shows only the newest actions and the last fault; name Nova's databases in stackward.yaml for all.";
  return [
    ...(history.isRead ? [] : [`Nova's database was not read: ${history.why}`]),
    ...(facts.actions.isRead ? [limits] : [`Its actions were not read: ${facts.actions.why}`]),
  ];
}

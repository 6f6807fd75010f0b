/**
 * Which cause a failure has by the words that Nova and its logs keep of it, or, where they keep none, by what the cloud
 * shows now. The words are those of Nova's exceptions from Icehouse on (nova/exception.py) and of the Neutron client.
 */
import { healthOf, type Heartbeat } from '../../heartbeats';
import { bindsPorts } from '../../l2-agents';
import type { Cause } from '../finding';
import { hostsOf, type HangFacts } from '../facts';
import { lineWith } from '../situation';

const patterns = {
  'image-missing': /Image \S+ could not be found|ImageNotFound/,
  'binding-failed': /Binding failed for port|PortBindingFailed/,
  'cell-unmapped': /is not mapped to any cell|HostMappingNotFound|CellMappingNotFound/,
  'pool-empty':
    /No fixed IP addresses available|No more IP addresses available|NoMoreFixedIps|IpAddressGenerationFailure/,
  quota: /Quota exceeded|OverQuota|TooManyInstances|Maximum number of ports exceeded|PortLimitExceeded/,
  'address-in-use': /Fixed IP address \S+ is already in use|FixedIpAlreadyInUse|IpAddressInUse/,
} as const satisfies Partial<Record<Cause, RegExp>>;
export type Recorded = keyof typeof patterns;
export const recordedCauses = Object.keys(patterns) as readonly Recorded[];

/** Every host was tried. Nova keeps the reason of none, except in the log of the last one's nova-compute. */
export const exhausted = /Exceeded maximum number of retries|MaxRetriesExceeded|Exhausted all hosts/;
export const unanswered = /MessagingTimeout|Timed out waiting for a reply/;
/** nova-compute waits for Neutron's word that a port is plugged in (vif_plugging_timeout, 300 s). */
export const unplugged =
  /Virtual Interface creation failed|VirtualInterfaceCreateException|VirtualInterfacePlugException/;
const anyConflict = /Maximum number of ports exceeded|PortLimitExceeded/;

export interface OnRecord {
  readonly cause: Recorded;
  /** Of the words; undefined: the cloud shows it. */
  readonly line: string | undefined;
}

/** Undefined: it is another failure, or none. `undecided`: these causes share their words, and the room was not looked at. */
export type Judged = OnRecord | { readonly undecided: readonly Recorded[]; readonly why: string } | undefined;

export function judgeRecord(facts: HangFacts, words: string): Judged {
  const cause = recordedCauses.find((each) => patterns[each].test(words));
  if (cause === undefined) return exhausted.test(words) ? shownBy(facts) : undefined;
  const line = lineWith(words, patterns[cause]);
  return cause === 'quota' && facts.isOld && anyConflict.test(words) ? judgeConflict(facts, line) : { cause, line };
}

const ofConflict = ['quota', 'pool-empty', 'address-in-use'] as const;

/** Nova up to Icehouse turns every 409 of Neutron into "Maximum number of ports exceeded". */
function judgeConflict(facts: HangFacts, line: string | undefined): Judged {
  const { room } = facts;
  if (!room.isRead) return { undecided: ofConflict, why: `quotas and pools were not looked at: ${room.why}` };
  const quota = quotaOf(facts);
  if (quota === 'full') return { cause: 'quota', line };
  if (room.value.pools.some(({ used, total }) => total > 0 && used >= total)) return { cause: 'pool-empty', line };
  return quota === 'untold'
    ? { undecided: ['quota', 'address-in-use'], why: 'no pool is used up, and the quota of this project is the default, which stands in neutron.conf' } // prettier-ignore
    : { cause: 'address-in-use', line };
}

/** Of the ports of its project, as it is now. `untold`: it is the default, which nobody read. */
function quotaOf({ room, server }: HangFacts): 'full' | 'free' | 'untold' {
  if (!room.isRead) return 'untold';
  const quota = room.value.quotas.find(({ projectId }) => projectId === server.projectId);
  if (quota === undefined) return 'free';
  const { limit, used } = quota;
  if (limit === undefined) return 'untold';
  return limit >= 0 && used >= limit ? 'full' : 'free';
}

function shownBy(facts: HangFacts): Judged {
  const { image } = facts;
  if (image.isRead && image.value === 'gone') return { cause: 'image-missing', line: undefined };
  if (quotaOf(facts) === 'full') return { cause: 'quota', line: undefined };
  const host = facts.actions.isRead ? hostsOf(facts.actions.value).at(-1) : undefined;
  const lacksAgent = host !== undefined && facts.agents.isRead && !facts.agents.value.some((beat) => binds(beat, host));
  return lacksAgent ? { cause: 'binding-failed', line: undefined } : undefined;
}

/** Neutron binds a port to a host whose agent for ports is alive. */
const binds = (beat: Heartbeat, host: string): boolean =>
  beat.host === host && bindsPorts(beat) && ['up', 'skewed'].includes(healthOf(beat));

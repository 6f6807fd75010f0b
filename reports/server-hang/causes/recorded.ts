/**
 * Finds the cause of a failure from the words that Nova and its logs keep. If they keep none, it looks at the present
 * state of the cloud. The words are those of Nova's exceptions since Icehouse (nova/exception.py) and of the Neutron
 * client.
 */
import { isAlive } from '../../heartbeats';
import { bindsOn } from '../../l2-agents';
import type { Cause } from '../cause-names';
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

/** Nova tried every host. It keeps no reason in the database; only the log of the last nova-compute has one. */
export const exhausted = /Exceeded maximum number of retries|MaxRetriesExceeded|Exhausted all hosts/;
export const unanswered = /MessagingTimeout|Timed out waiting for a reply/;
/** nova-compute waited for Neutron's message that a port is plugged in (vif_plugging_timeout, 300 s). */
export const unplugged =
  /Virtual Interface creation failed|VirtualInterfaceCreateException|VirtualInterfacePlugException/;
const anyConflict = /Maximum number of ports exceeded|PortLimitExceeded/;

export interface OnRecord {
  readonly cause: Recorded;
  /** The line of the words that names the cause. Undefined if only the present state of the cloud shows it. */
  readonly line: string | undefined;
}

/**
 * Undefined if nothing failed, or the failure isn't among these causes. `undecided`: these causes have the same words,
 * and the quotas and pools that would tell them apart weren't read.
 */
export type Judged = OnRecord | { readonly undecided: readonly Recorded[]; readonly why: string } | undefined;

export function judgeRecord(facts: HangFacts, words: string): Judged {
  const cause = recordedCauses.find((each) => patterns[each].test(words));
  if (cause === undefined) return exhausted.test(words) ? shownBy(facts) : undefined;
  const line = lineWith(words, patterns[cause]);
  return cause === 'quota' && facts.isOld && anyConflict.test(words) ? judgeConflict(facts, line) : { cause, line };
}

const ofConflict = ['quota', 'pool-empty', 'address-in-use'] as const;

/** Nova up to Icehouse answers "Maximum number of ports exceeded" to every 409 of Neutron. */
function judgeConflict(facts: HangFacts, line: string | undefined): Judged {
  const { room } = facts;
  if (!room.isRead) return { undecided: ofConflict, why: `quotas and pools were not looked at: ${room.why}` };
  const quota = quotaOf(facts);
  if (quota === 'full') return { cause: 'quota', line };
  if (room.value.pools.some(({ used, total }) => total > 0 && used >= total)) return { cause: 'pool-empty', line };
  return quota === 'untold'
    ? { undecided: ['quota', 'address-in-use'], why: 'no pool is used up, and the quota of this project is the default, which is in neutron.conf' } // prettier-ignore
    : { cause: 'address-in-use', line };
}

/** The project's quota of ports, as it is now. `untold`: the project has the default quota, which nobody read. */
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
  const lacksAgent = host !== undefined && facts.agents.isRead && !bindsOn(host, facts.agents.value).some(isAlive);
  return lacksAgent ? { cause: 'binding-failed', line: undefined } : undefined;
}

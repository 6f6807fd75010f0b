/** Decides whether the security groups of a port let a packet in, from their rules in Neutron's API. Pure. */
import type { GroupRecord, GroupRule } from '../../lib/contract/trace-ports';

/** A first packet from outside: a ping, or a TCP connection to this port. */
export type Knock = { readonly protocol: 'icmp' } | { readonly protocol: 'tcp'; readonly port: number };

export const sayKnock = (knock: Knock): string => (knock.protocol === 'icmp' ? 'ICMP (ping)' : `TCP ${knock.port}`);

const everyProtocol = [undefined, 'any', '0'];
const numbers = { icmp: '1', tcp: '6' } as const;
/** The type of an echo request. Neutron stores it in the field for the first port. */
const echoType = 8;

function isAbout(rule: GroupRule, knock: Knock): boolean {
  if (rule.direction !== 'ingress' || rule.family !== 4) return false;
  if (everyProtocol.includes(rule.protocol)) return true;
  if (rule.protocol !== knock.protocol && rule.protocol !== numbers[knock.protocol]) return false;
  if (knock.protocol === 'icmp') return rule.from === undefined || rule.from === echoType;
  return knock.port >= (rule.from ?? 0) && knock.port <= (rule.to ?? rule.from ?? 65535);
}

const isFromAnywhere = ({ remotePrefix, remoteGroup, remoteAddressGroup }: GroupRule): boolean =>
  (remoteGroup ?? remoteAddressGroup) === undefined && (remotePrefix === undefined || remotePrefix.endsWith('/0'));

const sayPrefix = ({ remotePrefix, remoteAddressGroup }: GroupRule): string | undefined =>
  remoteAddressGroup === undefined ? remotePrefix : `address group ${remoteAddressGroup}`;

export type LetIn =
  | { readonly is: 'from anywhere'; readonly group: string }
  /** Prefixes, address groups, and names of groups. */
  | { readonly is: 'from some'; readonly sources: readonly string[] }
  | { readonly is: 'from nowhere' };

export function letIn(groups: readonly GroupRecord[], knock: Knock): LetIn {
  const fitting = groups.flatMap((group) =>
    group.rules.filter((rule) => isAbout(rule, knock)).map((rule) => ({ group, rule })),
  );
  const open = fitting.find(({ rule }) => isFromAnywhere(rule));
  if (open !== undefined) return { is: 'from anywhere', group: open.group.name };
  const nameOf = (id: string): string => groups.find((group) => group.id === id)?.name ?? id;
  const sources = fitting.map(({ rule }) =>
    rule.remoteGroup === undefined ? (sayPrefix(rule) ?? '') : `members of ${nameOf(rule.remoteGroup)}`,
  );
  return sources.length === 0 ? { is: 'from nowhere' } : { is: 'from some', sources: [...new Set(sources)] };
}

/** One rule in words: `tcp 22 from anywhere`. */
export const sayRule = (rule: GroupRule): string => {
  const ports =
    rule.from === undefined
      ? ''
      : rule.to === rule.from || rule.to === undefined
        ? ` ${rule.from}`
        : ` ${rule.from}-${rule.to}`;
  const source = rule.remoteGroup === undefined ? (sayPrefix(rule) ?? 'anywhere') : `group ${rule.remoteGroup}`;
  const way = rule.direction === 'ingress' ? 'from' : 'to';
  const family = rule.family === 6 ? ' (IPv6)' : '';
  return `${rule.protocol ?? 'every protocol'}${ports} ${way} ${source}${family}`;
};

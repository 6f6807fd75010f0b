/**
 * The NAT of one floating IP in what `iptables-save -c -t nat` prints in a router's namespace. Pure.
 *
 *   [4:336] -A neutron-l3-agent-PREROUTING -d 203.0.113.20/32 -j DNAT --to-destination 10.0.0.5
 *   [1:84] -A neutron-l3-agent-float-snat -s 10.0.0.5/32 -j SNAT --to-source 203.0.113.20 --random-fully
 *
 * The chains begin with the first 16 characters of the agent's name: `neutron-l3-agent`, and `neutron-vpn-agen` of the VPN
 * agent. `--random-fully` came with Newton, where iptables has it.
 */
import { defined } from '../../lib/basics/defined';

export interface NatRule {
  readonly chain: string;
  readonly text: string;
  /** The number of connections whose first packet the rule matched. */
  readonly packets?: number;
  readonly source?: string;
  readonly destination?: string;
  readonly target: string;
  /** Of DNAT and SNAT. */
  readonly translated?: string;
  /** The device that a packet must have come in by. */
  readonly input?: string;
  /** No other match than one source, one destination and one device: `! -d X` and `-p tcp` are others. */
  readonly isPlain: boolean;
}

/** Neutron's agent may write a comment. */
const comment = /-m comment --comment ("(?:[^"\\]|\\.)*"|\S+) /g;

/** `/32` is left out: iptables of every age prints it in one place or another. */
const host = (text: string | undefined): string | undefined => text?.replace(/\/32$/, '');

export function parseNat(text: string): readonly NatRule[] {
  return text.split('\n').flatMap((line) => {
    const [, packets, chain = '', rule = ''] = /^(?:\[(\d+):\d+\] )?-A (\S+) (.*)$/.exec(line) ?? [];
    if (chain === '') return [];
    const target = /(?:^| )-j (\S+)/.exec(rule)?.[1] ?? '';
    const [, source] = /(?:^| )-s (\S+)/.exec(rule) ?? [];
    const [, destination] = /(?:^| )-d (\S+)/.exec(rule) ?? [];
    const [, input] = /(?:^| )-i (\S+)/.exec(rule) ?? [];
    const [, translated] = /--to-(?:destination|source) (\S+)/.exec(rule) ?? [];
    const isPlain = /^(-[sdi] \S+ )*-j \S+( --to-\S+ \S+)?( --random(-fully)?)?$/.test(rule.replace(comment, ''));
    const more = { packets: packets === undefined ? undefined : Number(packets), translated, input };
    return [
      {
        chain,
        text: rule,
        target,
        isPlain,
        ...defined({ source: host(source), destination: host(destination), ...more }),
      },
    ];
  });
}

/** The rules that a packet may reach from this chain, in their order, through all jumps. */
export function reached(
  rules: readonly NatRule[],
  chain: string,
  seen: ReadonlySet<string> = new Set(),
): readonly NatRule[] {
  if (seen.has(chain)) return [];
  const now = new Set([...seen, chain]);
  return rules
    .filter((rule) => rule.chain === chain)
    .flatMap((rule) => {
      const isJump = rules.some((later) => later.chain === rule.target);
      return isJump ? reached(rules, rule.target, now) : [rule];
    });
}

/**
 * The first rule that translates every packet to this address.
 * @param device by which it comes in: in a distributed router's namespace the agent's rule asks for that (`-i rfp-…`, since Newton)
 */
export const destinationNat = (rules: readonly NatRule[], address: string, device?: string): NatRule | undefined =>
  reached(rules, 'PREROUTING').find(
    ({ isPlain, target, destination, input }) =>
      isPlain && target === 'DNAT' && destination === address && (input === undefined || input === device),
  );

/** The first rule that translates every packet from this address. */
export const sourceNat = (rules: readonly NatRule[], address: string): NatRule | undefined =>
  reached(rules, 'POSTROUTING').find(
    ({ isPlain, target, source, input }) => isPlain && target === 'SNAT' && source === address && input === undefined,
  );

/** A packet on its way through one host, and the hooks in which the tables see it. Pure. */
import { defined } from '../basics/defined';
import type { IpAddress, IpVersion } from '../net/ip-ranges';

/** An absent field is not known, so a rule about that field can't be judged. */
export interface Packet {
  readonly version: IpVersion;
  /** IANA's number: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6. */
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** The byte of TCP's header: 0x01 FIN, 0x02 SYN, 0x04 RST, 0x08 PSH, 0x10 ACK, 0x20 URG. */
  readonly tcpFlags?: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
  /** The source address of the frame that carries the packet. */
  readonly sourceMac?: string;
  /**
   * True for a fragment after the first, which has neither ports nor ICMP type. If the kernel tracks connections, it
   * reassembles fragments before any table sees them.
   */
  readonly isLaterFragment?: true;
}

export type Hook = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** One hook that the packet passes. A device is absent if the kernel doesn't know it in that hook. */
export interface Passage {
  readonly hook: Hook;
  /** The device that received the packet. For a packet that comes from a bridge, the bridge. */
  readonly in?: string;
  /** The device that will send the packet. For a packet that goes to a bridge, the bridge. */
  readonly out?: string;
  /** Present if the packet passes a bridge: the bridge's ports. */
  readonly bridged?: { readonly in: string; readonly out?: string };
}

/** The way that the packet takes through the host. */
export type Way =
  /** From one port of a bridge to another. */
  | { readonly is: 'bridged'; readonly bridge: string; readonly from: string; readonly to: string }
  /** To a program of the host. If the packet came through a bridge, with the bridge's port. */
  | { readonly is: 'received'; readonly device: string; readonly port?: string }
  /** From a program of the host. */
  | { readonly is: 'sent'; readonly device: string };

/** In the kernel's order. Source: net/bridge/br_netfilter_hooks.c and net/ipv4/ip_{input,forward,output}.c, Linux 6.x. */
export function passagesOf(way: Way): readonly Passage[] {
  switch (way.is) {
    case 'bridged': {
      const { bridge, from, to } = way;
      const bridged = { in: from, out: to };
      return [
        { hook: 'PREROUTING', in: bridge, bridged: { in: from } },
        { hook: 'FORWARD', in: bridge, out: bridge, bridged },
        { hook: 'POSTROUTING', out: bridge, bridged },
      ];
    }
    case 'received': {
      const { device, port } = way;
      const bridged = port === undefined ? undefined : { in: port };
      return [
        { hook: 'PREROUTING', in: device, ...defined({ bridged }) },
        { hook: 'INPUT', in: device, ...defined({ bridged }) },
      ];
    }
    case 'sent':
      return [
        { hook: 'OUTPUT', out: way.device },
        { hook: 'POSTROUTING', out: way.device },
      ];
  }
}

/** The state that conntrack gives the packet. No table shows it, so callers assume a state. */
export type ConnectionState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/**
 * The types of ICMP messages that begin a connection for conntrack. Any other ICMP message without a connection is
 * INVALID.
 */
const beginning: Readonly<Record<number, readonly number[]>> = { 1: [8, 13, 15, 17], 58: [128, 139] };
/** The messages of neighbour and listener discovery, which conntrack doesn't track. */
const untracked = [130, 131, 132, 133, 134, 135, 136, 143];

/**
 * The state of a packet that belongs to no connection which conntrack knows. With the default `nf_conntrack_tcp_loose`,
 * a lone ACK begins a connection.
 * Source: nf_conntrack_proto_{tcp,icmp,icmpv6}.c, Linux 6.x.
 */
export function firstState({ protocol, icmpType, tcpFlags }: Packet): ConnectionState {
  if (protocol === 58 && icmpType !== undefined && untracked.includes(icmpType)) return 'UNTRACKED';
  const types = beginning[protocol];
  if (types && icmpType !== undefined) return types.includes(icmpType) ? 'NEW' : 'INVALID';
  if (protocol !== 6 || tcpFlags === undefined) return 'NEW';
  const isAlone = (flag: number): boolean => (tcpFlags & 0x17) === flag;
  return isAlone(0x02) || isAlone(0x10) ? 'NEW' : 'INVALID';
}

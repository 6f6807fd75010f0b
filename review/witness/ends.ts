/** The ends of packets that show a change, and the packets as text. Pure. */
import {
  formatAddress,
  parseAddress,
  parseCidr,
  type Cidr,
  type IpAddress,
  type IpVersion,
} from '../../lib/net/ip-ranges';
import { defined } from '../../lib/basics/defined';
import { hasPorts, protocolOf } from '../../lib/net/protocols';
import type { Packet } from '../../lib/packet-path/packet';
import { knownAfterApply } from '../terraform/attributes';

/** Addresses for documentation, which nobody has (RFC 5737 and RFC 3849). */
const somebody = { IPv4: '198.51.100.7', IPv6: '2001:db8:ffff::7' } as const;
const somebodyElse = { IPv4: '203.0.113.7', IPv6: '2001:db8:fffe::7' } as const;
export type Family = keyof typeof somebody;

export const familyOf = (address: string): Family => (address.includes(':') ? 'IPv6' : 'IPv4');
export const families: readonly Family[] = ['IPv4', 'IPv6'];
export const versionOf = (family: Family): IpVersion => (family === 'IPv4' ? 4 : 6);

function cidrOf(prefix: string, family: Family): Cidr | undefined {
  try {
    return parseCidr(prefix.includes('/') ? prefix : `${prefix}/${family === 'IPv4' ? 32 : 128}`);
  } catch {
    return undefined;
  }
}

/**
 * An address that the prefix names: somebody's where it names everybody.
 * @param peer the other end of the packet, which has another address unless the prefix names only one
 */
export function addressIn(prefix: string, family: Family, peer?: string): string | undefined {
  const anybody = somebody[family] === peer ? somebodyElse[family] : somebody[family];
  if (prefix === 'any') return anybody;
  const cidr = familyOf(prefix) === family ? cidrOf(prefix, family) : undefined;
  if (cidr === undefined) return undefined;
  const { version, first, last, prefixLength } = cidr;
  if (prefixLength <= 1) return anybody;
  const second = formatAddress(version, first === last ? first : first + 1n);
  return second === peer && first !== last ? formatAddress(version, last - first > 1n ? first + 2n : first) : second;
}

/** The address behind the prefix, or before it at the end of all addresses. Undefined where the prefix names everybody. */
export function addressBeside(prefix: string, family: Family): string | undefined {
  const cidr = prefix !== 'any' && familyOf(prefix) === family ? cidrOf(prefix, family) : undefined;
  if (cidr === undefined || cidr.prefixLength <= 1) return undefined;
  const { version, first, last } = cidr;
  const isLast = last + 1n >= 1n << (version === 4 ? 32n : 128n);
  return formatAddress(version, isLast ? first - 1n : last + 1n);
}

export interface Ends {
  /** An address, or `knownAfterApply` for the port's own address where Neutron picks it. */
  readonly from: string;
  readonly to: string;
  /** `tcp`, `icmp`, `47`. */
  readonly protocol: string;
  /** Of the destination, for a protocol with ports. */
  readonly port?: number | undefined;
  /** Default: an echo request. */
  readonly icmpType?: number | undefined;
  readonly mac?: string | undefined;
}

const echo: Readonly<Record<number, number>> = { 1: 8, 58: 128 };
const sourcePort = 40_000;

/** The first packet of a connection, as text and for the walk through tables. */
export interface Probe {
  readonly text: string;
  /** A text says why the packet can't be walked. */
  readonly packet: Packet | string;
}

/** @throws InvalidConfiguration for an end that is no address */
export function probeOf({ from, to, protocol: name, port = 443, icmpType: wanted, mac }: Ends): Probe {
  const [source, destination] = [knownOf(from), knownOf(to)];
  const version = (source ?? destination)?.version ?? 4;
  const protocol = protocolOf(name === 'icmp' && version === 6 ? 'ipv6-icmp' : name.toLowerCase());
  if (protocol === undefined)
    return {
      text: `${name} ${from} > ${to}`,
      packet: `stackward does not know the number of the protocol ${name}`,
    };
  const isWithPorts = hasPorts(protocol);
  const icmpType = echo[protocol] === undefined ? undefined : (wanted ?? echo[protocol]);
  const more: Omit<Packet, 'version' | 'source' | 'destination'> = {
    protocol,
    ...defined({
      sourcePort: isWithPorts ? sourcePort : undefined,
      destinationPort: isWithPorts ? port : undefined,
      tcpFlags: protocol === 6 ? 0x02 : undefined,
      icmpType,
      icmpCode: icmpType === undefined ? undefined : 0,
      sourceMac: mac,
    }),
  };
  const shown = (address: string, its: number | undefined): string =>
    its === undefined ? address : `${address.includes(':') ? `[${address}]` : address}:${its}`;
  const [near, far] = isWithPorts ? [sourcePort, port] : [];
  const type = wanted === undefined ? '' : ` type ${wanted}`;
  const said = /^\d+$/.test(name) ? `protocol ${name}` : name;
  const text = `${said}${type} ${shown(from, near)} > ${shown(to, far)}`;
  return source === undefined || destination === undefined
    ? { text, packet: 'Neutron picks the address of the port during the apply' }
    : { text, packet: { ...more, version, source, destination } };
}

const knownOf = (address: string): IpAddress | undefined =>
  address === knownAfterApply ? undefined : parseAddress(address);

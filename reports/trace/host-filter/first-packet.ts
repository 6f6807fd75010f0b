/** The first packet of a connection, its answer, and words for both. Pure. */
import { defined } from '../../../lib/basics/defined';
import { formatAddress, type IpAddress } from '../../../lib/net/ip-ranges';
import type { Packet } from '../../../lib/packet-path/packet';

/** A question about a packet, without the packet's source. */
export interface Asked {
  readonly to: IpAddress;
  readonly protocol: number;
  readonly destinationPort?: number;
  readonly sourcePort?: number;
}

const echo: Readonly<Record<number, readonly [number, number]>> = { 1: [8, 0], 58: [128, 129] };

/** The first packet of a connection, with the addresses as they are on the wire. */
export function firstPacket(asked: Asked, source: IpAddress): Packet {
  const { to, protocol, destinationPort, sourcePort } = asked;
  return {
    version: to.version,
    protocol,
    source,
    destination: to,
    ...defined({
      destinationPort,
      sourcePort,
      tcpFlags: protocol === 6 ? 0x02 : undefined,
      icmpType: echo[protocol]?.[0],
      icmpCode: echo[protocol] && 0,
    }),
  };
}

/** The answer to this packet. */
export function answerTo(packet: Packet): Packet {
  const { version, protocol, source, destination, sourcePort, destinationPort } = packet;
  return {
    version,
    protocol,
    source: destination,
    destination: source,
    ...defined({
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      tcpFlags: protocol === 6 ? 0x12 : undefined,
      icmpType: echo[protocol]?.[1],
      icmpCode: echo[protocol] && 0,
    }),
  };
}

export const sayAddress = ({ version, value }: IpAddress): string => formatAddress(version, value);

const names: Readonly<Record<number, string>> = { 1: 'ping', 6: 'tcp', 17: 'udp', 58: 'ping' };

/** `tcp 443`, `ping`, `protocol 47`. */
export const sayProtocol = ({ protocol, destinationPort }: Pick<Asked, 'protocol' | 'destinationPort'>): string =>
  `${names[protocol] ?? `protocol ${protocol}`}${destinationPort === undefined ? '' : ` ${destinationPort}`}`;

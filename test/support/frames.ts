/** Ethernet frames of packets, with right checksums. */
import type { IpAddress } from '../../lib/net/ip-ranges';
import type { Packet } from '../../lib/packet-path/packet';

const bytesOf = ({ version, value }: IpAddress): Buffer =>
  Buffer.from(value.toString(16).padStart(version === 4 ? 8 : 32, '0'), 'hex');

function checksum(data: Buffer): number {
  let total = 0;
  for (let index = 0; index < data.length; index += 2) total += (data[index]! << 8) | (data[index + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return ~total & 0xffff;
}

/** Where the checksum stands in each header. */
const checksumAt: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6, 58: 2 };

/** `quoted`: the packet that an ICMP error is about. */
function payloadOf(packet: Packet, number: number, quoted: Buffer): Buffer {
  const { protocol, sourcePort = 0, destinationPort = 0, tcpFlags = 0, icmpType = 0, icmpCode = 0 } = packet;
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(number, 4);
  switch (protocol) {
    case 6: {
      const head = Buffer.alloc(20);
      head.writeUInt16BE(sourcePort, 0);
      head.writeUInt16BE(destinationPort, 2);
      // One more than the other side's, which is 0 too.
      if ((tcpFlags & 0x10) !== 0) head.writeUInt32BE(1, 8);
      head[12] = 5 << 4;
      head[13] = tcpFlags;
      head.writeUInt16BE(8192, 14);
      return (tcpFlags & 2) !== 0 ? head : Buffer.concat([head, tail]);
    }
    case 17: {
      const head = Buffer.alloc(8);
      head.writeUInt16BE(sourcePort, 0);
      head.writeUInt16BE(destinationPort, 2);
      head.writeUInt16BE(16, 4);
      return Buffer.concat([head, tail]);
    }
    case 1:
    case 58: {
      const head = Buffer.alloc(8);
      head[0] = icmpType;
      head[1] = icmpCode;
      head.writeUInt16BE(quoted.length > 0 ? 0 : sourcePort, 4);
      return Buffer.concat([head, quoted.length > 0 ? quoted : tail]);
    }
    default:
      return tail;
  }
}

export interface Carried {
  /** Where the bridge takes the frame. */
  readonly to: string;
  /** Makes the frame another than all others. */
  readonly number: number;
  /** Of an ICMP error: the packet that it is about. `sourcePort` of ICMP is its id. */
  readonly about?: Buffer;
}

/** The packet from its IP header on. */
export function bytesOfPacket(packet: Packet, { number, about = Buffer.alloc(0) }: Omit<Carried, 'to'>): Buffer {
  const { version, protocol, isLaterFragment } = packet;
  const [source, destination] = [bytesOf(packet.source), bytesOf(packet.destination)];
  const payload = isLaterFragment ? Buffer.alloc(16, number) : payloadOf(packet, number, about);
  const position = isLaterFragment ? undefined : checksumAt[protocol];
  if (position !== undefined) {
    const pseudo = Buffer.alloc(8);
    pseudo.writeUInt32BE(payload.length, 0);
    pseudo.writeUInt32BE(protocol, 4);
    const summed = protocol === 1 ? payload : Buffer.concat([source, destination, pseudo, payload]);
    payload.writeUInt16BE(checksum(summed) || 0xffff, position);
  }
  if (version === 6) {
    const head = Buffer.alloc(8);
    head[0] = 6 << 4;
    head.writeUInt32BE(((6 << 28) >>> 0) | (number & 0xfffff), 0);
    head.writeUInt16BE(payload.length, 4);
    head[6] = protocol;
    head[7] = 255;
    return Buffer.concat([head, source, destination, payload]);
  }
  const head = Buffer.alloc(12);
  head[0] = 0x45;
  head.writeUInt16BE(20 + payload.length, 2);
  head.writeUInt16BE(number & 0xffff, 4);
  if (isLaterFragment) head.writeUInt16BE(64, 6);
  head[8] = 64;
  head[9] = protocol;
  head.writeUInt16BE(checksum(Buffer.concat([head, source, destination])), 10);
  return Buffer.concat([head, source, destination, payload]);
}

export function frameOf(packet: Packet, carried: Carried): string {
  const macs = Buffer.from(`${carried.to}${packet.sourceMac ?? '02:00:00:00:00:01'}`.replaceAll(':', ''), 'hex');
  const type = Buffer.from(packet.version === 4 ? '0800' : '86dd', 'hex');
  return Buffer.concat([macs, type, bytesOfPacket(packet, carried)]).toString('hex');
}

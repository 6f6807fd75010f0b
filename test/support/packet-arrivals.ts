/** Random packets for a scene, and the state that the kernel's conntrack gives each. */
import { defined } from '../../lib/basics/defined';
import { formatAddress, parseAddress, type IpAddress } from '../../lib/net/ip-ranges';
import { findPrefix } from '../../lib/packet-path/ip-sets';
import { firstState, type ConnectionState, type Packet, type Way } from '../../lib/packet-path/packet';
import { bytesOfPacket, frameOf } from './frames';
import type { Scene } from './packet-scenes';
import type { Random } from './random';

type Bridged = Way & { readonly is: 'bridged' };

export interface Sent {
  readonly packet: Packet;
  readonly way: Bridged;
  readonly state: ConnectionState;
  /** True for the first packet of its connection. */
  readonly isFirst: boolean;
  readonly hex: string;
  readonly number: number;
}

const textOf = ({ version, value }: IpAddress): string => formatAddress(version, value);

/** The connection as the side that began it sees it. ICMP has an id in place of ports. */
const keyOf = (
  bridge: string,
  { protocol, source, destination, sourcePort = 0, destinationPort = 0 }: Packet,
): string => [bridge, protocol, textOf(source), sourcePort, textOf(destination), destinationPort].join(' ');

const turned = (packet: Packet): Packet => {
  const { source, destination, sourcePort = 0, destinationPort = 0, protocol } = packet;
  const isEcho = protocol === 1 || protocol === 58;
  const ports = isEcho ? {} : { sourcePort: destinationPort, destinationPort: sourcePort };
  return { ...packet, source: destination, destination: source, ...ports };
};

/** Connections that the kernel has seen pass. */
class Connections {
  readonly #hasReply = new Map<string, boolean>();

  stateOf(bridge: string, packet: Packet): ConnectionState {
    const reply = keyOf(bridge, turned(packet));
    if (this.#hasReply.has(reply)) {
      this.#hasReply.set(reply, true);
      return 'ESTABLISHED';
    }
    return this.#hasReply.get(keyOf(bridge, packet)) === true ? 'ESTABLISHED' : firstState(packet);
  }

  isKnown(bridge: string, packet: Packet): boolean {
    return [packet, turned(packet)].some((way) => this.#hasReply.has(keyOf(bridge, way)));
  }

  begin(bridge: string, packet: Packet): void {
    const key = keyOf(bridge, packet);
    if (!this.#hasReply.has(key)) this.#hasReply.set(key, false);
  }
}

const flags = [0x02, 0x02, 0x02, 0x10, 0x12, 0x04, 0x14, 0x11, 0x18, 0x03, 0x01, 0x00];

export class Arrivals {
  readonly #connections = new Connections();
  /** They passed, so a reply has a connection. */
  readonly #passed: Sent[] = [];
  readonly #addresses: readonly string[];
  readonly #macs: readonly string[];
  #number = 0;

  constructor(
    private readonly scene: Scene,
    private readonly random: Random,
  ) {
    const { tables, sets, version } = scene;
    const named = [...`${tables}\n${sets}`.matchAll(/(?:-s|-d|add \S+) ([0-9a-f.:/]+)/g)].map(([, text = '']) => text);
    const foreign = version === 4 ? ['198.51.100.9', '203.0.113.77', '10.20.2.200'] : ['2001:db8:9::9', 'fe80::77'];
    this.#addresses = [...named, ...foreign].filter((text) => findPrefix(text)?.version === version);
    const macs = [...tables.matchAll(/--mac-source (\S+)/g)].map(([, mac = '']) => mac.toLowerCase());
    this.#macs = [...new Set([...macs, 'fa:16:3e:aa:bb:cc', 'fa:16:3e:0d:0e:0f'])];
  }

  next(): Sent {
    const { random } = this;
    this.#number += 1;
    const opener =
      this.scene.tracking === 'replies' && this.#passed.length > 0 && random.chance(0.3)
        ? random.pick(this.#passed)
        : undefined;
    return opener ? this.#answer(opener) : this.#send(this.#packet(), this.#way());
  }

  /** True if the kernel let the packet pass. */
  passed(sent: Sent): void {
    if (sent.state === 'NEW') {
      this.#connections.begin(sent.way.bridge, sent.packet);
      const { protocol, tcpFlags } = sent.packet;
      if ([1, 17, 58].includes(protocol) || tcpFlags === 2) this.#passed.push(sent);
    }
  }

  /** A reply, an error about it, or once more the same. */
  #answer({ packet, way, number }: Sent): Sent {
    const back = { ...way, from: way.to, to: way.from };
    const { version, protocol } = packet;
    const choice = this.random.below(protocol === 6 ? 2 : 3);
    if (choice === 2) return this.#send(packet, way);
    if (choice === 1 || (protocol !== 6 && protocol !== 17)) {
      if (protocol === 1 || protocol === 58) {
        const type = { 8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140 }[packet.icmpType ?? 0];
        if (type !== undefined) return this.#send({ ...turned(packet), icmpType: type }, back);
      }
      const error = {
        ...turned(packet),
        protocol: version === 4 ? 1 : 58,
        icmpType: version === 4 ? 3 : 1,
        icmpCode: 1,
      };
      const about = bytesOfPacket(packet, { number });
      return this.#finish({ ...error, sourceMac: this.random.pick(this.#macs) }, back, 'RELATED', about);
    }
    const tcpFlags = protocol === 6 ? 0x12 : undefined;
    return this.#send({ ...turned(packet), sourceMac: this.random.pick(this.#macs), ...defined({ tcpFlags }) }, back);
  }

  #send(packet: Packet, way: Bridged): Sent {
    return this.#finish(packet, way, this.#connections.stateOf(way.bridge, packet));
  }

  #finish(packet: Packet, way: Bridged, state: ConnectionState, about?: Buffer): Sent {
    const isFirst = about === undefined && !this.#connections.isKnown(way.bridge, packet);
    const number = this.#number;
    const bridge = this.scene.bridges.find(({ name }) => name === way.bridge);
    const to = bridge?.ports.find(({ name }) => name === way.to)?.mac ?? '';
    const hex = frameOf(packet, { to, number, ...defined({ about }) });
    return { packet, way, state, isFirst, hex, number };
  }

  #way(): Bridged {
    const { name, ports } = this.random.pick(this.scene.bridges);
    const from = this.random.pick(ports).name;
    const to = this.random.pick(ports.filter((port) => port.name !== from)).name;
    return { is: 'bridged', bridge: name, from, to };
  }

  #address(): IpAddress {
    const { version, first, length } = findPrefix(this.random.pick(this.#addresses))!;
    const bits = (version === 4 ? 32 : 128) - length;
    return { version, value: first + BigInt(this.random.below(2 ** Math.min(bits, 8))) };
  }

  #packet(): Packet {
    const { random, scene } = this;
    const { version, tracking } = scene;
    const source = this.#address();
    const found = this.#address();
    // If source and destination were equal, the packet would be its own answer.
    const destination = found.value === source.value ? { version, value: found.value ^ 1n } : found;
    const base = { version, source, destination, sourceMac: random.pick(this.#macs) };
    // No two connections are equal, so the state of each is known.
    const sourcePort = 2048 + (this.#number % 60_000);
    const kind = random.fraction();
    if (kind < 0.08) return dhcp(random, base);
    const isLaterFragment = defined({
      isLaterFragment: tracking === 'none' && version === 4 && random.chance(0.15) ? (true as const) : undefined,
    });
    if (kind < 0.4) {
      const destinationPort = random.pick([22, 23, 53, 80, 443, 1023, 1024, 1500, 30_000]);
      return { ...base, protocol: 6, sourcePort, destinationPort, tcpFlags: random.pick(flags), ...isLaterFragment };
    }
    if (kind < 0.75) {
      const destinationPort = random.pick([22, 53, 67, 68, 547, 1000, 1500, 2001, 40_000]);
      return { ...base, protocol: 17, sourcePort, destinationPort, ...isLaterFragment };
    }
    if (kind < 0.92) {
      const types = version === 4 ? [8, 8, 8, 0, 3, 11, 13, 5] : [128, 128, 128, 129, 1, 134, 135, 136, 143];
      return { ...base, protocol: version === 4 ? 1 : 58, icmpType: random.pick(types), icmpCode: 0, sourcePort };
    }
    // Each sender has its own address, so that no packet answers another by chance.
    const value = base.source.value - (base.source.value % 256n) + BigInt(this.#number % 256);
    return { ...base, protocol: random.pick([47, 50, 89]), source: { version, value } };
  }
}

/** A DHCP packet of a client or of a server. */
function dhcp(random: Random, base: Omit<Packet, 'protocol'>): Packet {
  const { version } = base;
  const client = random.chance(0.6);
  const [sourcePort, destinationPort] =
    version === 4 ? (client ? [68, 67] : [67, 68]) : client ? [546, 547] : [547, 546];
  const packet = { ...base, protocol: 17, sourcePort: sourcePort!, destinationPort: destinationPort! };
  if (version === 6 || !client || random.chance(0.5)) return packet;
  return { ...packet, source: parseAddress('0.0.0.0'), destination: parseAddress('255.255.255.255') };
}

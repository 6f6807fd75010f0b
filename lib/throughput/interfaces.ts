/** The network devices of a host with their addresses and counters, by iproute2. Pure. */
import { parseAddresses } from '../net/device-addresses';
import { holds, isLinkLocal, networkOf, parseAddress } from '../net/ip-ranges';

export interface Interface {
  readonly name: string;
  readonly mtu: number;
  /** With their prefix lengths; no link-local and no loopback addresses. */
  readonly addresses: readonly string[];
  /** Received and sent since the start; undefined if the line has no such counters. */
  readonly bytes: number | undefined;
}

function bytesOf(line: string): number | undefined {
  const [received, sent] = ['RX', 'TX'].map((way) => new RegExp(`${way}:[^\\\\]*\\\\\\s*(\\d+)\\s`).exec(line)?.[1]);
  return received === undefined || sent === undefined ? undefined : Number(received) + Number(sent);
}

const isUsable = (address: string): boolean =>
  !/^(127\.|::1$)/.test(address) && !isLinkLocal(parseAddress(address)) && !address.startsWith('169.254.');

/**
 * @param links of `ip -s -o link`
 * @param addresses of `ip -o addr show`
 */
export function parseInterfaces(links: string, addresses: string): readonly Interface[] {
  const known = parseAddresses(addresses);
  return links.split('\n').flatMap((line) => {
    const [, name, mtu] = /^\d+: ([^\s:@]+)(?:@[^\s:]+)?: <[^>]*> mtu (\d+)/.exec(line) ?? [];
    if (name === undefined || mtu === undefined) return [];
    const own = known.filter(({ device, address }) => device === name && isUsable(address));
    return [
      {
        name,
        mtu: Number(mtu),
        addresses: own.map(({ address, prefix }) => `${address}/${prefix}`),
        bytes: bytesOf(line),
      },
    ];
  });
}

export const addressOf = (text: string): string => text.split('/', 1)[0] ?? '';

/** The addresses of `to` in networks that `from` is in as well; IPv6 only where no IPv4 address is. */
export function sharedAddresses(from: readonly Interface[], to: readonly Interface[]): readonly string[] {
  const own = from.flatMap(({ addresses }) => addresses);
  const networks = own.map((text) => networkOf(text));
  const shared = to
    .flatMap(({ addresses }) => addresses.map(addressOf))
    .filter((address) => !own.some((text) => addressOf(text) === address))
    .filter((address) => networks.some((network) => holds(network, parseAddress(address))));
  const old = shared.filter((address) => !address.includes(':'));
  return old.length > 0 ? old : shared;
}

/** The device of `ip -o route get ADDRESS`. */
export const routedBy = (text: string): string | undefined => / dev (\S+)/.exec(text)?.[1];

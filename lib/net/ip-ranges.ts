/**
 * Address arithmetic for both families, on closed ranges of integers.
 *
 * Neutron compares addresses as strings, so every address is written in netaddr's canonical form (`str(IPAddress)`).
 * The library ip-address writes the same form (RFC 5952), except for IPv4 inside IPv6, which nothing here accepts.
 */
import { Address6 } from 'ip-address';
import { InvalidConfiguration } from '../basics/errors';

export type IpVersion = 4 | 6;

export interface IpAddress {
  readonly version: IpVersion;
  readonly value: bigint;
}

/** Both ends belong to the range; `first <= last`. */
export interface IpRange {
  readonly version: IpVersion;
  readonly first: bigint;
  readonly last: bigint;
}

export interface Cidr extends IpRange {
  readonly prefixLength: number;
}

/** @throws InvalidConfiguration for anything but one plain address (no prefix, no zone, no IPv4 inside IPv6) */
export function parseAddress(text: string): IpAddress {
  const plain = parsePlainIpv4(text);
  if (plain !== undefined) return { version: 4, value: BigInt(plain) };
  try {
    if (text.includes(':') && !/[./%]/.test(text)) return { version: 6, value: new Address6(text).bigInt() };
  } catch {
    // The error below has the better message.
  }
  throw new InvalidConfiguration(
    `"${text}" is not an IP address; write one address such as 198.51.100.7 or 2001:db8::7`,
  );
}

/**
 * Reads four decimal numbers up to 255 without leading zeros, digit by digit. A plan of 1,000 subnets reads some 50,000
 * addresses, and the library ip-address takes ten times as long for each.
 */
function parsePlainIpv4(text: string): number | undefined {
  let value = 0;
  let dots = 0;
  let octet = -1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 46) {
      if (octet < 0 || dots === 3) return undefined;
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else {
      if (code < 48 || code > 57 || octet === 0) return undefined;
      octet = (octet < 0 ? 0 : octet * 10) + code - 48;
      if (octet > 255) return undefined;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined;
}

export function formatAddress(version: IpVersion, value: bigint): string {
  if (version === 6) return Address6.fromBigInt(value).correctForm();
  const number = Number(value);
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

/** The spelling that Neutron stores: `2001:DB8:0::7` → `2001:db8::7`. */
export function canonicalAddress(text: string): string {
  const { version, value } = parseAddress(text);
  return formatAddress(version, value);
}

/** @throws InvalidConfiguration when the ends are of two families or in the wrong order */
export function parseRange(range: { readonly start: string; readonly end: string }): IpRange {
  const first = parseAddress(range.start);
  const last = parseAddress(range.end);
  if (first.version !== last.version)
    throw new InvalidConfiguration(
      `the pool ${range.start}-${range.end} mixes IPv4 and IPv6; give both ends in one family`,
    );
  if (first.value > last.value)
    throw new InvalidConfiguration(
      `the pool ${range.start}-${range.end} ends before it starts; write it as ${range.end}-${range.start}`,
    );
  return { version: first.version, first: first.value, last: last.value };
}

/** `198.51.100.7-198.51.100.9`, or a single address if the range has only one. */
export function formatRange(range: IpRange): string {
  const first = formatAddress(range.version, range.first);
  return range.first === range.last ? first : `${first}-${formatAddress(range.version, range.last)}`;
}

/** @throws InvalidConfiguration for anything but `address/length`, or when host bits are set */
export function parseCidr(text: string): Cidr {
  const [host = '', length = ''] = text.split('/');
  const bits = host.includes(':') ? 128 : 32;
  const prefixLength = /^\d{1,3}$/.test(length) ? Number(length) : bits + 1;
  if (text.split('/').length !== 2 || prefixLength > bits)
    throw new InvalidConfiguration(`"${text}" is not a CIDR; write it as 198.51.100.0/24 or 2001:db8::/64`);
  const { version, value } = parseAddress(host);
  const size = 1n << BigInt(bits - prefixLength);
  const first = value - (value % size);
  if (first !== value)
    throw new InvalidConfiguration(
      `${text} has host bits set; the network it lies in is ${formatAddress(version, first)}/${length}`,
    );
  return { version, first, last: first + size - 1n, prefixLength };
}

/**
 * The addresses that Neutron allows in pools: IPv4 without the network and broadcast addresses (a /31 or /32 whole),
 * IPv6 without the first address.
 * Source: neutron ipam_backend_mixin.py `validate_allocation_pools`, unchanged in substance since Folsom.
 */
export function poolSpace(cidr: Cidr): IpRange {
  const { version } = cidr;
  if (cidr.last - cidr.first < 2n) return { version, first: cidr.first, last: cidr.last };
  return { version, first: cidr.first + 1n, last: version === 4 ? cidr.last - 1n : cidr.last };
}

export function holds(range: IpRange, address: IpAddress): boolean {
  return range.version === address.version && range.first <= address.value && address.value <= range.last;
}

export function isInside(inner: IpRange, outer: IpRange): boolean {
  return inner.version === outer.version && outer.first <= inner.first && inner.last <= outer.last;
}

/** IPv4 written as IPv6 (`::ffff:10.0.0.0/104`, `::10.0.0.0/104`). No packet on a wire has such an address. */
export const carriesIPv4 = (range: IpRange): boolean =>
  range.version === 6 && (range.last < 1n << 32n || (range.first >> 32n === 0xffffn && range.last >> 32n === 0xffffn));

export function overlap(a: IpRange, b: IpRange): boolean {
  return a.version === b.version && a.first <= b.last && b.first <= a.last;
}

/** `198.51.100.0/24`, as Neutron spells it. */
export const formatCidr = (cidr: Cidr): string =>
  `${formatAddress(cidr.version, cidr.first)}/${String(cidr.prefixLength)}`;

/** The network of an interface's address: `10.1.0.254/24` is in 10.1.0.0/24. @throws InvalidConfiguration */
export function networkOf(text: string): Cidr {
  const [host = '', length = '', ...more] = text.split('/');
  const { version, value } = parseAddress(host);
  const bits = version === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits || more.length > 0)
    throw new InvalidConfiguration(`"${text}" has no prefix length; write it as 10.1.0.254/24 or 2001:db8::7/64`);
  const size = 1n << BigInt(bits - Number(length));
  const first = value - (value % size);
  return { version, first, last: first + size - 1n, prefixLength: Number(length) };
}

/** fe80::/10, which exists on every link. Routers usually have an address in it. */
export const isLinkLocal = ({ version, value }: IpAddress): boolean => version === 6 && value >> 118n === 0x3fan;

/** The number of addresses. */
export function sizeOf(ranges: readonly IpRange[]): bigint {
  return ranges.reduce((sum, range) => sum + (range.last - range.first + 1n), 0n);
}

const byFirst = (a: IpRange, b: IpRange): number =>
  a.version - b.version || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0);

/** The same addresses in the fewest ranges, in order; ranges that touch become one. */
export function compact(ranges: readonly IpRange[]): IpRange[] {
  const result: IpRange[] = [];
  for (const range of [...ranges].sort(byFirst)) {
    const before = result.at(-1);
    if (before && before.version === range.version && range.first <= before.last + 1n) {
      if (range.last > before.last) result[result.length - 1] = { ...before, last: range.last };
    } else result.push(range);
  }
  return result;
}

/** The addresses of `ranges` that are in none of `holes`, compacted. */
export function subtract(ranges: readonly IpRange[], holes: readonly IpRange[]): IpRange[] {
  const sorted = compact(holes);
  const result: IpRange[] = [];
  let next = 0;
  for (const range of compact(ranges)) {
    let first = range.first;
    while (
      next < sorted.length &&
      byFirst(sorted[next] as IpRange, range) < 0 &&
      !overlap(sorted[next] as IpRange, range)
    )
      next++;
    for (let index = next; index < sorted.length; index++) {
      const hole = sorted[index] as IpRange;
      if (!overlap(hole, range)) break;
      if (hole.first > first) result.push({ version: range.version, first, last: hole.first - 1n });
      if (hole.last + 1n > first) first = hole.last + 1n;
    }
    if (first <= range.last) result.push({ version: range.version, first, last: range.last });
  }
  return result;
}

/** The addresses that are in both, compacted. */
export const intersect = (a: readonly IpRange[], b: readonly IpRange[]): IpRange[] => subtract(a, subtract(a, b));

/** One address as a range. */
export function only(address: IpAddress): IpRange {
  return { version: address.version, first: address.value, last: address.value };
}

/** All addresses of a family. */
export const everyAddress = (version: IpVersion): IpRange => ({
  version,
  first: 0n,
  last: (1n << (version === 4 ? 32n : 128n)) - 1n,
});

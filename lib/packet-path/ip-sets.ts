/**
 * Sets of addresses as `ipset save` prints them, of the two types that Neutron's agents make. Pure, and never throws.
 *
 *   create NIPv4b7e67643-c745-4b13-b524- hash:net family inet hashsize 1024 maxelem 65536
 *   add NIPv4b7e67643-c745-4b13-b524- 10.20.2.26
 *   add NIPv4b7e67643-c745-4b13-b524- 10.20.3.0/24 nomatch
 *
 * Source: ipset 7.17, ipset(8); neutron agent/linux/ipset_manager.py, `hash:ip` up to Icehouse and `hash:net` since.
 */
import { parseAddress, parseRange, type IpAddress, type IpRange, type IpVersion } from '../net/ip-ranges';

export interface IpSet {
  /** False if it isn't known here whether this set contains an address. */
  readonly isReadable: boolean;
  /** Prefix length → first address → true for `nomatch`. The longest prefix that contains the address decides. */
  readonly members: ReadonlyMap<number, ReadonlyMap<bigint, boolean>>;
}

export type IpSets = ReadonlyMap<string, IpSet>;

interface Begun {
  isReadable: boolean;
  readonly members: Map<number, Map<bigint, boolean>>;
}

/** A set with a line of an unknown form is not readable. Other sets are not affected. */
export function parseIpSets(text: string): IpSets {
  const sets = new Map<string, Begun>();
  for (const line of text.split('\n')) {
    const [command, name = '', ...words] = line
      .replace(/"(?:[^"\\]|\\.)*"/g, '""')
      .trim()
      .split(/\s+/);
    if (command === 'create') sets.set(name, { isReadable: isOfKnownType(words), members: new Map() });
    const set = sets.get(name);
    if (command === 'add' && set?.isReadable === true) set.isReadable = add(set.members, words);
  }
  return sets;
}

/** `netmask` and `bitmask` change what an address means. */
const isOfKnownType = ([type = '', ...options]: readonly string[]): boolean =>
  ['hash:net', 'hash:ip'].includes(type) && !options.some((option) => option === 'netmask' || option === 'bitmask');

/** `10.20.2.26`, `10.20.2.0/24 nomatch`, `10.20.2.26 timeout 30`. */
function add(members: Begun['members'], [element = '', ...options]: readonly string[]): boolean {
  const prefix = findPrefix(element);
  if (!prefix) return false;
  const ofLength = members.get(prefix.length) ?? new Map<bigint, boolean>();
  members.set(prefix.length, ofLength.set(prefix.first, options.includes('nomatch')));
  return true;
}

export interface Prefix {
  readonly version: IpVersion;
  readonly first: bigint;
  readonly length: number;
}

const bitsOf = (version: IpVersion): number => (version === 4 ? 32 : 128);

const firstOf = (value: bigint, version: IpVersion, length: number): bigint => {
  const host = BigInt(bitsOf(version) - length);
  return (value >> host) << host;
};

/** `10.20.2.0/24`, `10.20.2.0/255.255.255.0`, or one address. Undefined for any other text. */
export function findPrefix(text: string): Prefix | undefined {
  try {
    const [address = '', mask, ...more] = text.split('/');
    const { version, value } = parseAddress(address);
    const length = mask === undefined ? bitsOf(version) : lengthOf(mask, bitsOf(version));
    if (length === undefined || more.length > 0) return undefined;
    return { version, first: firstOf(value, version, length), length };
  } catch {
    return undefined;
  }
}

/** Undefined for a mask with holes, which is not a prefix. */
function lengthOf(mask: string, bits: number): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= bits ? Number(mask) : undefined;
  const inverse = (1n << BigInt(bits)) - 1n - parseAddress(mask).value;
  const isWhole = inverse >= 0n && (inverse & (inverse + 1n)) === 0n;
  return isWhole ? bits - (inverse === 0n ? 0 : inverse.toString(2).length) : undefined;
}

export const isWithin = ({ version, first, length }: Prefix, address: IpAddress): boolean =>
  address.version === version && firstOf(address.value, version, length) === first;

/** `198.51.100.7-198.51.100.9`. Undefined for any other text. */
export function findRange(text: string): IpRange | undefined {
  const [start = '', end = ''] = text.split('-');
  try {
    return parseRange({ start, end });
  } catch {
    return undefined;
  }
}

/** Undefined if it isn't known here. */
export function isMember({ isReadable, members }: IpSet, { version, value }: IpAddress): boolean | undefined {
  if (!isReadable) return undefined;
  for (let length = bitsOf(version); length >= 0; length--) {
    const isExcluded = members.get(length)?.get(firstOf(value, version, length));
    if (isExcluded !== undefined) return !isExcluded;
  }
  return false;
}

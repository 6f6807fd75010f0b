/** Mistakes in the declaration of an exception that no method could express. Pure. */
import { macFinding } from './address-pairs';
import { attempt, findFault } from '../basics/attempt';
import type { BridgedClient, ExceptionWish, Prefixes } from './exception-method';
import { maxPrefixes, maxRules } from './exception-limits';
import {
  carriesIPv4,
  compact,
  everyAddress,
  formatAddress,
  intersect,
  isInside,
  only,
  overlap,
  parseAddress,
  parseCidr,
  sizeOf,
  subtract,
  type Cidr,
  type IpRange,
} from '../net/ip-ranges';

/** Each is a sentence that names the prefix and says what to do; [] if nothing is wrong. */
export function exceptionFindings({
  mode,
  sources,
  destinations,
  clients = [],
}: Pick<ExceptionWish, 'mode' | 'sources' | 'destinations' | 'clients'>): string[] {
  const findings = [...prefixFindings('sources', sources), ...prefixFindings('destinations', destinations)];
  if (findings.length > 0) return findings;
  return [
    ...kernelFindings({ mode, sources, destinations }),
    ...familyFindings(sources, destinations, 'destination'),
    ...familyFindings(destinations, sources, 'source'),
    ...(mode === 'routed' && clients.length > 0
      ? ['it names clients, and frames of a routed server bear its own MAC address; leave them out, or make it bridged']
      : []),
    ...clients.flatMap(clientFindings),
  ];
}

/**
 * Limits that hold for every exception, whichever method is chosen: too many prefixes, prefixes that can't be in a
 * packet, or a list that means `any`. The kind refuses them too. The prefixes must be CIDRs.
 */
export const kernelFindings = ({
  mode,
  sources,
  destinations,
}: Pick<ExceptionWish, 'mode' | 'sources' | 'destinations'>): string[] => {
  const tooMany = [...countFindings('sources', sources), ...countFindings('destinations', destinations)];
  if (tooMany.length > 0) return tooMany;
  const rules = countRules({ sources, destinations });
  return [
    ...(rules > maxRules
      ? [
          `it makes ${rules} rules, for each source with each destination, and ${maxRules} are allowed; name fewer and wider prefixes`,
        ]
      : []),
    ...wholeFindings('sources', sources),
    ...wholeFindings('destinations', destinations),
    ...(mode === 'routed' ? linkLocalFindings(sources) : []),
  ];
};

const countFindings = (what: 'sources' | 'destinations', prefixes: Prefixes): string[] =>
  prefixes !== 'any' && prefixes.length > maxPrefixes
    ? [`its ${what} are ${prefixes.length} prefixes, and ${maxPrefixes} are allowed; name fewer and wider ones`]
    : [];

/** Prefixes that no router forwards. So no client behind a routed port has such an address. */
export const linkLocal = { 4: '169.254.0.0/16', 6: 'fe80::/10' } as const;

const linkLocalFindings = (sources: Prefixes): string[] =>
  sources === 'any'
    ? []
    : sources
        .filter((text) => isInside(parseCidr(text), parseCidr(linkLocal[parseCidr(text).version])))
        .map(
          (text) =>
            `in its sources, ${text} is link-local, which no router passes on, so nothing of it could pass; leave it out`,
        );

/**
 * Warnings for a routed exception whose sources hold addresses of the port's own subnets. [] if there are none.
 * @param cidrs of the subnets, as far as they are known
 * @param own addresses of the port
 */
export function posingWarnings(sources: Prefixes, cidrs: readonly string[], own: readonly string[]): string[] {
  if (sources === 'any') return [];
  const itself = own.flatMap((address) => {
    const parsed = attempt(() => only(parseAddress(address)));
    return parsed === undefined ? [] : [parsed];
  });
  return cidrs.flatMap((text) => {
    const cidr = attempt(() => parseCidr(text));
    if (cidr === undefined) return [];
    const neighbours = subtract([cidr], itself);
    const posing = sources.filter((source) => intersect([parseCidr(source)], neighbours).length > 0);
    return posing.length === 0
      ? []
      : [
          `in its sources, ${posing.join(' and ')} ${posing.length === 1 ? 'holds' : 'hold'} addresses of ${text}, the port's own subnet, so its server can pose as its neighbours there; leave them out unless that is meant`,
        ];
  });
}

/** The number of rules in the packet filter: in each family, one each way for each source with each destination. */
function countRules({ sources, destinations }: Pick<ExceptionWish, 'sources' | 'destinations'>): number {
  const count = (prefixes: Prefixes, isIPv6: boolean): number =>
    prefixes === 'any' ? 1 : prefixes.filter((prefix) => prefix.includes(':') === isIPv6).length;
  return [false, true].reduce((sum, isIPv6) => sum + 2 * count(sources, isIPv6) * count(destinations, isIPv6), 0);
}

/** True if both exceptions let the same packet pass. */
export const exceptionsOverlap = (
  a: Pick<ExceptionWish, 'sources' | 'destinations'>,
  b: Pick<ExceptionWish, 'sources' | 'destinations'>,
): boolean =>
  ([4, 6] as const).some(
    (version) => meet(a.sources, b.sources, version) && meet(a.destinations, b.destinations, version),
  );

function meet(a: Prefixes, b: Prefixes, version: 4 | 6): boolean {
  const rangesOf = (prefixes: Prefixes): readonly IpRange[] =>
    prefixes === 'any' ? [everyAddress(version)] : prefixes.map(parseCidr).filter((cidr) => cidr.version === version);
  const others = rangesOf(b);
  return rangesOf(a).some((range) => others.some((otherRange) => overlap(range, otherRange)));
}

function prefixFindings(what: 'sources' | 'destinations', prefixes: Prefixes): string[] {
  if (prefixes === 'any') return [];
  if (prefixes.length === 0) return [`its ${what} are empty; name prefixes, or say 'any'`];
  const seen: { text: string; cidr: Cidr }[] = [];
  return prefixes.flatMap((text) => {
    const fault = findFault(() => parseCidr(text));
    if (fault !== undefined) return [`in its ${what}, ${fault}`];
    const cidr = parseCidr(text);
    if (cidr.prefixLength === 0) return [`in its ${what}, ${text} is every address of its family; say 'any'`];
    if (carriesIPv4(cidr))
      return [`in its ${what}, ${text} is of IPv4 and written as IPv6, which no packet bears; write it as IPv4`];
    const canonical = `${formatAddress(cidr.version, cidr.first)}/${String(cidr.prefixLength)}`;
    if (canonical !== text) return [`in its ${what}, ${text} is written ${canonical}`];
    const twin = seen.find((before) => isInside(cidr, before.cidr) || isInside(before.cidr, cidr));
    seen.push({ text, cidr });
    if (!twin) return [];
    return twin.text === text
      ? [`its ${what} name ${text} twice; leave one`]
      : [`in its ${what}, ${twin.text} and ${text} overlap; leave the wider one`];
  });
}

/** Findings for prefixes that together are the whole family. */
function wholeFindings(what: 'sources' | 'destinations', prefixes: Prefixes): string[] {
  if (prefixes === 'any') return [];
  return ([4, 6] as const).flatMap((version) => {
    const ofFamily = prefixes.filter((text) => parseCidr(text).version === version);
    const size = sizeOf(compact(ofFamily.map(parseCidr)));
    return ofFamily.length > 1 && size === everyAddress(version).last + 1n
      ? [`in its ${what}, ${ofFamily.join(' and ')} together are every address of their family; say 'any'`]
      : [];
  });
}

/** A finding for a prefix whose family the other end lacks: no packet can have both. */
function familyFindings(prefixes: Prefixes, others: Prefixes, side: string): string[] {
  if (prefixes === 'any' || others === 'any') return [];
  const isIPv6 = (text: string): boolean => text.includes(':');
  const lonely = prefixes.find((text) => !others.some((partner) => isIPv6(partner) === isIPv6(text)));
  return lonely === undefined
    ? []
    : [`${lonely} has no ${side} of its family, so nothing of it could pass; add one, or leave it out`];
}

function clientFindings({ macAddress, addresses }: BridgedClient): string[] {
  const mac = macFinding(macAddress);
  return [
    ...(mac === undefined ? [] : [`of a client, ${mac}`]),
    ...(addresses.length === 0 ? [`the client ${macAddress} has no address; name those that it sends from`] : []),
    ...addresses.flatMap((text) => {
      const fault = findFault(() => (text.includes('/') ? parseCidr(text) : parseAddress(text)));
      return fault === undefined ? [] : [`of the client ${macAddress}, ${fault}`];
    }),
  ];
}

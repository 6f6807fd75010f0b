/** The rules that one exception should have on one host as the host is now, or why it has none. Pure. */
import { defined } from '../../../lib/basics/defined';
import { ownTables } from '../../../lib/iptables/own-chain';
import { commentOf } from '../../../lib/iptables/rule-comment';
import type { Finding, Wanted } from '../../../lib/contract/reconciler';
import { groupsOf, isEmptyGroup } from './rule-groups';
import { parseRule } from './rule-shape';
import { tapOf } from '../../../lib/packet-path/port-way';
import { families, noRules, rulesFor, type ExceptionRules } from './rules';
import { describeExposure, describeRestored } from './exposure';
import { type FirewallExceptionObserved, type HostState, kernelRules, pathOf, type PlacedException } from '../model';

export interface Intent {
  readonly resource: Wanted<PlacedException>;
  /** The comment by which its rules are found. */
  readonly comment: string;
  /** Absent if only the rules show which port it is about. */
  readonly subject?: string;
  /** Absent: the rules on the host stay as they are. */
  readonly rules?: ExceptionRules;
  readonly findings: readonly Finding[];
  /** The packets that the exception lets pass, in words. */
  readonly notes: readonly string[];
  /** A sentence that says that its tap is not on this host. */
  readonly away?: string;
}

export function intend(resource: Wanted<PlacedException>, host: FirewallExceptionObserved): Intent {
  const { spec } = resource;
  if (spec.is === 'declared') return intendDeclared({ ...resource, spec }, host);
  const { comment, ipv4, ipv6 } = spec.image;
  return { resource, comment, rules: { ipv4, ipv6 }, findings: [], notes: describeRestored({ ipv4, ipv6 }) };
}

/** The subject of a step whose rules belong to a port that no declaration names. */
export function describeRules(...all: readonly ExceptionRules[]): string {
  const rules = all.flatMap((group) =>
    families.flatMap((family) => [...group[family].mangle, ...group[family].filter]),
  );
  const taps = new Set(rules.flatMap((rule) => /--physdev-(?:in|out) (tap\S+)/.exec(rule)?.[1] ?? []));
  return `exception at ${[...taps].join(', ')}`;
}

type Declared = Wanted<PlacedException & { is: 'declared' }>;

function intendDeclared(resource: Declared, host: FirewallExceptionObserved): Intent {
  const { spec, port, subnets } = resource.spec;
  const path = pathOf(resource.id);
  const tap = tapOf(port.id);
  const intent = { resource, comment: commentOf(path), subject: `port ${port.id} (${tap})`, notes: [] };
  const bridge = `brq${port.networkId.slice(0, 11)}`;
  const ends = spec.firewallDriver === 'iptables' ? uplinksOf(bridge, host) : [`qvb${port.id.slice(0, 11)}`];
  if (ends.length === 0) {
    const message = `${host.host} has no bridge ${bridge} with an uplink now, so the far end of the way can't be named and no rule is put; boot a server of that network there, then run again`;
    // On a candidate host this is only a warning: the port may never come there.
    const reason = spec.placement === 'bound' ? ('TransientError' as const) : undefined;
    return { ...intent, findings: [{ id: resource.id, message, ...defined({ reason }) }] };
  }
  const wished = rulesFor({ spec, port, path, ends });
  const refusal = findRefusal(wished, host) ?? findLostFamily(intent, wished, host);
  if (refusal) return { ...intent, findings: [{ id: resource.id, ...refusal }] };

  const rules = host.hasHook.ipv6 ? wished : { ...wished, ipv6: noRules };
  return {
    ...intent,
    rules,
    notes: describeExposure({ spec, port, subnets, rules }),
    findings: findWarnings(resource, wished, host).map((message) => ({ id: resource.id, message })),
    ...defined({ away: host.bridgeOf.has(tap) ? undefined : describeAway(tap, resource, host) }),
  };
}

const describeAway = (tap: string, { spec: { port } }: Declared, { host }: FirewallExceptionObserved): string =>
  port.hostId === host
    ? `${tap} is not on ${host}: is its server off? The rules match nothing until it runs`
    : `${tap} is not on ${host}: the rules wait there for its server, and match nothing until it comes`;

/** Why the rules can't be written on this host now. */
function findRefusal(
  wished: ExceptionRules,
  { hasHook, host }: FirewallExceptionObserved,
): Omit<Finding, 'id'> | undefined {
  if (families.every((family) => isEmptyGroup(wished[family])))
    return {
      reason: 'InvalidConfiguration',
      message:
        'sources and destinations have no family in common, so nothing could pass; name IPv4 with IPv4, or IPv6 with IPv6',
    };
  const unwritable = findUnwritable(wished);
  if (unwritable !== undefined)
    return {
      reason: 'Blocked',
      message: `${host} or Neutron names a device or a MAC address that no rule of stackward can hold, so nothing is put: ${JSON.stringify(unwritable)}; a bridge port may have at most 15 letters, digits and "_.:@-"`,
    };
  // On a host without IPv6 the agent makes chains only for IPv4.
  if (hasHook.ipv4 || (hasHook.ipv6 && isEmptyGroup(wished.ipv4))) return undefined;
  return {
    reason: 'TransientError',
    message: `the chain neutron-filter-top is not there: Neutron's agent has not run on ${host} since its tables were emptied; start the agent, then run again`,
  };
}

/**
 * A rule that the host program would refuse. For example, iptables takes an uplink `eth+` for every device whose name
 * begins so.
 */
function findUnwritable(wished: ExceptionRules): string | undefined {
  for (const family of families)
    for (const table of ownTables)
      for (const rule of wished[family][table]) if (parseRule(table, rule) === undefined) return rule;
  return undefined;
}

/**
 * The agent's chains for IPv6 are missing now, but this exception has rules for IPv6. They are not removed for that
 * reason.
 */
function findLostFamily(
  { resource, comment }: Pick<Intent, 'resource' | 'comment'>,
  wished: ExceptionRules,
  { hasHook, host, owners }: FirewallExceptionObserved,
): Omit<Finding, 'id'> | undefined {
  const own = owners.get(resource.owner)?.ipv6;
  if (hasHook.ipv6 || isEmptyGroup(wished.ipv6) || !own) return undefined;
  if (![kernelRules(own), own.stored.rules].some((rules) => groupsOf(rules).has(comment))) return undefined;
  return {
    reason: 'TransientError',
    message: `the chain neutron-filter-top is not there for IPv6, and this exception has rules of it: Neutron's agent has not run on ${host} since its tables were emptied; start the agent, then run again, or delete ${own.names.path} if it filters no IPv6 there any more`,
  };
}

function findWarnings(
  { spec: { spec, port } }: Declared,
  wished: ExceptionRules,
  host: FirewallExceptionObserved,
): string[] {
  const named = [spec.sources, spec.destinations].some(
    (all) => all !== 'any' && all.some((prefix) => prefix.includes(':')),
  );
  return [
    ...(!host.hasHook.ipv6 && !isEmptyGroup(wished.ipv6) && named
      ? [`Neutron's agent filters no IPv6 on ${host.host}, so there is nothing to open for IPv6`]
      : []),
    ...(port.portSecurity === false
      ? ['port security is off at this port: nothing is filtered there, and the exception opens nothing more']
      : []),
  ];
}

/** Ports of a Linux bridge that are neither a server's tap nor a DHCP agent's. */
const uplinksOf = (bridge: string, { bridgeOf }: HostState): string[] =>
  [...bridgeOf]
    .filter(([port, itsBridge]) => itsBridge === bridge && !port.startsWith('tap'))
    .map(([port]) => port)
    .sort();

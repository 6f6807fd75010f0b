/** What may pass at a port although its address is not the port's own. Kind name and fields are contract (docs/adr/0006-kinds-on-hosts.md). */
import * as z from 'zod';
import { maxPrefixes } from '../../lib/synth/exception-limits';
import { carriesIPv4, parseCidr } from '../../lib/net/ip-ranges';
import { line } from '../../lib/basics/line';
import { releaseSchema } from '../../lib/openstack/releases';
import { whereabouts } from './chain/whereabouts';

function isCidr(text: string): boolean {
  try {
    return !carriesIPv4(parseCidr(text));
  } catch {
    return false;
  }
}

/** CIDRs of either family without host bits; `any` is spelled out, and means every address of both. */
const prefixes = z.union([z.literal('any'), z.array(z.string().refine(isCidr)).min(1).max(maxPrefixes)], {
  error: ({ input }) =>
    Array.isArray(input) && input.length > maxPrefixes
      ? `it has ${input.length} prefixes, and ${maxPrefixes} are allowed; name fewer and wider ones`
      : 'it must be "any", or CIDRs without host bits, such as 198.51.100.0/24 or 2001:db8::/64',
});

export const firewallExceptionSpec = z.strictObject({
  portId: whereabouts.shape.portId,
  /** `routed`: frames bear the port's own MAC address. `bridged`: they bear those of whoever is behind it. */
  mode: z.enum(['routed', 'bridged']),
  /** What may leave the port as its source, and come into it as its destination. */
  sources: prefixes,
  /** Where that may go to, and come from. */
  destinations: prefixes,
  /** Why it is needed, for whoever reviews it. */
  reason: line,
  placement: whereabouts.shape.placement,
  release: releaseSchema,
  firewallDriver: whereabouts.shape.firewallDriver,
  /** Of the packet mark by which a rule that binds the MAC address hands on its verdict. Default: 31. */
  markBit: z.int().min(0).max(31).optional(),
});

export type FirewallExceptionSpec = z.infer<typeof firewallExceptionSpec>;

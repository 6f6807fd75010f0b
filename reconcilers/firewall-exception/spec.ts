/**
 * Packets that may pass at a port although their address is not the port's own. The kind's name and its fields are
 * contract (docs/adr/0006-kinds-on-hosts.md).
 */
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

/** CIDRs of either family without host bits. `any` means every address of both families. */
const prefixes = z.union([z.literal('any'), z.array(z.string().refine(isCidr)).min(1).max(maxPrefixes)], {
  error: ({ input }) =>
    Array.isArray(input) && input.length > maxPrefixes
      ? `it has ${input.length} prefixes, and ${maxPrefixes} are allowed; name fewer and wider ones`
      : 'it must be "any", or CIDRs without host bits, such as 198.51.100.0/24 or 2001:db8::/64',
});

export const firewallExceptionSpec = z.strictObject({
  portId: whereabouts.shape.portId,
  /**
   * `routed`: frames bear the port's own MAC address. `bridged`: frames bear the MAC addresses of the clients behind
   * the port.
   */
  mode: z.enum(['routed', 'bridged']),
  /**
   * Foreign addresses behind the port: packets from `sources` to `destinations` may leave, and the reverse may enter.
   */
  sources: prefixes,
  /** The addresses at the other end. */
  destinations: prefixes,
  /** Why it is needed, for the reviewer of the plan. */
  reason: line,
  placement: whereabouts.shape.placement,
  release: releaseSchema,
  firewallDriver: whereabouts.shape.firewallDriver,
  /** The bit of the packet mark that a rule sets after it has checked the MAC address. Default: 31. */
  markBit: z.int().min(0).max(31).optional(),
});

export type FirewallExceptionSpec = z.infer<typeof firewallExceptionSpec>;

/**
 * The kind firewall-exception: what may pass at a port although its address is not the port's own, in a chain of our own that
 * Neutron's agent never rewrites (docs/kinds/firewall-exception.md).
 */
import { InvalidConfiguration } from '../../lib/basics/errors';
import { kernelFindings } from '../../lib/synth/exception-checks';
import { isAtLeast } from '../../lib/openstack/releases';
import type { Reconciler } from '../../lib/contract/reconciler';
import { parseSpec } from '../../lib/contract/spec';
import { advance } from './advance';
import { apply } from './apply';
import { diff, seenOf } from './diff';
import { locate } from './locate';
import { observe } from './observe';
import { restore, type RestoredException } from './restored';
import { nothing, prefixesOf } from './chain/rules';
import { firewallExceptionSpec, type FirewallExceptionSpec } from './spec';

function parse(input: unknown): FirewallExceptionSpec {
  const spec = parseSpec(firewallExceptionSpec, input, kind);
  if (spec.mode === 'bridged' && isAtLeast(spec.release, 'liberty'))
    throw new InvalidConfiguration(
      `the field "mode" is not valid: from Liberty on foreign frames are dropped before iptables sees them, so no rule lets a bridged server pass on ${spec.release}; use address pairs with the clients' MAC addresses, or switch port security off`,
    );
  const [finding] = kernelFindings(spec);
  if (finding !== undefined)
    throw new InvalidConfiguration(`the exception is not valid: ${finding}; see docs/kinds/${kind}.md`);
  return spec;
}

/** Two specs that say the same of one port are one thing twice. */
function identify(spec: FirewallExceptionSpec | RestoredException): string {
  if ('restore' in spec)
    return `exception ${spec.restore.map(({ target, image }) => `${image.comment}@${target}`).join(', ')}`;
  const named = (prefixes: FirewallExceptionSpec['sources']): string =>
    [4, 6]
      .map((version) => prefixesOf(prefixes, version as 4 | 6).map((one) => one || 'any'))
      .flat()
      .join(', ');
  return `exception of port ${spec.portId} from ${named(spec.sources)} to ${named(spec.destinations)}`;
}

function image(step: FirewallExceptionStep, { owners, lockFile }: FirewallExceptionObserved): Image {
  const state = owners.get(step.owner);
  const { ipv4, ipv6 } = state ? seenOf(step.comment, state, 'kernel') : nothing;
  return { comment: step.comment, ipv4, ipv6, ...(lockFile === undefined ? {} : { lockFile }) };
}

export const firewallException: Reconciler<
  FirewallExceptionSpec,
  RestoredException,
  FirewallExceptionObserved,
  FirewallExceptionStep,
  PlacedException
> = {
  kind,
  whenRemoved: 'its rules go from every host',
  leavesOnHosts: true,
  parse,
  restore,
  identify,
  locate,
  observe,
  diff,
  image,
  advance,
  apply,
};
import { type FirewallExceptionObserved, type FirewallExceptionStep, kind, type PlacedException } from './model';
import type { Image } from '../../lib/contract/target';

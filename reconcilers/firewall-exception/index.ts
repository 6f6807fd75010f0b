/**
 * The kind firewall-exception lets packets pass at a port although their address is not the port's own. Its rules are
 * in a chain of stackward, which Neutron's agent never rewrites (docs/kinds/firewall-exception.md).
 */
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { defineKind } from '../../lib/contract/define-kind';
import type { Image } from '../../lib/contract/target';
import { isAtLeast } from '../../lib/openstack/releases';
import { kernelFindings } from '../../lib/synth/exception-checks';
import { advance } from './advance';
import { apply } from './apply';
import { nothing, prefixesOf } from './chain/rules';
import { diff, seenOf } from './diff';
import { effectOf, restoresOf } from './effect';
import { exceptionImage, type RestoredException } from './image';
import { locate } from './locate';
import { kind, type FirewallExceptionObserved, type FirewallExceptionStep } from './model';
import { observe } from './observe';
import { firewallExceptionSpec, type FirewallExceptionSpec } from './spec';

function check(spec: FirewallExceptionSpec): void {
  if (spec.mode === 'bridged' && isAtLeast(spec.release, 'liberty'))
    throw new InvalidConfiguration(
      `the field "mode" is not valid: from Liberty on foreign frames are dropped before iptables sees them, so no rule lets a bridged server pass on ${spec.release}; use address pairs with the clients' MAC addresses, or switch port security off`,
    );
  const [finding] = kernelFindings(spec);
  if (finding !== undefined)
    throw new InvalidConfiguration(`the exception is not valid: ${finding}; see docs/kinds/${kind}.md`);
}

/** Two specs that let the same packets pass at the same port are the same thing, declared twice. */
function identify(spec: FirewallExceptionSpec | RestoredException): string {
  if ('restore' in spec)
    return `exception ${spec.restore.map(({ target, image }) => `${image.comment}@${target}`).join(', ')}`;
  const named = (prefixes: FirewallExceptionSpec['sources']): string =>
    [4, 6]
      .map((version) => prefixesOf(prefixes, version as 4 | 6).map((prefix) => prefix || 'any'))
      .flat()
      .join(', ');
  return `exception of port ${spec.portId} from ${named(spec.sources)} to ${named(spec.destinations)}`;
}

function before(step: FirewallExceptionStep, { owners, lockFile }: FirewallExceptionObserved): Image {
  const state = owners.get(step.owner);
  const { ipv4, ipv6 } = state ? seenOf(step.comment, state, 'kernel') : nothing;
  return { comment: step.comment, ipv4, ipv6, ...defined({ lockFile }) };
}

export const firewallException = defineKind({
  kind,
  whenRemoved: 'its rules go from every host',
  ownership: 'host',
  spec: firewallExceptionSpec,
  image: { schema: exceptionImage, before },
  check,
  identify,
  locate,
  observe,
  diff,
  effect: (step, { owners }) => {
    const state = owners.get(step.owner);
    return effectOf(step, state ? seenOf(step.comment, state, 'kernel') : nothing, state);
  },
  restores: restoresOf,
  advance,
  apply,
});

/** Decides whether iptables filters the packets of a port. Pure. */
import type { PortRecord } from '../contract/trace-ports';

/**
 * Why something else decides; undefined where iptables does. With the Open vSwitch agent's own filter, and with OVN, the
 * tap is in the switch itself.
 */
export function otherFilter({ vifType, vifDetails, hasPortSecurity }: PortRecord): string | undefined {
  if (vifType === 'bridge' || vifType === undefined) return undefined;
  if (vifType === 'ovs' && vifDetails?.ovs_hybrid_plug?.toLowerCase() === 'true') return undefined;
  if (hasPortSecurity === false) return 'port security is off, and there is no iptables before the port';
  return vifType === 'ovs'
    ? 'iptables does not decide there: the port stands in Open vSwitch itself, where flows of the agent (driver openvswitch) or of OVN decide'
    : `iptables does not decide there: the port is bound as ${vifType}`;
}

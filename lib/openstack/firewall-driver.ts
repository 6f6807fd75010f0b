/** The ways in which L2 agents filter packets, named as in Neutron's `firewall_driver`. `ovn` has no L2 agent. */
export const firewallDrivers = ['iptables', 'iptables_hybrid', 'openvswitch', 'ovn'] as const;

export type FirewallDriver = (typeof firewallDrivers)[number];

/** True if packets pass through iptables on the host: elsewhere no rule there can let anything through. */
export const usesIptables = (driver: FirewallDriver): boolean => driver === 'iptables' || driver === 'iptables_hybrid';

/** How a cloud's L2 agents filter packets, by the names in Neutron's `firewall_driver`; `ovn` has no agent of Neutron's. */
export const firewallDrivers = ['iptables', 'iptables_hybrid', 'openvswitch', 'ovn'] as const;

export type FirewallDriver = (typeof firewallDrivers)[number];

/** True if packets pass through iptables on the host: elsewhere no rule there can let anything through. */
export const usesIptables = (driver: FirewallDriver): boolean => driver === 'iptables' || driver === 'iptables_hybrid';

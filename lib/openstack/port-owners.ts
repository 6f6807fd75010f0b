/** The `device_owner` of a router's interface in Neutron: of an ordinary router, a distributed one, and one with HA. */
export const routerInterfaces: readonly string[] = [
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
];

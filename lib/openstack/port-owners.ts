/** The `device_owner` of a router's interface in Neutron: of an ordinary router, a distributed one, and one with HA. */
export const routerInterfaces: readonly string[] = [
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
];

/**
 * Neutron makes the port of a router's gateway and of a floating IP without a project. A port with a project got its owner
 * and its device from whoever made it.
 */
export const isNeutronsOwn = ({ projectId = '' }: { readonly projectId?: string }): boolean => projectId === '';

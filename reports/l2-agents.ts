/** Neutron's agents that plug ports in on a host, by their binaries from Quantum on. Pure. */
import type { Heartbeat } from './heartbeats';

type Binary = Pick<Heartbeat, 'name'>;

/** Neutron binds a port to a host where one of these is alive. */
export const bindsPorts = ({ name }: Binary): boolean =>
  /openvswitch|linuxbridge|sriov|macvtap|ovn-controller/.test(name);

/** Of them, those that plug ports into the switch or bridge of their host, and write its packet filter. */
export const writesRules = ({ name }: Binary): boolean => /openvswitch|linuxbridge/.test(name);

/** Recognizes Neutron's agents that plug ports in on a host, by the names of their binaries since Quantum. Pure. */
import type { Heartbeat } from './heartbeats';

type Binary = Pick<Heartbeat, 'name'>;

/** Neutron binds a port to a host if such an agent is alive there. */
export const bindsPorts = ({ name }: Binary): boolean =>
  /openvswitch|linuxbridge|sriov|macvtap|ovn-controller/.test(name);

export const bindsOn = (host: string | undefined, agents: readonly Heartbeat[]): readonly Heartbeat[] =>
  agents.filter((agent) => agent.host === host && bindsPorts(agent));

/** The agents among them that plug ports into their host's switch or bridge, and write the host's packet filter. */
export const writesRules = ({ name }: Binary): boolean => /openvswitch|linuxbridge/.test(name);

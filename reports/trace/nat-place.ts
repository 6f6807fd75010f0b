/**
 * On which host and in which namespace a floating IP is translated. Pure.
 *
 * A router that is not distributed has all of it in `qrouter-<router>` on the host of its L3 agent; with HA, where it is active.
 * A distributed one (from Juno on) translates on the host of the server, in `qrouter-<router>`, behind `fip-<external network>`.
 * Where that host's agent has the mode `dvr_no_external` (from Pike on), or the port is bound to no host, `snat-<router>` on a
 * network node does it. Source: neutron agent/l3/dvr_local_router.py, dvr_edge_router.py and db/l3_dvr_db.py.
 */
import type { FloatingIpRecord, PortRecord, RouterAgent, RouterRecord } from '../../lib/contract/trace-ports';
import { mapLooked, read, thenLook, type Looked } from '../looked';
import { workingAgent } from './router-hops';

export type NatPlace =
  /** `inner`: how the device on the server's subnet begins, and who owns its port. */
  | {
      readonly is: 'on its agent';
      readonly host: string;
      readonly namespace: string;
      readonly inner: InnerDevice;
    }
  | {
      readonly is: 'on the server';
      readonly host: string;
      readonly namespace: string;
      /** The outer one. */
      readonly front: string;
      readonly inner: InnerDevice;
      /** On that host; none of those that the router is scheduled to. */
      readonly agent: RouterAgent;
    };

export type OnServersHost = Extract<NatPlace, { is: 'on the server' }>;

export interface InnerDevice {
  readonly prefix: 'qr-' | 'sg-';
  /** Owner of its port; absent: any but the gateway's. */
  readonly owner?: string;
}

export interface NatFacts {
  readonly floating: FloatingIpRecord;
  readonly router: RouterRecord;
  readonly agents: Looked<readonly RouterAgent[]>;
  readonly port: Looked<PortRecord | undefined>;
  /** L3 agents on the port's host; absent: it is bound to none. */
  readonly agentsThere?: Looked<readonly RouterAgent[]>;
}

/** Nobody can know it: `why` says what is missing. */
export interface Unknown {
  readonly is: 'unknown';
  readonly why: string;
}

/** Unread: a look failed that would tell. */
export function natPlaceOf({ floating, router, agents, port, agentsThere }: NatFacts): Looked<NatPlace | Unknown> {
  if (router.isDistributed !== true)
    return mapLooked(agents, (all) => {
      // Whoever sees a router's agents sees its kind, where the release has kinds.
      const [dvr] = router.isDistributed === undefined ? all.filter(({ mode }) => mode !== 'legacy' && mode) : [];
      if (dvr !== undefined)
        return unknown(
          `Neutron does not tell whether the router is distributed, and its agent on ${dvr.host} is of mode ${dvr.mode}`,
        );
      const host = workingAgent(router, all)?.host;
      if (host === undefined) return unknown('Neutron does not tell on which host the router is active');
      return onAgent(host, `qrouter-${router.id}`, { prefix: 'qr-' });
    });
  return thenLook(port, (record): Looked<NatPlace | Unknown> => {
    const host = record?.host;
    if (record !== undefined && host === undefined && record.vifType === undefined)
      return read(unknown('the router is distributed, and only an administrator sees the binding of the port'));
    if (host === undefined || agentsThere === undefined) return onNetworkNode(router, agents);
    return thenLook(agentsThere, ([agent]) => onServersHost(floating, router, agents, host, agent));
  });
}

const unknown = (why: string): Unknown => ({ is: 'unknown', why });

const onAgent = (host: string, namespace: string, inner: InnerDevice): NatPlace => ({
  is: 'on its agent',
  host,
  namespace,
  inner,
});

function onServersHost(
  floating: FloatingIpRecord,
  router: RouterRecord,
  agents: Looked<readonly RouterAgent[]>,
  host: string,
  agent: RouterAgent | undefined,
): Looked<NatPlace | Unknown> {
  if (agent === undefined)
    return read(unknown(`the router is distributed, and Neutron lists no L3 agent on ${host}, where its server is`));
  if (agent.mode === 'dvr_no_external') return onNetworkNode(router, agents);
  if (agent.mode !== 'dvr' && agent.mode !== 'dvr_snat')
    return read(
      unknown(
        `the router is distributed, and the L3 agent on ${host} ${agent.mode === undefined ? 'tells no mode' : `is of mode ${agent.mode}`}`,
      ),
    );
  return read({
    is: 'on the server',
    host,
    namespace: `qrouter-${router.id}`,
    front: `fip-${floating.networkId}`,
    inner: { prefix: 'qr-', owner: 'network:router_interface_distributed' },
    agent,
  });
}

function onNetworkNode(router: RouterRecord, agents: Looked<readonly RouterAgent[]>): Looked<NatPlace | Unknown> {
  return mapLooked(agents, (all) => {
    // Up to Mitaka the list has the agents of all compute hosts as well.
    const central = all.filter(({ mode }) => mode === 'dvr_snat');
    const host = workingAgent(router, central)?.host;
    if (host === undefined)
      return unknown(
        central.length === 0
          ? 'the router is distributed, this floating IP is not, and no agent of mode dvr_snat has the router'
          : 'the router is distributed with HA, and Neutron does not tell on which host it is active',
      );
    return onAgent(host, `snat-${router.id}`, { prefix: 'sg-', owner: 'network:router_centralized_snat' });
  });
}

import type { FloatingIp, OwnedPort, Server } from '../../../lib/contract/report-ports';
import type { Looked } from '../../looked';
import { defineCheck, judgeLooked, type Trouble } from '../check';
import { isServersPort } from '../../server-port';

export interface Addresses {
  readonly floatingIps: Looked<readonly FloatingIp[]>;
  readonly ports: Looked<readonly OwnedPort[]>;
  /** Used only for the servers' names. */
  readonly servers: Looked<readonly Server[]>;
}

/**
 * Pairs of a server's own address and a floating address in the same subnet. Neutron keeps a port for each floating IP,
 * and the port shows the subnet.
 */
export function findCollisions(
  floatingIps: readonly FloatingIp[],
  ports: readonly OwnedPort[],
  servers: readonly Server[],
) {
  const byId = new Map(ports.map((port) => [port.id, port]));
  const ofFloating = new Map(
    ports.flatMap((port) => (port.deviceOwner === 'network:floatingip' ? [[port.deviceId, port] as const] : [])),
  );
  const names = new Map(servers.map(({ id, name }) => [id, name]));
  const ofServer = new Map<string, OwnedPort[]>();
  for (const port of ports)
    if (isServersPort(port)) ofServer.set(port.deviceId, [...(ofServer.get(port.deviceId) ?? []), port]);
  return floatingIps.flatMap((floating): Trouble[] => {
    const target = byId.get(floating.portId ?? '');
    if (target === undefined) return [];
    const subnets = (ofFloating.get(floating.id)?.fixedIps ?? []).map(({ subnetId }) => subnetId);
    const own = (ofServer.get(target.deviceId) ?? []).flatMap((port) =>
      port.networkId === floating.networkId
        ? port.fixedIps.filter(({ subnetId }) => subnets.length === 0 || subnets.includes(subnetId))
        : [],
    );
    const [red] = own;
    if (red === undefined) return [];
    const name = names.get(target.deviceId);
    const subject = `server ${name === undefined ? target.deviceId : `${name} (${target.deviceId})`}`;
    return [
      {
        // Without the floating IP's own port, only its network is known.
        result: subnets.length === 0 ? 'risk' : 'fault',
        subject,
        found: `It has the address ${red.address} itself, and the floating address ${floating.address} of the same subnet, so it answers by the wrong NIC.`,
        evidence: [
          `subnet ${red.subnetId} of network ${floating.networkId}`,
          `floating IP ${floating.id} leads to port ${target.id}`,
        ],
        step: 'Take the floating IP from the server, or give it one of another subnet: a server with a leg in the red network needs none.',
      },
    ];
  });
}

export const redAndFloating = defineCheck<Addresses>({
  code: 'SW-4001',
  title: 'a server has an address and a floating one of the same subnet',
  needs: ['the API'],
  read: async (sources) => {
    const [floatingIps, ports, servers] = await Promise.all([
      sources.floatingIps(),
      sources.ownedPorts(),
      sources.servers(),
    ]);
    return { floatingIps, ports, servers };
  },
  judge: ({ floatingIps, ports, servers }) =>
    judgeLooked('floating IPs', floatingIps, (floating) =>
      judgeLooked('ports', ports, (known) => {
        const troubles = findCollisions(floating, known, servers.isRead ? servers.value : []);
        if (troubles.length > 0) return troubles;
        const found = `${floating.length} floating IPs, none on a subnet where its server has an address`;
        return [{ result: 'fine', subject: 'floating IPs', found }];
      }),
    ),
  page: {
    means:
      'The server has a NIC in the red (external) network, and a floating IP of the same subnet. A packet to the floating address arrives through the router, but the answer leaves through the red NIC, with another source address. Clients get no answer, or an answer from an unknown address.',
    evidence: 'The port of the floating IP and a port of the server have addresses in one subnet.',
    alike:
      'A floating IP that does not answer for other reasons: a router that is down, an L3 agent that is dead (SW-1005), a security group.',
    step: 'Remove the floating IP, or use one from a subnet in which the server has no NIC. stackward’s constructs refuse this at synth.',
    never:
      'Do not turn off `rp_filter` or add source routes in the server: the next server of that kind has the same trouble.',
  },
});

/** One port: its record, its server, its devices on its host, and what may reach it. */
import type { DhcpAgent, FloatingIpRecord } from '../../lib/contract/trace-ports';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { WholeServer } from '../../lib/contract/server-ports';
import { defined } from '../../lib/basics/defined';
import { look, type Looked } from '../looked';
import type { Sources } from '../sources';
import { sayRule } from './groups';
import { assumed, broken, hopOf, proved, unreadable, type Hop, type Leg } from './hop';
import { bindingHop, filterHop, l2AgentHop, tapHop, wiringHop, type PortSeen } from './port-hops';
import { readPort, readServerOf } from './read-port';
import { serverHop } from './server-hops';

export interface WholePortSeen {
  readonly wanted: string;
  /** Undefined: there is no such port. */
  readonly port: Looked<PortSeen | undefined>;
  readonly servers?: Looked<readonly WholeServer[]>;
  readonly dhcp?: Looked<readonly DhcpAgent[]>;
  readonly floating?: Looked<readonly FloatingIpRecord[]>;
}

const api = 'Neutron';

/** @param known of the port's server, where it was read before */
export async function readWholePort(
  wanted: string,
  readers: ReportReaders,
  sources: Sources,
  known?: Looked<readonly WholeServer[]>,
): Promise<WholePortSeen> {
  const port = await readPort(wanted, readers, sources);
  if (!port.isRead || port.value === undefined) return { wanted, port };
  const record = port.value.port;
  const [servers, dhcp, floating] = await Promise.all([
    known ?? readServerOf(record, sources),
    look(async () => (await readers.networkTrace()).dhcpAgents(record.networkId)),
    look(async () => (await readers.networkTrace()).floatingIpsOfPorts([record.id])),
  ]);
  return { wanted, port, dhcp, floating, ...defined({ servers }) };
}

export function judgePort({ wanted, port: looked, servers, dhcp, floating }: WholePortSeen): readonly Leg[] {
  if (!looked.isRead) return [{ title: `Port ${wanted}`, hops: [unreadable('port', api, looked)] }];
  const seen = looked.value;
  if (seen === undefined) {
    const step = '`openstack port list` as an administrator shows the ports of all projects';
    const hop = broken('port', api, `there is no port ${wanted}, or it is hidden from these credentials`, step);
    return [{ title: `Port ${wanted}`, hops: [hop] }];
  }
  const { port } = seen;
  const addresses = port.fixedIps.map(({ address }) => address).join(', ') || 'no address';
  return [
    {
      title: `Port ${port.id} (${[port.name, addresses, port.mac].filter(Boolean).join(', ')})`,
      hops: [
        bindingHop(seen),
        serverHop(port, servers),
        ...(dhcp === undefined ? [] : [dhcpHop(seen, dhcp)]),
        l2AgentHop(seen),
        tapHop(seen),
        wiringHop(seen),
        filterHop(seen),
        groupListHop(seen),
        pairsHop(seen),
        ...(floating === undefined ? [] : [floatingHop(floating)]),
      ],
    },
  ];
}

function dhcpHop({ port, subnets }: PortSeen, dhcp: Looked<readonly DhcpAgent[]>): Hop {
  const name = 'DHCP';
  if (!subnets.isRead) return unreadable(name, api, subnets);
  if (!subnets.value.some(({ hasDhcp }) => hasDhcp))
    return assumed(name, api, 'no subnet of the port has DHCP, so the server has its address from elsewhere');
  return hopOf(name, api, dhcp, (agents) => {
    const listed = agents.map(({ host, isAlive }) => `${host}: ${isAlive ? 'alive' : 'dead'}`);
    const alive = agents.find(({ isAlive }) => isAlive);
    if (agents.length === 0)
      return broken(
        name,
        api,
        `network ${port.networkId} is on no DHCP agent`,
        `\`openstack network agent add network --dhcp AGENT ${port.networkId}\``,
      );
    if (alive === undefined)
      return broken(
        name,
        agents.map(({ host }) => host).join(', '),
        'every DHCP agent of the network is dead: who has a lease keeps it, and nobody gets a new one',
        'start neutron-dhcp-agent there, and read in its log why it ended',
        listed,
      );
    return proved(name, alive.host, 'a DHCP agent of the network is alive', listed);
  });
}

function groupListHop({ port, groups }: PortSeen): Hop {
  const name = 'security groups';
  if (port.hasPortSecurity === false) return proved(name, api, 'port security is off: nothing is filtered');
  return hopOf(name, api, groups, (all) => {
    const rules = all.flatMap((group) => group.rules.map((rule) => `${group.name}: ${sayRule(rule)}`));
    const names = all.map((group) => group.name).join(', ');
    return proved(name, api, all.length === 0 ? 'none, so nothing may come in' : names, rules);
  });
}

function pairsHop({ port }: PortSeen): Hop {
  const name = 'address pairs';
  const { pairs } = port;
  if (pairs.length === 0) return proved(name, api, 'none: the server may send with its own addresses alone');
  const shown = pairs.map(({ address, mac }) => `${address} with ${mac}`);
  const wide = pairs.some(({ address }) => address.endsWith('/0'));
  const found = `${pairs.length} beside its own addresses`;
  return wide
    ? assumed(
        name,
        api,
        `${found}; one is for every address, which every group that names this port's group lets in`,
        shown,
      )
    : proved(name, api, found, shown);
}

const floatingHop = (floating: Looked<readonly FloatingIpRecord[]>): Hop =>
  hopOf('floating IPs', api, floating, (all) =>
    proved(
      'floating IPs',
      api,
      all.length === 0
        ? 'none leads to it'
        : all.map(({ address }) => `\`stackward trace floating-ip ${address}\``).join(', '),
    ),
  );

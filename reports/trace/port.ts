/** Traces one port: its record, its server, its devices on its host, and who may reach it. */
import type { DhcpAgent, FloatingIpRecord, PortRecord } from '../../lib/contract/trace-ports';
import type { WholeServer } from '../../lib/contract/server-ports';
import type { Looked } from '../looked';
import { sayRule } from './groups';
import { assumed, broken, hopOf, proved, verdictOf, type Hop, type Leg, type Verdict } from './hop';
import { bindingHop, filterHop, groupsOfPort, l2AgentHop, tapHop, wiringHop, type PortSeen } from './port-hops';
import { serverHop } from './server-hops';

export interface WholePortSeen {
  readonly wanted: string;
  /** Undefined if the port doesn't exist. */
  readonly port: Looked<PortSeen | undefined>;
  readonly servers?: Looked<readonly WholeServer[]>;
  readonly dhcp?: Looked<readonly DhcpAgent[]>;
  readonly floating?: Looked<readonly FloatingIpRecord[]>;
}

const api = 'Neutron';

export function judgePort({ wanted, port: looked, servers, dhcp, floating }: WholePortSeen): readonly Leg[] {
  const seen = looked.isRead ? looked.value : undefined;
  if (seen === undefined)
    return [{ title: `Port ${wanted}`, hops: [hopOf('port', api, { port: looked }, () => noPort(wanted))] }];
  const { value: port } = seen.port;
  const addresses = port.fixedIps.map(({ address }) => address).join(', ') || 'no address';
  return [
    {
      title: `Port ${port.id} (${[port.name, addresses, port.mac].filter(Boolean).join(', ')})`,
      hops: [
        bindingHop(seen),
        serverHop(seen.port, servers),
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

const noPort = (wanted: string): Verdict =>
  broken(
    `there is no port ${wanted}, or it is hidden from these credentials`,
    '`openstack port list` as an administrator shows the ports of all projects',
  );

const dhcpHop = ({ port, subnets }: PortSeen, dhcp: Looked<readonly DhcpAgent[]>): Hop =>
  hopOf('DHCP', api, { port, subnets }, (seen) =>
    seen.subnets.some(({ hasDhcp }) => hasDhcp)
      ? verdictOf({ agents: dhcp }, ({ agents }) => judgeDhcp(seen.port, agents))
      : assumed('no subnet of the port has DHCP, so the server has its address from elsewhere'),
  );

function judgeDhcp({ networkId }: PortRecord, agents: readonly DhcpAgent[]): Verdict {
  const listed = agents.map(({ host, isAlive }) => `${host}: ${isAlive ? 'alive' : 'dead'}`);
  const alive = agents.find(({ isAlive }) => isAlive);
  if (agents.length === 0)
    return broken(
      `network ${networkId} is on no DHCP agent`,
      `\`openstack network agent add network --dhcp AGENT ${networkId}\``,
    );
  if (alive === undefined)
    return {
      ...broken(
        'every DHCP agent of the network is dead: who has a lease keeps it, and nobody gets a new one',
        'start neutron-dhcp-agent there, and read in its log why it ended',
        listed,
      ),
      place: agents.map(({ host }) => host).join(', '),
    };
  return { ...proved('a DHCP agent of the network is alive', listed), place: alive.host };
}

function groupListHop(whole: PortSeen): Hop {
  return hopOf('security groups', api, { port: whole.port }, (seen) => {
    if (seen.port.hasPortSecurity === false) return proved('port security is off: nothing is filtered');
    return verdictOf({ all: groupsOfPort(whole) }, ({ all }) => {
      const rules = all.flatMap((group) => group.rules.map((rule) => `${group.name}: ${sayRule(rule)}`));
      const names = all.map((group) => group.name).join(', ');
      return proved(all.length === 0 ? 'none, so nothing may come in' : names, rules);
    });
  });
}

function pairsHop({ port }: PortSeen): Hop {
  return hopOf('address pairs', api, { port }, ({ port: { pairs } }) => {
    if (pairs.length === 0) return proved('none: the server may send only with its own addresses');
    const shown = pairs.map(({ address, mac }) => `${address} with ${mac}`);
    const found = `${pairs.length} beside its own addresses`;
    const isWide = pairs.some(({ address }) => address.endsWith('/0'));
    return isWide
      ? assumed(`${found}; one is for every address, which every group that names this port's group lets in`, shown)
      : proved(found, shown);
  });
}

const floatingHop = (floating: Looked<readonly FloatingIpRecord[]>): Hop =>
  hopOf('floating IPs', api, { floating }, ({ floating: all }) =>
    proved(
      all.length === 0
        ? 'none leads to it'
        : all.map(({ address }) => `\`stackward trace floating-ip ${address}\``).join(', '),
    ),
  );

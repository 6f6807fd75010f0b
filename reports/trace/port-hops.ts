/** The hops of a port: its record, its binding, its devices on the compute host, and who may reach it. Pure. */
import type { GroupRecord, PortRecord, SubnetRecord } from '../../lib/contract/trace-ports';
import { parseAddress } from '../../lib/net/ip-ranges';
import type { Chain, Table } from '../../lib/packet-path/tables';
import type { Heartbeat } from '../heartbeats';
import { writesRules } from '../l2-agents';
import { isServersPort } from '../server-port';
import type { Looked } from '../looked';
import { portDevice, switchTrouble } from './device-hops';
import { letIn, sayKnock, sayRule, type Knock } from './groups';
import { assumed, broken, hopOf, proved, type Hop } from './hop';
import type { PortPlace } from './host-looks';
import { firstPacket } from './host-filter/first-packet';
import { entersPort } from './host-filter/pass';
import type { FilterSeen } from './host-filter/read';

export interface PortSeen {
  readonly port: PortRecord;
  readonly groups: Looked<readonly GroupRecord[]>;
  readonly subnets: Looked<readonly SubnetRecord[]>;
  /** The L2 agents of its host. */
  readonly agents: Looked<readonly Heartbeat[]>;
  /** Absent: it is bound to no host. */
  readonly place?: PortPlace;
}

const api = 'Neutron';

export function bindingHop({ port }: PortSeen): Hop {
  const name = 'port';
  const { id, host, vifType, status, vnicType } = port;
  if (!port.isEnabled)
    return broken(name, api, `port ${id} is administratively down`, `\`openstack port set --enable ${id}\``);
  if (vifType === undefined && host === undefined)
    return assumed(name, api, `port ${id} is enabled; its binding is shown to an administrator alone`, [
      `status ${status ?? '?'}`,
    ]);
  if (host === undefined || vifType === 'unbound')
    return broken(
      name,
      api,
      `port ${id} is bound to no host`,
      isServersPort(port)
        ? `start its server: \`openstack server start ${port.deviceId}\``
        : 'give it to a server, or set its host',
    );
  if (vifType === 'binding_failed')
    return broken(
      name,
      api,
      `Neutron could not bind port ${id} on ${host}: no mechanism driver took it`,
      `see that the L2 agent on ${host} is alive and knows the port's physical network, then \`openstack server reboot --hard ${port.deviceId}\`, which binds it again`,
    );
  const evidence = [`vif ${vifType ?? '?'}, vnic ${vnicType ?? '?'}`, ...sayDetails(port)];
  return proved(name, api, `port ${id} is enabled and bound to ${host}`, evidence);
}

const sayDetails = ({ vifDetails = {} }: PortRecord): string[] => {
  const shown = Object.entries(vifDetails).map(([key, value]) => `${key} ${value}`);
  return shown.length === 0 ? [] : [`vif details: ${shown.join(', ')}`];
};

export function l2AgentHop({ port, agents, place }: PortSeen): Hop {
  const name = 'L2 agent';
  if (place === undefined) return assumed(name, '?', 'the port is on no known host');
  return hopOf(name, place.host, agents, (all) => {
    const agent = all.find((each) => each.host === place.host && writesRules(each));
    if (agent === undefined)
      return assumed(
        name,
        place.host,
        `Neutron lists no agent of Open vSwitch or Linux bridge there; a port with vif "${port.vifType ?? '?'}" may need none`,
      );
    if (!agent.isUp)
      return broken(
        name,
        place.host,
        `${agent.name} is dead: what it has set up goes on, and no change of ports or groups reaches it`,
        `start ${agent.name} on ${place.host}, and read in its log why it ended`,
      );
    return proved(name, place.host, `${agent.name} is alive`);
  });
}

const isHybrid = ({ vifDetails }: PortRecord, bridge: string): boolean =>
  vifDetails?.ovs_hybrid_plug?.toLowerCase() === 'true' || bridge.startsWith('qbr');

const plugAnew = (port: PortRecord): string =>
  isServersPort(port)
    ? `\`openstack server reboot --hard ${port.deviceId}\` plugs it anew, and restarts the server`
    : `whoever owns the port (${port.deviceOwner || 'nobody'}) has to plug it anew`;

/** A card that is handed to the server as it is has no tap. */
const hasTap = ({ vnicType = 'normal' }: PortRecord): boolean => vnicType === 'normal';

export function tapHop({ port, place }: PortSeen): Hop {
  const name = 'tap';
  if (place === undefined) return assumed(name, '?', 'the port is on no known host');
  const { host, links } = place;
  if (!hasTap(port))
    return assumed(name, host, `a port with vnic "${port.vnicType ?? '?'}" has no tap that stackward looks at`);
  return hopOf(name, host, links, (all) => {
    const tap = portDevice('tap', port);
    const link = all.find((each) => each.name === tap);
    if (link === undefined)
      return broken(name, host, `${tap} is not there, so the server's card is plugged nowhere`, plugAnew(port));
    if (!link.isUp) return broken(name, host, `${tap} is down`, `\`ip link set ${tap} up\` on ${host}`);
    const bridge = link.master ?? '';
    if (isHybrid(port, bridge) && bridge !== portDevice('qbr', port))
      return broken(name, host, `${tap} is not on the bridge ${portDevice('qbr', port)}`, plugAnew(port));
    const on = bridge === '' || bridge === 'ovs-system' ? '' : `, on the bridge ${bridge}`;
    return proved(name, host, `${tap} is there and up${on}`);
  });
}

const isWired = ({ status }: PortRecord): boolean => status === undefined || status === 'ACTIVE';
const sayStatus = ({ status }: PortRecord): string => `status ${status ?? '?'}, which is what the agent last said`;

/** Whether the agent has wired the port: it is on the switch with this port's id, in a VLAN, and ACTIVE. */
export function wiringHop({ port, place }: PortSeen): Hop {
  const name = "port's switch";
  if (place === undefined) return assumed(name, '?', 'the port is on no known host');
  const { host } = place;
  const said = sayStatus(port);
  const isActive = isWired(port);
  if (!isActive && !(hasTap(port) && place.links.isRead && place.switch.isRead))
    return inactive(name, host, port, [said]);
  if (!hasTap(port)) return assumed(name, host, `by the agent's word alone the port is wired: ${said}`);
  return hopOf(name, host, place.links, (links) => {
    const bridge = links.find((link) => link.name === portDevice('tap', port))?.master ?? '';
    if (!bridge.startsWith('brq')) return switchedHop(name, port, place, bridge);
    if (!isActive) return inactive(name, host, port, [said]);
    return proved(name, host, `${bridge} has its tap, and the port is ACTIVE`);
  });
}

/** Of a port that is wired by Open vSwitch. @param bridge of Linux, where its tap is on one */
function switchedHop(name: string, port: PortRecord, { host, switch: looked }: PortPlace, bridge: string): Hop {
  const said = sayStatus(port);
  const device = portDevice(isHybrid(port, bridge) ? 'qvo' : 'tap', port);
  return hopOf(name, host, looked, (ports) => {
    const joined = ports.find((each) => each.name === device);
    if (joined === undefined)
      return broken(name, host, `${device} is on no bridge of Open vSwitch`, plugAnew(port), [said]);
    const trouble = switchTrouble(joined);
    if (trouble !== undefined) return broken(name, host, `${device}: ${trouble}`, wireAnew(host), [said]);
    const owner = joined.portId ?? 'none';
    if (owner !== port.id)
      return broken(
        name,
        host,
        `${device} is on ${joined.bridge} with the id of another port: ${owner}`,
        plugAnew(port),
      );
    const vlan = `local VLAN ${joined.tag ?? 'none'}`;
    if (!isWired(port) || joined.tag === undefined) return inactive(name, host, port, [vlan, said]);
    return proved(name, host, `${device} is on ${joined.bridge}, ${vlan}, and the port is ACTIVE`);
  });
}

const wireAnew = (host: string): string =>
  `read the log of the L2 agent on ${host} for this port; where it says nothing, restart that agent`;

const inactive = (name: string, host: string, { status }: PortRecord, evidence: readonly string[]): Hop =>
  broken(
    name,
    host,
    `the agent has not wired the port: it is ${status === 'ACTIVE' ? 'in no VLAN' : (status ?? 'in no VLAN')}`,
    wireAnew(host),
    evidence,
  );

export function groupsHop({ port, groups }: PortSeen, knock: Knock): Hop {
  const name = 'security groups';
  if (port.hasPortSecurity === false) return proved(name, api, 'port security is off, so nothing is filtered');
  return hopOf(name, api, groups, (all) => {
    const entry = letIn(all, knock);
    if (entry.is === 'from anywhere')
      return proved(name, api, `group ${entry.group} lets ${sayKnock(knock)} in from anywhere`);
    if (entry.is === 'from some')
      return assumed(
        name,
        api,
        `they let ${sayKnock(knock)} in from ${entry.sources.slice(0, 10).join(', ')} alone: see that your address is among these`,
      );
    return refusedByGroups(name, port, all, knock);
  });
}

function refusedByGroups(name: string, port: PortRecord, groups: readonly GroupRecord[], knock: Knock): Hop {
  const rules = groups.flatMap((group) =>
    group.rules
      .filter(({ direction }) => direction === 'ingress')
      .map((rule) => `${group.name} lets in ${sayRule(rule)}`),
  );
  const wanted = knock.protocol === 'icmp' ? '--protocol icmp' : `--protocol tcp --dst-port ${knock.port}`;
  const [first] = groups;
  const step =
    first === undefined
      ? `give the port a group that lets it in: \`openstack port set --security-group GROUP ${port.id}\``
      : `\`openstack security group rule create --ingress ${wanted} --remote-ip YOUR-PREFIX ${first.id}\`; it holds for every port of this group`;
  const found =
    `${groups.length === 0 ? 'the port has no group, so' : 'they'} drop ${sayKnock(knock)} from everybody`.replace(
      'so drop',
      'so it drops',
    );
  return broken(name, api, found, step, rules.slice(0, 12));
}

/** What of the packet filter on the host is this port's: the agent's chains, and exceptions of stackward. */
export function filterHop({ port, place }: PortSeen): Hop {
  const name = 'packet filter';
  if (place === undefined) return assumed(name, '?', 'the port is on no known host');
  return hopOf(name, place.host, place.filter, (seen) => judgeChains(name, port, place.host, seen));
}

function judgeChains(name: string, port: PortRecord, host: string, { filter: { tables } }: FilterSeen): Hop {
  const tap = portDevice('tap', port);
  const chains = tables.get('filter')?.chains ?? new Map<string, Chain>();
  const evidence = exceptionsOf([...tables.values()], tap);
  const ownName = new RegExp(`-[ios]${port.id.slice(0, 10)}$`);
  const own = [...chains].flatMap(([chain, { rules }]) => (ownName.test(chain) && rules.length > 0 ? [chain] : []));
  if (port.hasPortSecurity === false)
    return own.length === 0
      ? proved(name, host, `port security is off, and the agent has no chains of ${tap}`, evidence)
      : broken(
          name,
          host,
          `port security is off, and the agent still has chains of ${tap}: ${own.join(', ')}`,
          wireAnew(host),
          evidence,
        );
  if (own.some((chain) => chain.endsWith(`-i${port.id.slice(0, 10)}`)))
    return proved(name, host, `the agent's chains of ${tap} are there`, evidence);
  if (chains.has('neutron-filter-top') && port.vifDetails?.ovs_hybrid_plug?.toLowerCase() === 'true')
    return broken(name, host, `the agent has made no chains for ${tap}`, wireAnew(host));
  return assumed(
    name,
    host,
    'iptables has no chains of this port: its agent filters in Open vSwitch, or not at all',
    evidence,
  );
}

/** Rules of stackward's chains that name this tap. */
function exceptionsOf(tables: readonly Table[], tap: string): string[] {
  const found = tables.flatMap(({ chains }) =>
    [...chains].flatMap(([chain, { rules }]) => (chain.startsWith('stackward-') ? rules : [])),
  );
  const naming = found.filter((rule) => new RegExp(` ${tap}( |$)`).test(rule));
  return naming.length === 0 ? [] : [`exceptions of stackward: ${naming.length}`, ...naming.slice(0, 5)];
}

/** Somebody outside: an address of documentation (RFC 5737), which no group names. */
const stranger = parseAddress('192.0.2.1');

/** Whether the host's own tables let a first packet from outside in. */
export function arrivalHop({ port, groups, place }: PortSeen, address: string, knock: Knock): Hop {
  const name = 'packet filter';
  if (place === undefined) return assumed(name, '?', 'the port is on no known host');
  const to = parseAddress(address);
  const question =
    knock.protocol === 'icmp'
      ? { from: port.id, to, protocol: 1 }
      : { from: port.id, to, protocol: 6, destinationPort: knock.port };
  const hop = entersPort({ port, groups, host: place.filter }, firstPacket(question, stranger));
  const tables = place.filter.isRead ? [...place.filter.value.filter.tables.values()] : [];
  return { ...hop, name, evidence: [...exceptionsOf(tables, portDevice('tap', port)), ...hop.evidence] };
}

/** The way back begins in the server, where nobody looks. */
export function guestHop({ port, subnets }: PortSeen, address: string, routerAddress: string | undefined): Hop {
  const name = 'inside the server';
  const place = port.deviceId || '?';
  const subnetId = port.fixedIps.find((fixed) => fixed.address === address)?.subnetId;
  const subnet = subnets.isRead ? subnets.value.find(({ id }) => id === subnetId) : undefined;
  const gateway = subnet?.gateway;
  const look = 'see on its console: `ip addr`, `ip route`, its own packet filter';
  if (subnets.isRead && subnet !== undefined && gateway === undefined)
    return assumed(
      name,
      place,
      `subnet ${subnet.cidr} tells no gateway, so the server has a default route only where somebody set it; ${look}`,
    );
  const gateways =
    gateway !== undefined && routerAddress !== undefined && gateway !== routerAddress
      ? [
          `the subnet's gateway is ${gateway}, and the router is ${routerAddress}: answers go to the former, which has to pass them on`,
        ]
      : [];
  const nics =
    port.deviceId !== '' && port.fixedIps.length > 1 ? [`the port has ${port.fixedIps.length} addresses`] : [];
  return assumed(
    name,
    place,
    `it must have ${address}, a default route by ${routerAddress ?? gateway ?? 'the router'}, and answer; ${look}`,
    [...gateways, ...nics],
  );
}

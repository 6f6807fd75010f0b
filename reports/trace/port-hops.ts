/** The hops of a port: its record, its binding, its devices on the compute host, and who may reach it. Pure. */
import type { GroupRecord, PortRecord, SubnetRecord } from '../../lib/contract/trace-ports';
import { parseAddress } from '../../lib/net/ip-ranges';
import type { Chain, Table } from '../../lib/packet-path/tables';
import type { Heartbeat } from '../heartbeats';
import { writesRules } from '../l2-agents';
import { isServersPort } from '../server-port';
import { failed, thenLook, type Looked, type Read } from '../looked';
import { portDevice, switchTrouble } from './device-hops';
import { letIn, sayKnock, sayRule, type Knock } from './groups';
import { assumed, assumedHop, broken, hopOf, proved, verdictOf, type Hop, type Verdict } from './hop';
import type { Link } from './devices';
import type { PortPlace } from './host-looks';
import type { SwitchPort } from './switch';
import { firstPacket } from './host-filter/first-packet';
import { entersPort } from './host-filter/pass';
import type { FilterSeen } from './host-filter/read';

export interface PortSeen {
  readonly port: Read<PortRecord>;
  readonly groups: Looked<readonly GroupRecord[]>;
  readonly subnets: Looked<readonly SubnetRecord[]>;
  /** The L2 agents of its host. */
  readonly agents: Looked<readonly Heartbeat[]>;
  /** Absent: it is bound to no host. */
  readonly place?: PortPlace;
}

const api = 'Neutron';

export const bindingHop = ({ port }: PortSeen): Hop => hopOf('port', api, { port }, (seen) => judgeBinding(seen.port));

function judgeBinding(port: PortRecord): Verdict {
  const { id, host, vifType, status, vnicType } = port;
  if (!port.isEnabled) return broken(`port ${id} is administratively down`, `\`openstack port set --enable ${id}\``);
  if (vifType === undefined && host === undefined)
    return assumed(`port ${id} is enabled; only an administrator sees its binding`, [`status ${status ?? '?'}`]);
  if (host === undefined || vifType === 'unbound')
    return broken(
      `port ${id} is bound to no host`,
      isServersPort(port)
        ? `start its server: \`openstack server start ${port.deviceId}\``
        : 'give it to a server, or set its host',
    );
  if (vifType === 'binding_failed')
    return broken(
      `Neutron could not bind port ${id} on ${host}: no mechanism driver took it`,
      `see that the L2 agent on ${host} is alive and knows the port's physical network, then \`openstack server reboot --hard ${port.deviceId}\`, which binds it again`,
    );
  const evidence = [`vif ${vifType ?? '?'}, vnic ${vnicType ?? '?'}`, ...sayDetails(port)];
  return proved(`port ${id} is enabled and bound to ${host}`, evidence);
}

const sayDetails = ({ vifDetails = {} }: PortRecord): string[] => {
  const shown = Object.entries(vifDetails).map(([key, value]) => `${key} ${value}`);
  return shown.length === 0 ? [] : [`vif details: ${shown.join(', ')}`];
};

const noHost = (name: string): Hop => assumedHop(name, '?', 'the port is on no known host');

export function l2AgentHop({ port, agents, place }: PortSeen): Hop {
  const name = 'L2 agent';
  if (place === undefined) return noHost(name);
  const { host } = place;
  return hopOf(name, host, { port, agents }, (seen) => {
    const agent = seen.agents.find((each) => each.host === host && writesRules(each));
    if (agent === undefined)
      return assumed(
        `Neutron lists no agent of Open vSwitch or Linux bridge there; a port with vif "${seen.port.vifType ?? '?'}" may need none`,
      );
    return agent.isUp
      ? proved(`${agent.name} is alive`)
      : broken(
          `${agent.name} is dead: what it has set up goes on, and no change of ports or groups reaches it`,
          `start ${agent.name} on ${host}, and read in its log why it ended`,
        );
  });
}

const isHybrid = ({ vifDetails }: PortRecord, bridge: string): boolean =>
  vifDetails?.ovs_hybrid_plug?.toLowerCase() === 'true' || bridge.startsWith('qbr');

const plugAnew = (port: PortRecord): string =>
  isServersPort(port)
    ? `\`openstack server reboot --hard ${port.deviceId}\` plugs it anew, and restarts the server`
    : `whoever owns the port (${port.deviceOwner || 'nobody'}) has to plug it anew`;

/** A network card that is passed through to the server has no tap. */
const hasTap = ({ vnicType = 'normal' }: PortRecord): boolean => vnicType === 'normal';

export function tapHop({ port, place }: PortSeen): Hop {
  const name = 'tap';
  if (place === undefined) return noHost(name);
  const { host, links } = place;
  return hopOf(name, host, { port }, (seen) =>
    hasTap(seen.port)
      ? verdictOf({ links }, (all) => judgeTap(seen.port, host, all.links))
      : assumed(`a port with vnic "${seen.port.vnicType ?? '?'}" has no tap that stackward looks at`),
  );
}

function judgeTap(port: PortRecord, host: string, links: readonly Link[]): Verdict {
  const tap = portDevice('tap', port);
  const link = links.find((each) => each.name === tap);
  if (link === undefined) return broken(`${tap} is not there, so the server's card is plugged nowhere`, plugAnew(port));
  if (!link.isUp) return broken(`${tap} is down`, `\`ip link set ${tap} up\` on ${host}`);
  const bridge = link.master ?? '';
  if (isHybrid(port, bridge) && bridge !== portDevice('qbr', port))
    return broken(`${tap} is not on the bridge ${portDevice('qbr', port)}`, plugAnew(port));
  const on = bridge === '' || bridge === 'ovs-system' ? '' : `, on the bridge ${bridge}`;
  return proved(`${tap} is there and up${on}`);
}

const isWired = ({ status }: PortRecord): boolean => status === undefined || status === 'ACTIVE';
const sayStatus = ({ status }: PortRecord): string => `status ${status ?? '?'}, which is what the agent last said`;

/** The hop that tells whether the agent has wired the port: the switch has it by its id, in a VLAN, and ACTIVE. */
export function wiringHop({ port, place }: PortSeen): Hop {
  const name = "port's switch";
  if (place === undefined) return noHost(name);
  return hopOf(name, place.host, { port }, (seen) => judgeWiring(seen.port, place));
}

function judgeWiring(port: PortRecord, place: PortPlace): Verdict {
  const said = sayStatus(port);
  const isActive = isWired(port);
  if (!isActive && !(hasTap(port) && place.links.isRead && place.switch.isRead)) return inactive(place, port, [said]);
  if (!hasTap(port)) return assumed(`only the agent says that the port is wired: ${said}`);
  return verdictOf({ links: place.links }, ({ links }) => {
    const bridge = links.find((link) => link.name === portDevice('tap', port))?.master ?? '';
    if (!bridge.startsWith('brq'))
      return verdictOf({ ports: place.switch }, ({ ports }) => judgeSwitch(port, place, bridge, ports));
    if (!isActive) return inactive(place, port, [said]);
    return proved(`${bridge} has its tap, and the port is ACTIVE`);
  });
}

/** Of a port that is wired by Open vSwitch. @param bridge of Linux, where its tap is on one */
function judgeSwitch(port: PortRecord, place: PortPlace, bridge: string, ports: readonly SwitchPort[]): Verdict {
  const said = sayStatus(port);
  const device = portDevice(isHybrid(port, bridge) ? 'qvo' : 'tap', port);
  const joined = ports.find((each) => each.name === device);
  if (joined === undefined) return broken(`${device} is on no bridge of Open vSwitch`, plugAnew(port), [said]);
  const trouble = switchTrouble(joined);
  if (trouble !== undefined) return broken(`${device}: ${trouble}`, wireAnew(place.host), [said]);
  const owner = joined.portId ?? 'none';
  if (owner !== port.id)
    return broken(`${device} is on ${joined.bridge} with the id of another port: ${owner}`, plugAnew(port));
  const vlan = `local VLAN ${joined.tag ?? 'none'}`;
  if (!isWired(port) || joined.tag === undefined) return inactive(place, port, [vlan, said]);
  return proved(`${device} is on ${joined.bridge}, ${vlan}, and the port is ACTIVE`);
}

const wireAnew = (host: string): string =>
  `read the log of the L2 agent on ${host} for this port; where it says nothing, restart that agent`;

const inactive = ({ host }: PortPlace, { status }: PortRecord, evidence: readonly string[]): Verdict =>
  broken(
    `the agent has not wired the port: it is ${status === 'ACTIVE' ? 'in no VLAN' : (status ?? 'in no VLAN')}`,
    wireAnew(host),
    evidence,
  );

/** Those that the port names; Neutron leaves out what these credentials may not see. */
export const groupsOfPort = ({ port, groups }: Pick<PortSeen, 'port' | 'groups'>): Looked<readonly GroupRecord[]> =>
  thenLook(groups, (all) => {
    const hidden = port.value.groups.filter((id) => !all.some((group) => group.id === id));
    return hidden.length === 0 ? groups : failed(`hidden from these credentials: ${hidden.join(', ')}`);
  });

export const groupsHop = (seen: PortSeen, knock: Knock): Hop =>
  hopOf('security groups', api, { port: seen.port }, ({ port }) => {
    if (port.hasPortSecurity === false) return proved('port security is off, so nothing is filtered');
    return verdictOf({ groups: seen.groups }, ({ groups }) => {
      const entry = letIn(groups, knock);
      if (entry.is === 'from anywhere') return proved(`group ${entry.group} lets ${sayKnock(knock)} in from anywhere`);
      // A group that nobody saw may let it in.
      return verdictOf({ all: groupsOfPort(seen) }, ({ all }) =>
        entry.is === 'from some'
          ? assumed(
              `they let ${sayKnock(knock)} in from ${entry.sources.slice(0, 10).join(', ')} alone: see that your address is among these`,
            )
          : refusedByGroups(port, all, knock),
      );
    });
  });

function refusedByGroups(port: PortRecord, groups: readonly GroupRecord[], knock: Knock): Verdict {
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
  return broken(found, step, rules.slice(0, 12));
}

/** What of the packet filter on the host is this port's: the agent's chains, and exceptions of stackward. */
export function filterHop({ port, place }: PortSeen): Hop {
  const name = 'packet filter';
  if (place === undefined) return noHost(name);
  return hopOf(name, place.host, { port, filter: place.filter }, (seen) =>
    judgeChains(seen.port, place.host, seen.filter),
  );
}

function judgeChains(port: PortRecord, host: string, { filter: { tables } }: FilterSeen): Verdict {
  const tap = portDevice('tap', port);
  const chains = tables.get('filter')?.chains ?? new Map<string, Chain>();
  const evidence = exceptionsOf([...tables.values()], tap);
  const ownName = new RegExp(`-[ios]${port.id.slice(0, 10)}$`);
  const own = [...chains].flatMap(([chain, { rules }]) => (ownName.test(chain) && rules.length > 0 ? [chain] : []));
  if (port.hasPortSecurity === false)
    return own.length === 0
      ? proved(`port security is off, and the agent has no chains of ${tap}`, evidence)
      : broken(
          `port security is off, and the agent still has chains of ${tap}: ${own.join(', ')}`,
          wireAnew(host),
          evidence,
        );
  if (own.some((chain) => chain.endsWith(`-i${port.id.slice(0, 10)}`)))
    return proved(`the agent's chains of ${tap} are there`, evidence);
  if (chains.has('neutron-filter-top') && port.vifDetails?.ovs_hybrid_plug?.toLowerCase() === 'true')
    return broken(`the agent has made no chains for ${tap}`, wireAnew(host));
  return assumed('iptables has no chains of this port: its agent filters in Open vSwitch, or not at all', evidence);
}

/** The rules of stackward's chains with this tap. */
function exceptionsOf(tables: readonly Table[], tap: string): string[] {
  const found = tables.flatMap(({ chains }) =>
    [...chains].flatMap(([chain, { rules }]) => (chain.startsWith('stackward-') ? rules : [])),
  );
  const naming = found.filter((rule) => new RegExp(` ${tap}( |$)`).test(rule));
  return naming.length === 0 ? [] : [`exceptions of stackward: ${naming.length}`, ...naming.slice(0, 5)];
}

/** An address outside: one for documentation (RFC 5737), which no group contains. */
const stranger = parseAddress('192.0.2.1');

/** The hop that tells whether the host's own tables let a first packet from outside in. */
export function arrivalHop({ port, groups, place }: PortSeen, address: string, knock: Knock): Hop {
  const name = 'packet filter';
  if (place === undefined) return noHost(name);
  return hopOf(name, place.host, { port }, (seen) => {
    const { id } = seen.port;
    const to = parseAddress(address);
    const question =
      knock.protocol === 'icmp'
        ? { from: id, to, protocol: 1 }
        : { from: id, to, protocol: 6, destinationPort: knock.port };
    const side = { port: seen.port, groups, host: place.filter };
    const verdict = entersPort(side, firstPacket(question, stranger));
    const tables = place.filter.isRead ? [...place.filter.value.filter.tables.values()] : [];
    const exceptions = exceptionsOf(tables, portDevice('tap', seen.port));
    return { ...verdict, evidence: [...exceptions, ...verdict.evidence] };
  });
}

/** The way back begins in the server, which can't be read. */
export function guestHop(
  { port: { value: port }, subnets }: PortSeen,
  address: string,
  router: string | undefined,
): Hop {
  const subnetId = port.fixedIps.find((fixed) => fixed.address === address)?.subnetId;
  const subnet = subnets.isRead ? subnets.value.find(({ id }) => id === subnetId) : undefined;
  const gateway = subnet?.gateway;
  const look = 'see on its console: `ip addr`, `ip route`, its own packet filter';
  const place = port.deviceId || '?';
  if (subnet !== undefined && gateway === undefined)
    return assumedHop(
      'inside the server',
      place,
      `subnet ${subnet.cidr} tells no gateway, so the server has a default route only where somebody set it; ${look}`,
    );
  const gateways =
    gateway !== undefined && router !== undefined && gateway !== router
      ? [
          `the subnet's gateway is ${gateway}, and the router is ${router}: answers go to the former, which has to pass them on`,
        ]
      : [];
  const nics =
    port.deviceId !== '' && port.fixedIps.length > 1 ? [`the port has ${port.fixedIps.length} addresses`] : [];
  return assumedHop(
    'inside the server',
    place,
    `it must have ${address}, a default route by ${router ?? gateway ?? 'the router'}, and answer; ${look}`,
    [...gateways, ...nics],
  );
}

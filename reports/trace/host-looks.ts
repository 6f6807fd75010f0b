/**
 * Reads for a trace on hosts: a router's namespace on the L3 agent's host, and a port's devices on its compute host.
 */
import type { HostReader } from '../../lib/hosts/host';
import { parseAddresses, type DeviceAddress } from '../../lib/net/device-addresses';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { look, mapLooked, type Looked } from '../looked';
import {
  parseLinks,
  parseNamespaces,
  parseNeighbours,
  parseRoutes,
  type Link,
  type Neighbour,
  type Route,
} from './devices';
import { readFilter, type FilterSeen } from './host-filter/read';
import { outputOf } from './host-output';
import { parseNat, type NatRule } from './nat';
import { parseSwitch, type SwitchPort } from './switch';

/** The state of a router's namespace on one host. */
export interface RouterPlace {
  readonly host: string;
  readonly namespace: string;
  readonly isThere: Looked<boolean>;
  readonly links: Looked<readonly Link[]>;
  readonly addresses: Looked<readonly DeviceAddress[]>;
  readonly routes: Looked<readonly Route[]>;
  readonly neighbours: Looked<readonly Neighbour[]>;
  readonly nat: Looked<readonly NatRule[]>;
  readonly switch: Looked<readonly SwitchPort[]>;
}

/** The state of a port on its compute host. */
export interface PortPlace {
  readonly host: string;
  readonly links: Looked<readonly Link[]>;
  readonly switch: Looked<readonly SwitchPort[]>;
  /** IPv4. */
  readonly filter: Looked<FilterSeen>;
}

type Command = readonly string[];

const inside = (namespace: string, command: Command): Command => ['ip', 'netns', 'exec', namespace].concat(command);
const listSwitch = (what: string): Command => ['ovs-vsctl', '--format=json', 'list', what];
const linkCommand: Command = ['ip', '-s', '-o', 'link'];

type Told = (argv: Command) => Looked<string>;

/** Runs all commands in one round trip, and returns the output of each. */
async function runAll(host: HostReader, commands: readonly Command[]): Promise<Told> {
  const outcomes = await host.read(commands.map((argv) => ({ verb: 'run-reader', argv }) as const));
  return (argv) => outputOf(outcomes[commands.indexOf(argv)], argv);
}

const bridges = listSwitch('bridge');
const ports = listSwitch('port');
const interfaces = listSwitch('interface');

async function switchOf(told: Told): Promise<Looked<readonly SwitchPort[]>> {
  const [first, second, third] = [told(bridges), told(ports), told(interfaces)];
  if (!first.isRead) return first;
  if (!second.isRead) return second;
  if (!third.isRead) return third;
  return look(() => Promise.resolve(parseSwitch(first.value, second.value, third.value)));
}

/** Opens a session. If that fails, this one failure is the answer to every question about the host. */
const openHost = (readers: ReportReaders, host: string): Promise<Looked<HostReader>> =>
  look(() => readers.host(`host:${host}`));

export async function readRouterPlace(readers: ReportReaders, host: string, namespace: string): Promise<RouterPlace> {
  const list: Command = ['ip', 'netns', 'list'];
  const links = inside(namespace, linkCommand);
  const addresses = inside(namespace, ['ip', '-o', 'addr', 'show']);
  const routes = inside(namespace, ['ip', 'route', 'show']);
  const neighbours = inside(namespace, ['ip', 'neigh', 'show']);
  const nat = inside(namespace, ['iptables-save', '-c', '-t', 'nat']);
  const opened = await openHost(readers, host);
  const commands = [list, links, addresses, routes, neighbours, nat, bridges, ports, interfaces];
  const all = opened.isRead ? await look(() => runAll(opened.value, commands)) : opened;
  const told: Told = all.isRead ? all.value : () => all;
  return {
    host,
    namespace,
    isThere: mapLooked(told(list), (text) => parseNamespaces(text).includes(namespace)),
    links: mapLooked(told(links), parseLinks),
    addresses: mapLooked(told(addresses), parseAddresses),
    routes: mapLooked(told(routes), parseRoutes),
    neighbours: mapLooked(told(neighbours), parseNeighbours),
    nat: mapLooked(told(nat), parseNat),
    switch: await switchOf(told),
  };
}

export async function readPortPlace(readers: ReportReaders, host: string): Promise<PortPlace> {
  const opened = await openHost(readers, host);
  const commands = [linkCommand, bridges, ports, interfaces];
  const all = opened.isRead ? await look(() => runAll(opened.value, commands)) : opened;
  const told: Told = all.isRead ? all.value : () => all;
  const filter = await look(() => readFilter(readers, host, 4));
  return { host, links: mapLooked(told(linkCommand), parseLinks), switch: await switchOf(told), filter };
}

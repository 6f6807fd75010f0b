/** What a trace reads on hosts: a router's namespace on the L3 agent's host, and a port's devices on its compute host. */
import type { HostReader, Outcome, ReaderOutput } from '../../lib/hosts/host';
import { UnrecoverableError } from '../../lib/basics/errors';
import type { ReportReaders } from '../../lib/contract/report-ports';
import { look, read, type Looked } from '../looked';
import {
  parseAddresses,
  parseLinks,
  parseNamespaces,
  parseNeighbours,
  parseRoutes,
  type DeviceAddress,
  type Link,
  type Neighbour,
  type Route,
} from './devices';
import { parseNat, type NatRule } from './nat';
import { readFilter, type FilterSeen } from './packet/read';
import { parseSwitch, type SwitchPort } from './switch';

/** How a router's namespace is on one host. */
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

/** How a port is on its compute host. */
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

function outputOf(outcome: Outcome<ReaderOutput> | undefined, argv: Command): string {
  const command = argv.join(' ');
  if (outcome === undefined) throw new UnrecoverableError(`${command}: it was not answered`);
  if (!outcome.ok && outcome.reason === 'refused')
    throw new UnrecoverableError(
      `the host program there is older, and does not run \`${command}\`; install that of this release`,
    );
  if (!outcome.ok) throw outcome.error;
  const { code, stdout, stderr } = outcome.value;
  if (code !== 0)
    throw new UnrecoverableError(
      `\`${command}\` ended with ${code}: ${stderr.trim().split('\n').at(-1) || 'it said nothing'}`,
    );
  return stdout;
}

type Told = (argv: Command) => Promise<Looked<string>>;

/** Each command's own output, all of one round trip. */
async function runAll(host: HostReader, commands: readonly Command[]): Promise<Told> {
  const outcomes = await host.read(commands.map((argv) => ({ verb: 'run-reader', argv }) as const));
  return (argv) => look(() => Promise.resolve(outputOf(outcomes[commands.indexOf(argv)], argv)));
}

const parsed = <Value>(text: Looked<string>, parse: (text: string) => Value): Looked<Value> =>
  text.isRead ? read(parse(text.value)) : text;

const bridges = listSwitch('bridge');
const ports = listSwitch('port');
const interfaces = listSwitch('interface');

async function switchOf(told: Told): Promise<Looked<readonly SwitchPort[]>> {
  const all = await Promise.all([told(bridges), told(ports), told(interfaces)]);
  const [first, second, third] = all;
  if (!first.isRead) return first;
  if (!second.isRead) return second;
  if (!third.isRead) return third;
  return look(() => Promise.resolve(parseSwitch(first.value, second.value, third.value)));
}

/** One look that failed stands for all that it was to tell. */
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
  const told: Told = all.isRead ? all.value : () => Promise.resolve(all);
  return {
    host,
    namespace,
    isThere: parsed(await told(list), (text) => parseNamespaces(text).includes(namespace)),
    links: parsed(await told(links), parseLinks),
    addresses: parsed(await told(addresses), parseAddresses),
    routes: parsed(await told(routes), parseRoutes),
    neighbours: parsed(await told(neighbours), parseNeighbours),
    nat: parsed(await told(nat), parseNat),
    switch: await switchOf(told),
  };
}

export async function readPortPlace(readers: ReportReaders, host: string): Promise<PortPlace> {
  const opened = await openHost(readers, host);
  const commands = [linkCommand, bridges, ports, interfaces];
  const all = opened.isRead ? await look(() => runAll(opened.value, commands)) : opened;
  const told: Told = all.isRead ? all.value : () => Promise.resolve(all);
  const filter = await look(() => readFilter(readers, host, 4));
  return { host, links: parsed(await told(linkCommand), parseLinks), switch: await switchOf(told), filter };
}

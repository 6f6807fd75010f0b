/** What Neutron and the hosts tell of a packet's way: both ports, their groups, and the tables of their hosts. */
import { defined } from '../../../lib/basics/defined';
import { InvalidConfiguration } from '../../../lib/basics/errors';
import type { ReportReaders } from '../../../lib/contract/report-ports';
import type { GroupRecord, NetworkTraceReader, PortRecord } from '../../../lib/contract/trace-ports';
import { valueOf, type HostReader, type Outcome, type ReaderOutput } from '../../../lib/hosts/host';
import { holds, networkOf, parseAddress, type IpAddress, type IpVersion } from '../../../lib/net/ip-ranges';
import { parseIpSets, type IpSets } from '../../../lib/packet-path/ip-sets';
import { parseTables } from '../../../lib/packet-path/tables';
import type { HostFilter } from '../../../lib/packet-path/walk';
import { look, read, untried, type Looked } from '../../looked';
import { sayAddress, type Question } from './question';

/** What a host's kernel has between its bridges' ports. */
export interface FilterSeen {
  readonly filter: HostFilter;
  /** Why rules about sets can't be judged; undefined: their members were read. */
  readonly setsGap?: string;
  /** Of the variant of iptables that Neutron's agent doesn't use; both decide. Undefined: the host has one variant. */
  readonly otherVariant?: { readonly tool: string; readonly filter: Looked<HostFilter> };
  readonly ports: readonly { readonly bridge: string; readonly port: string }[];
  /** Whether bridges ask iptables at all. Undefined: nobody could read it. */
  readonly asksTables: boolean | undefined;
}

export interface PortSide {
  readonly port: PortRecord;
  readonly groups: Looked<readonly GroupRecord[]>;
  readonly host: Looked<FilterSeen>;
}

export type Destination =
  | { readonly is: 'port'; readonly side: PortSide; readonly isSameNetwork: boolean }
  /** Why the way is followed no further than to the sender's host. */
  | { readonly is: 'elsewhere'; readonly why: string };

export interface PacketSeen {
  readonly from: PortSide;
  readonly source: IpAddress;
  readonly to: Destination;
}

/** @throws InvalidConfiguration where there is no such port, or it has no address of this family */
export async function readPacketWay(question: Question, readers: ReportReaders): Promise<PacketSeen> {
  const neutron = await readers.networkTrace();
  const port = await neutron.port(question.from);
  if (port === undefined)
    throw new InvalidConfiguration(`there is no port ${question.from}, or these credentials may not see it`);
  const source = question.source ?? (await ownAddress(port, question.to, neutron));
  const found = await destinationOf(question.to, port, neutron);
  const version = question.to.version;
  const hosts = new Map<string, Promise<Looked<FilterSeen>>>();
  const hostOf = (name: string): Promise<Looked<FilterSeen>> => {
    const seen = hosts.get(name) ?? look(() => readFilter(readers, name, version));
    hosts.set(name, seen);
    return seen;
  };
  const sideOf = async (record: PortRecord): Promise<PortSide> => {
    const { host = '' } = record;
    const [groups, filter] = await Promise.all([
      look(() => neutron.groups(record.groups)),
      host === '' ? untried('Neutron names no host of the port to these credentials') : hostOf(host),
    ]);
    return { port: record, groups, host: filter };
  };
  if (!('port' in found)) return { from: await sideOf(port), source, to: found };
  const [from, side] = await Promise.all([sideOf(port), sideOf(found.port)]);
  return { from, source, to: { is: 'port', side, isSameNetwork: found.port.networkId === port.networkId } };
}

/** That on the destination's subnet, else the first of its family. */
async function ownAddress(port: PortRecord, to: IpAddress, neutron: NetworkTraceReader): Promise<IpAddress> {
  const own = port.fixedIps
    .map(({ subnetId, address }) => ({ subnetId, address: parseAddress(address) }))
    .filter(({ address }) => address.version === to.version);
  const [first, ...others] = own;
  if (first === undefined)
    throw new InvalidConfiguration(`the port ${port.id} has no IPv${to.version} address; give one by --source`);
  if (others.length === 0) return first.address;
  const subnets = await neutron.subnets(own.map(({ subnetId }) => subnetId));
  const near = subnets.find(({ cidr }) => holds(networkOf(cidr), to));
  return (own.find(({ subnetId }) => subnetId === near?.id) ?? first).address;
}

async function destinationOf(
  to: IpAddress,
  from: PortRecord,
  neutron: NetworkTraceReader,
): Promise<{ readonly port: PortRecord } | Extract<Destination, { is: 'elsewhere' }>> {
  const elsewhere = (why: string) => ({ is: 'elsewhere', why }) as const;
  const address = sayAddress(to);
  const ports = await neutron.portsWithAddress(address);
  const near = ports.filter(({ networkId }) => networkId === from.networkId);
  const [only, ...others] = near.length > 0 ? near : ports;
  if (only === undefined) return elsewhere(`no port that these credentials see has the address ${address}`);
  if (others.length > 0)
    return elsewhere(
      `${others.length + 1} ports on other networks have the address ${address}; routers decide which is meant`,
    );
  if (only.deviceOwner === 'network:floatingip')
    return elsewhere(`${address} is a floating IP; \`stackward trace floating-ip ${address}\` follows it`);
  if (only.deviceOwner.startsWith('network:'))
    return elsewhere(`${address} belongs to ${only.deviceOwner}, which no security group guards`);
  return { port: only };
}

const switchOf = (version: IpVersion): string => `bridge-nf-call-${version === 4 ? 'iptables' : 'ip6tables'}`;

export async function readFilter(readers: ReportReaders, name: string, family: IpVersion): Promise<FilterSeen> {
  const host = await readers.host(`host:${name}`);
  const [tables, bridges, saved, asked] = await host.read([
    { verb: 'save-tables', family },
    { verb: 'bridge-ports' },
    { verb: 'run-reader', argv: ['ipset', 'save'] },
    { verb: 'read-file', path: `/proc/sys/net/bridge/${switchOf(family)}` },
  ]);
  const { text, variant } = valueOf(tables);
  const members = outputOf(saved);
  // Without its members a set is one that nobody can judge.
  const sets = parseIpSets(members.isRead ? members.value : '');
  const otherVariant = variant === 'only' ? undefined : await readOther(host, family, variant, sets);
  return {
    filter: { tables: parseTables(text), sets },
    ports: valueOf(bridges).ports,
    asksTables: flagOf(asked),
    ...defined({ setsGap: members.isRead ? undefined : members.why, otherVariant }),
  };
}

async function readOther(
  host: HostReader,
  family: IpVersion,
  variant: 'nft' | 'legacy',
  sets: IpSets,
): Promise<FilterSeen['otherVariant']> {
  const tool = `${family === 4 ? 'iptables' : 'ip6tables'}-${variant === 'nft' ? 'legacy' : 'nft'}`;
  const [saved] = await host.read([{ verb: 'run-reader', argv: [`${tool}-save`] }]);
  if (!saved.ok && saved.reason === 'no-tool') return undefined;
  const output = outputOf(saved);
  return { tool, filter: output.isRead ? read({ tables: parseTables(output.value), sets }) : output };
}

function outputOf(outcome: Outcome<ReaderOutput>): Looked<string> {
  if (!outcome.ok)
    return outcome.reason === 'refused'
      ? untried('the host program there is older, and does not run it; install that of this release')
      : { isRead: false, why: outcome.error.message, wasTried: true };
  const { code, stdout, stderr } = outcome.value;
  if (code === 0) return read(stdout);
  return { isRead: false, why: `it ended with ${code}: ${stderr.trim().split('\n').at(-1) ?? ''}`, wasTried: true };
}

function flagOf(outcome: Outcome<{ readonly exists: boolean; readonly content?: string }>): boolean | undefined {
  if (!outcome.ok || outcome.value.content === undefined) return undefined;
  const text = Buffer.from(outcome.value.content, 'base64').toString('latin1').trim();
  return text === '1' ? true : text === '0' ? false : undefined;
}

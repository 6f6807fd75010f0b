/** Reads everything that decides a packet's way: both ports, their groups, and the tables of their hosts. */
import { InvalidCommand, InvalidConfiguration } from '../../../lib/basics/errors';
import type { ReportReaders } from '../../../lib/contract/report-ports';
import type { NetworkTraceReader, PortRecord } from '../../../lib/contract/trace-ports';
import { holds, networkOf, parseAddress, type IpAddress } from '../../../lib/net/ip-ranges';
import { look, untried, type Looked } from '../../looked';
import { sayAddress } from '../host-filter/first-packet';
import { readFilter, type FilterSeen, type PortSide } from '../host-filter/read';
import type { Question } from './question';

export type Destination =
  | { readonly is: 'port'; readonly side: PortSide; readonly isSameNetwork: boolean }
  /** Why the packet is followed only to the sender's host. */
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
    throw new InvalidConfiguration(`there is no port ${question.from}, or these credentials may not see it`, {
      about: 'name',
    });
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

/** The port's address on the destination's subnet, or else its first address of that family. */
async function ownAddress(port: PortRecord, to: IpAddress, neutron: NetworkTraceReader): Promise<IpAddress> {
  const own = port.fixedIps
    .map(({ subnetId, address }) => ({ subnetId, address: parseAddress(address) }))
    .filter(({ address }) => address.version === to.version);
  const [first, ...others] = own;
  if (first === undefined)
    throw new InvalidCommand(`the port ${port.id} has no IPv${to.version} address; give one by --source`);
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

/**
 * Reads what proves the packets of a review: ports and groups from Neutron, and the tables of hosts, as `trace packet`
 * does. Nothing is read where no change is about packets. A reading that fails makes its packets assumed.
 */
import { asStackwardError } from '../../lib/basics/errors';
import { defined } from '../../lib/basics/defined';
import type { RestoreText } from '../../lib/contract/reconciler';
import { ownKey } from '../../lib/contract/reconciler';
import { hostOf } from '../../lib/contract/target';
import type { GroupRecord, PortRecord } from '../../lib/contract/trace-ports';
import type { IpVersion } from '../../lib/net/ip-ranges';
import type { Plan } from '../../lib/run/plan';
import { readFilter } from '../../reports/trace/host-filter/read';
import { plannedChanges, type StackRead } from '../../review/assemble';
import { Things } from '../../review/terraform/things';
import type { FilterSeen, PacketsSeen } from '../../review/witness/seen';
import { wantedReadings, type WantedReadings } from '../../review/witness/wanted';
import type { ReadingContext } from '../wire';

type Readers = ReadingContext['readers'];

/** Tables of more hosts are not read, so that a review of a whole cloud stays quick. */
const mostHosts = 64;

export async function readPackets(
  stacks: readonly StackRead[],
  own: Plan | undefined,
  { readers }: ReadingContext,
): Promise<PacketsSeen> {
  const planned = stacks.flatMap(({ name, plan }) => (plan === undefined ? [] : [{ stack: name, plan }]));
  const wanted = wantedReadings(plannedChanges(stacks, new Things(planned)), own?.steps ?? []);
  const network = await readNetwork(wanted, readers);
  const ofPorts = [...network.ports.values()].flatMap(({ host }) => host ?? []);
  const names = [...new Set([...wanted.hosts, ...ofPorts])];
  const hosts = await Promise.all(
    names.map(async (name, place) => {
      const read = (family: IpVersion): Promise<FilterSeen | string> =>
        place < mostHosts
          ? readTables(readers, name, family)
          : Promise.resolve(`the review reads at most ${mostHosts} hosts`);
      const [ipv4, ipv6] = await Promise.all([read(4), read(6)]);
      return [name, { 4: ipv4, 6: ipv6 }] as const;
    }),
  );
  return { ...network, hosts: new Map(hosts), restores: restoresOf(own) };
}

/** The input of iptables-restore in stackward's steps, by host. */
function restoresOf(own: Plan | undefined): ReadonlyMap<string, readonly RestoreText[]> {
  const restores = new Map<string, readonly RestoreText[]>();
  for (const look of own?.looks ?? []) {
    const keys = (own?.steps ?? [])
      .filter(({ kind, target }) => kind === look.kind && target === look.target)
      .map(ownKey);
    const texts = keys.length === 0 ? [] : look.restores(keys);
    const host = hostOf(look.target) ?? look.target;
    if (texts.length > 0) restores.set(host, [...(restores.get(host) ?? []), ...texts]);
  }
  return restores;
}

async function readTables(readers: Readers, host: string, family: IpVersion): Promise<FilterSeen | string> {
  try {
    const { filter, otherVariant, ports, asksTables } = await readFilter(readers, host, family);
    const second = otherVariant?.filter;
    const gaps = [
      ...(asksTables.isRead ? [] : [`whether bridges ask iptables was not read: ${asksTables.why}`]),
      ...(second?.isRead === false
        ? [`${otherVariant?.tool ?? ''} decides as well, and was not read: ${second.why}`]
        : []),
    ];
    return {
      filter,
      ports,
      asksTables: asksTables.isRead ? asksTables.value : true,
      ...defined({
        other: second?.isRead === true ? second.value : undefined,
        gap: gaps.length === 0 ? undefined : gaps.join('; '),
      }),
    };
  } catch (error) {
    return asStackwardError(error).message;
  }
}

async function readNetwork(
  { ports: ids, groups: later }: WantedReadings,
  readers: Readers,
): Promise<Pick<PacketsSeen, 'ports' | 'groups' | 'gap'>> {
  const ports = new Map<string, PortRecord>();
  const groups = new Map<string, GroupRecord>();
  if (ids.length + later.length === 0) return { ports, groups };
  try {
    const network = await readers.networkTrace();
    for (const port of await network.ports(ids)) ports.set(port.id, port);
    const had = [...ports.values()].flatMap((port) => port.groups);
    for (const group of await network.groups([...new Set([...had, ...later])])) groups.set(group.id, group);
    return { ports, groups };
  } catch (error) {
    return { ports, groups, gap: `Neutron was not read: ${asStackwardError(error).message}` };
  }
}

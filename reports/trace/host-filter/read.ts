/** The packet filter of one host: the tables of iptables, their sets, and the bridges that ask them. */
import { defined } from '../../../lib/basics/defined';
import type { ReportReaders } from '../../../lib/contract/report-ports';
import type { GroupRecord, PortRecord } from '../../../lib/contract/trace-ports';
import { valueOf, type HostReader, type Outcome } from '../../../lib/hosts/host';
import type { IpVersion } from '../../../lib/net/ip-ranges';
import { parseIpSets, type IpSets } from '../../../lib/packet-path/ip-sets';
import { parseTables } from '../../../lib/packet-path/tables';
import type { HostFilter } from '../../../lib/packet-path/walk';
import { failed, mapLooked, read, type Looked, type Unread } from '../../looked';
import { outputOf } from '../host-output';

/** What a host's kernel has between its bridges' ports. */
export interface FilterSeen {
  readonly filter: HostFilter;
  /** Why rules about sets can't be judged; undefined: their members were read. */
  readonly setsGap?: Unread;
  /** Of the variant of iptables that Neutron's agent doesn't use; both decide. Undefined: the host has one variant. */
  readonly otherVariant?: { readonly tool: string; readonly filter: Looked<HostFilter> };
  readonly ports: readonly { readonly bridge: string; readonly port: string }[];
  /** True if bridges ask iptables at all. */
  readonly asksTables: Looked<boolean>;
}

export interface PortSide {
  readonly port: PortRecord;
  readonly groups: Looked<readonly GroupRecord[]>;
  readonly host: Looked<FilterSeen>;
}

const saveSets = ['ipset', 'save'];
const toolOf = (version: IpVersion): string => (version === 4 ? 'iptables' : 'ip6tables');
const switchOf = (version: IpVersion): string => `bridge-nf-call-${toolOf(version)}`;

export async function readFilter(readers: ReportReaders, name: string, family: IpVersion): Promise<FilterSeen> {
  const host = await readers.host(`host:${name}`);
  const bridgeSwitch = `/proc/sys/net/bridge/${switchOf(family)}`;
  const [tables, bridges, saved, asked] = await host.read([
    { verb: 'save-tables', family },
    { verb: 'bridge-ports' },
    { verb: 'run-reader', argv: saveSets },
    { verb: 'read-file', path: bridgeSwitch },
  ]);
  const { text, variant } = valueOf(tables);
  const members = outputOf(saved, saveSets);
  // Without its members a set is one that nobody can judge.
  const sets = parseIpSets(members.isRead ? members.value : '');
  const otherVariant = variant === 'only' ? undefined : await readOther(host, family, variant, sets);
  return {
    filter: { tables: parseTables(text), sets },
    ports: valueOf(bridges).ports,
    asksTables: await whetherAsked(host, family, flagOf(asked, bridgeSwitch), valueOf(bridges).ports),
    ...defined({ setsGap: members.isRead ? undefined : members, otherVariant }),
  };
}

async function readOther(
  host: HostReader,
  family: IpVersion,
  variant: 'nft' | 'legacy',
  sets: IpSets,
): Promise<FilterSeen['otherVariant']> {
  const tool = `${family === 4 ? 'iptables' : 'ip6tables'}-${variant === 'nft' ? 'legacy' : 'nft'}`;
  const argv = [`${tool}-save`];
  const [saved] = await host.read([{ verb: 'run-reader', argv }]);
  if (!saved.ok && saved.reason === 'no-tool') return undefined;
  return { tool, filter: mapLooked(outputOf(saved, argv), (text) => ({ tables: parseTables(text), sets })) };
}

/**
 * A bridge may ask iptables by itself where the host's switch is off: either of both is enough.
 * Source: net/bridge/br_netfilter_hooks.c, br_nf_pre_routing.
 */
async function whetherAsked(
  host: HostReader,
  family: IpVersion,
  ofHost: Looked<boolean>,
  ports: FilterSeen['ports'],
): Promise<Looked<boolean>> {
  if (!ofHost.isRead || ofHost.value) return ofHost;
  const bridges = new Set(ports.map(({ bridge }) => bridge));
  const paths = [...bridges].map((bridge) => `/sys/class/net/${bridge}/bridge/nf_call_${toolOf(family)}`);
  if (paths.length === 0) return ofHost;
  const answers = await host.read(paths.map((path) => ({ verb: 'read-file', path }) as const));
  const flags = answers.map((answer, place) => flagOf(answer, paths[place] ?? ''));
  const unread = flags.find((flag) => !flag.isRead);
  if (unread !== undefined) return unread;
  return flags.some((flag) => flag.isRead && flag.value)
    ? failed('the switch of the host is off, and that of a bridge is on')
    : ofHost;
}

function flagOf(
  outcome: Outcome<{ readonly exists: boolean; readonly content?: string }>,
  path: string,
): Looked<boolean> {
  if (!outcome.ok) return failed(outcome.error.message);
  const { content } = outcome.value;
  if (content === undefined) return failed(`the host has no ${path}`);
  const text = Buffer.from(content, 'base64').toString('latin1').trim();
  return text === '1' || text === '0' ? read(text === '1') : failed(`${path} is neither 0 nor 1`);
}

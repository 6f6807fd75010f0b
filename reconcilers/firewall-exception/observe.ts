/** Reads the exceptions of one host: in the kernel, and in the files from which they come back when the host starts. */
import { defined } from '../../lib/basics/defined';
import { maxStoredBytes } from '../../lib/synth/exception-limits';
import { valueOf, type HostFile, type HostReader, type HostTables, type Outcome } from '../../lib/hosts/host';
import { findForeignJumps, findOwnChains, ownTables } from '../../lib/iptables/own-chain';
import { commentOf } from '../../lib/iptables/rule-comment';
import { parseRuleset, type Ruleset } from '../../lib/iptables/ruleset';
import type { Readers } from '../../lib/contract/ports';
import type { Placement } from '../../lib/contract/reconciler';
import { isAtLeast } from '../../lib/openstack/releases';
import { findLockFile } from './chain/agent-lock';
import { formerNames, newNames, ownerIn, tellWhoseFormer, type OwnNames } from './chain/own-names';
import { foreignRules } from './chain/rule-groups';
import { families, type Family } from './chain/rules';
import { parseStored, textOf, type SeenFile } from './chain/stored-rules';
import type { FirewallExceptionObserved, OwnFamily, PlacedException } from './model';
import { pathOf } from './model';

/** For a host without ip6tables, or without any iptables if nothing is wanted there. */
const noTables: HostTables = { variant: 'only', hasHook: false, text: '' };

/**
 * Up to Liberty 7.0.1 the agent saves and restores whole tables, and loses rules that were added in between. A write
 * under the agent's lock prevents that. An image says whether its run held the lock.
 */
const needsLock = ({ spec }: { spec: PlacedException }): boolean =>
  spec.is === 'declared' ? !isAtLeast(spec.spec.release, 'mitaka') : spec.image.lockFile !== undefined;

export async function observe(
  { target, wanted, sweep }: Placement<PlacedException>,
  from: Readers,
): Promise<FirewallExceptionObserved> {
  const host = await from.host(target);
  const owners = [...new Set([...wanted, ...sweep].map((claim) => claim.owner))];
  const configFiles = wanted.some(needsLock) ? from.hosts.configFiles('neutron') : [];
  const { stateFolder } = host;
  const files = [
    ...new Set(
      owners.flatMap((owner) =>
        families.flatMap((family) => [newNames, formerNames].map((named) => named(stateFolder, owner, family).path)),
      ),
    ),
  ];
  const answers = await host.read([
    { verb: 'save-tables', family: 4 },
    { verb: 'save-tables', family: 6 },
    { verb: 'bridge-ports' },
    ...[...files, ...configFiles].map((path) => ({ verb: 'read-file', path }) as const),
  ]);
  const [ipv4, ipv6, ports, ...read] = answers as unknown as [
    Outcome<HostTables>,
    Outcome<HostTables>,
    Outcome<{ ports: readonly { bridge: string; port: string }[] }>,
    ...Outcome<HostFile>[],
  ];
  const tablesOf = (answer: Outcome<HostTables>, mayLack: boolean): HostTables =>
    mayLack && !answer.ok && ['no-tool', 'no-module'].includes(answer.reason) ? noTables : valueOf(answer);
  const tables = { ipv4: tablesOf(ipv4, wanted.length === 0), ipv6: tablesOf(ipv6, true) };
  const rulesets = { ipv4: parseRuleset(tables.ipv4.text), ipv6: parseRuleset(tables.ipv6.text) };
  const stored = await readStored(host, new Map(files.map((path, index) => [path, read[index] as Outcome<HostFile>])));
  const stateOf = (owner: string, family: Family): OwnFamily => {
    const comments = new Set(wanted.filter((resource) => resource.owner === owner).map(commentIn));
    return ownFamily(owner, family, { stateFolder, ruleset: rulesets[family], stored, comments });
  };
  const states = new Map(owners.map((o) => [o, { ipv4: stateOf(o, 'ipv4'), ipv6: stateOf(o, 'ipv6') }]));
  const lockFile =
    configFiles.length > 0 ? findLockFile(read.slice(files.length).map(valueOf)) : knownLock(wanted, states);
  return {
    host: host.name,
    stateFolder,
    hasHook: { ipv4: tables.ipv4.hasHook, ipv6: tables.ipv6.hasHook },
    variant: { ipv4: tables.ipv4.variant, ipv6: tables.ipv6.variant },
    bridgeOf: new Map(valueOf(ports).ports.map(({ bridge, port }) => [port, bridge])),
    ...defined({ lockFile }),
    owners: states,
  };
}

/**
 * A second request measures files that are too large to be read. A file that merely had no room in the answer stays a
 * failure.
 */
async function readStored(
  host: HostReader,
  outcomes: ReadonlyMap<string, Outcome<HostFile>>,
): Promise<ReadonlyMap<string, SeenFile>> {
  const isTooLarge = (outcome: Outcome<HostFile>): boolean => !outcome.ok && outcome.reason === 'too-large';
  const large = [...outcomes].filter(([, outcome]) => isTooLarge(outcome)).map(([path]) => path);
  const digests = large.length === 0 ? [] : await host.read(large.map((path) => ({ verb: 'digest-file', path })));
  const measured = new Map(large.map((path, index) => [path, digests[index]]));
  return new Map(
    [...outcomes].map(([path, outcome]): [string, SeenFile] => {
      const digest = measured.get(path);
      if (digest === undefined) return [path, valueOf(outcome)];
      const file = valueOf(digest);
      if (!file.exists) return [path, absent];
      return [path, file.size > maxStoredBytes ? file : valueOf(outcome)];
    }),
  );
}

const commentIn = ({ id, spec }: Placement<PlacedException>['wanted'][number]): string =>
  spec.is === 'restored' ? spec.image.comment : commentOf(pathOf(id));

interface Seen {
  readonly stateFolder: string;
  readonly ruleset: Ruleset;
  /** By path. */
  readonly stored: ReadonlyMap<string, SeenFile>;
  /** Comments of the owner's constructs that this host is to have. */
  readonly comments: ReadonlySet<string>;
}

const absent: HostFile = { exists: false, realPath: '' };

function ownFamily(owner: string, family: Family, { stateFolder, ruleset, stored, comments }: Seen): OwnFamily {
  const fileOf = ({ path }: OwnNames): SeenFile => stored.get(path) ?? absent;
  const seen = (names: OwnNames): OwnFamily => {
    const kernel = findOwnChains(ruleset, names.chain);
    return {
      names,
      kernel,
      stored: parseStored(fileOf(names), owner, names.chain),
      foreign: [
        ...foreignRules({ mangle: kernel.mangle.rules, filter: kernel.filter.rules }),
        ...findForeignJumps(ruleset, names.chain),
      ],
    };
  };
  const now = seen(newNames(stateFolder, owner, family));
  const former = formerNames(stateFolder, owner, family);
  const chains = findOwnChains(ruleset, former.chain);
  const ownerOf = (itsFamily: Family): string | undefined =>
    ownerIn(textOf(fileOf(formerNames(stateFolder, owner, itsFamily))));
  const ownersOfBoth = families.flatMap((itsFamily) => ownerOf(itsFamily) ?? []);
  const whose = tellWhoseFormer(owner, { chains, owner: ownerOf(family), ownersOfBoth }, comments);
  if (whose === 'unclear') return { ...now, unclear: former.chain };
  if (whose === 'others') return now;
  const isEmpty = now.stored.file === null && ownTables.every((table) => !now.kernel[table].exists);
  return isEmpty ? seen(former) : { ...now, twin: former };
}

/** If no spec says the release, the stored files name the lock under which they were written. */
function knownLock(
  wanted: Placement<PlacedException>['wanted'],
  states: FirewallExceptionObserved['owners'],
): string | undefined {
  if (wanted.some(({ spec }) => spec.is === 'declared')) return undefined;
  const stored = [...states.values()].flatMap((state) => families.map((family) => state[family].stored.lockFile));
  return stored.find((path) => path !== undefined);
}

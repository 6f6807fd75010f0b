/**
 * Reads the things that stackward made on a host: stored exceptions, records, its chains, and the files that restore
 * exceptions at boot. Takes two round trips.
 */
import * as z from 'zod';
import { defined } from '../lib/basics/defined';
import { asStackwardError } from '../lib/basics/errors';
import { parseJson } from '../lib/basics/json';
import { anyMark, fileHeader, formerMark, ownerMark, valueOf } from '../lib/hosts/host';
import type { HostBoot, HostFile, HostReader, HostTables, Outcome } from '../lib/hosts/host';
import { findPath } from '../lib/iptables/rule-comment';
import { findOwnChains, ownTables, type OwnChains } from '../lib/iptables/own-chain';
import { parseRuleset, type Ruleset } from '../lib/iptables/ruleset';
import type { HostDirectory } from '../lib/contract/ports';
import type { Heartbeat } from './heartbeats';
import { read, type Looked, type Unread } from './looked';

export const families = [4, 6] as const;
export type Family = (typeof families)[number];

/** A file of the state folder that stackward wrote, or that has a name of stackward. */
export interface OwnFile<Content extends Named = Named> {
  readonly path: string;
  readonly mark: string;
  readonly content: Looked<Content>;
}

interface Named {
  /** The owner that the file names. Absent if it names none, or one with another mark; `fault` then says which. */
  readonly owner?: string;
  readonly fault?: string;
  /** Stacks with constructs that the file has entries of. */
  readonly stacks: readonly string[];
}

/** The exceptions of one owner and family that are restored at boot. */
export interface StoredExceptions extends Named {
  readonly chains: OwnChains;
}

export interface StoredTables extends OwnFile<StoredExceptions> {
  readonly family: Family;
}

export interface OwnThings {
  readonly stored: readonly StoredTables[];
  /** The record of each owner and kind. */
  readonly records: readonly OwnFile[];
  /** By family. A family that the host can't filter has no rules. */
  readonly tables: Readonly<Record<Family, { readonly ruleset: Ruleset; readonly hasHook: boolean }>>;
  readonly boot: HostBoot;
}

export interface OwnPlaces {
  readonly places: readonly { readonly host: string; readonly things: Looked<OwnThings> }[];
  /** Why further hosts are not known, which the configuration only names by a pattern. */
  readonly unknown?: Unread;
}

export const chainOf = (mark: string): string => `stackward-${mark}`;

const storedName = new RegExp(`^firewall-exception-(${anyMark})\\.ipv([46])$`);
const recordName = new RegExp(`^([a-z-]+)-(${anyMark})\\.json$`);

const recordForm = z.object({ owner: z.string(), entries: z.record(z.string(), z.object({ stack: z.string() })) });

/** @throws StackwardError if the tables or the folder can't be read */
export async function readOwnThings(host: HostReader): Promise<OwnThings> {
  const { stateFolder } = host;
  const [folder, ipv4, ipv6, boot] = await host.read([
    { verb: 'list-folder', path: stateFolder },
    { verb: 'save-tables', family: 4 },
    { verb: 'save-tables', family: 6 },
    { verb: 'boot-files', stateFolder },
  ]);
  const names = valueOf(folder)
    .entries.map(({ name }) => name)
    .filter((name) => storedName.test(name) || recordName.test(name));
  const files = names.length === 0 ? [] : await host.read(names.map((name) => ({ verb: 'read-file', path: `${stateFolder}/${name}` }) as const)); // prettier-ignore
  const found = names.flatMap((name, index) => {
    const outcome: Outcome<HostFile> | undefined = files[index];
    return outcome === undefined ? [] : [{ name, path: `${stateFolder}/${name}`, outcome }];
  });
  return {
    stored: found.flatMap(({ name, path, outcome }) => storedOf(name, path, outcome)),
    records: found.flatMap(({ name, path, outcome }) => recordOf(name, path, outcome)),
    tables: { 4: tablesOf(ipv4), 6: tablesOf(ipv6) },
    boot: valueOf(boot),
  };
}

function tablesOf(outcome: Outcome<HostTables>): OwnThings['tables'][Family] {
  // If the host has no packet filter of this family, no rule can be in force.
  const isAbsent = !outcome.ok && ['no-tool', 'no-module'].includes(outcome.reason);
  const { text, hasHook } = isAbsent ? { text: '', hasHook: false } : valueOf(outcome);
  return { ruleset: parseRuleset(text), hasHook };
}

/** The owner, if the mark in the file's name belongs to that owner. */
function ownerOf(mark: string, named: string | undefined): Pick<Named, 'owner' | 'fault'> {
  if (named === undefined) return { fault: 'it names no owner' };
  if ([ownerMark(named), formerMark(named)].includes(mark)) return { owner: named };
  return { fault: `it names the owner ${named}, and its own name is that of another` };
}

function storedOf(name: string, path: string, outcome: Outcome<HostFile>): StoredTables[] {
  const [, mark, digit] = storedName.exec(name) ?? [];
  if (mark === undefined) return [];
  const family: Family = digit === '4' ? 4 : 6;
  const content = contentOf(outcome, (text): StoredExceptions => {
    const chains = findOwnChains(parseRuleset(text), chainOf(mark));
    const [first = ''] = text.split('\n', 1);
    const lead = `# ${fileHeader('')}`;
    const named = first.startsWith(lead) ? first.slice(lead.length) : undefined;
    return { chains, ...ownerOf(mark, named), stacks: stacksOf(chains) };
  });
  return [{ path, mark, family, content }];
}

const stacksOf = ({ mangle, filter }: OwnChains): readonly string[] => {
  const comments = [...mangle.rules, ...filter.rules].flatMap((rule) => /--comment "?([^" ]+)"?/.exec(rule)?.[1] ?? []);
  return [...new Set(comments.flatMap((comment) => findPath(comment)?.split('/')[0] ?? []))].sort();
};

function recordOf(name: string, path: string, outcome: Outcome<HostFile>): OwnFile[] {
  const mark = recordName.exec(name)?.[2];
  return mark === undefined ? [] : [{ path, mark, content: contentOf(outcome, (text) => recordIn(text, mark)) }];
}

function recordIn(text: string, mark: string): Named {
  try {
    const { owner, entries } = recordForm.parse(parseJson(text));
    const stacks = [...new Set(Object.values(entries).map(({ stack }) => stack))].sort();
    return { ...ownerOf(mark, owner), stacks };
  } catch (error) {
    const fault = error instanceof z.ZodError ? 'it has not the form of a record' : asStackwardError(error).message;
    return { fault, stacks: [] };
  }
}

/** A file that could not be read is not taken for an empty file. */
function contentOf<Content>(outcome: Outcome<HostFile>, parse: (text: string) => Content): Looked<Content> {
  const unread = (why: string): Unread => ({ isRead: false, why, wasTried: true });
  if (!outcome.ok) return unread(outcome.error.message);
  if (!outcome.value.exists) return unread('it went away while the host was read');
  return read(parse(Buffer.from(outcome.value.content, 'base64').toString('utf8')));
}

export const hasRules = ({ chains }: StoredExceptions): boolean =>
  ownTables.some((table) => chains[table].rules.length > 0);

export const markOfChain = (chain: string): string | undefined =>
  new RegExp(`^stackward-(${anyMark})$`).exec(chain)?.[1];

/**
 * @param named hosts that the configuration names in full. The hosts of Neutron's agents are added if the configuration
 * reaches any host.
 */
export async function readOwnPlaces(
  named: readonly string[],
  { reachesAny, canReach }: Pick<HostDirectory, 'reachesAny' | 'canReach'>,
  askAgents: () => Promise<Looked<readonly Pick<Heartbeat, 'host'>[]>>,
  readOn: (host: string) => Promise<Looked<OwnThings>>,
): Promise<OwnPlaces> {
  const agents = reachesAny ? await askAgents() : read([]);
  const more = agents.isRead ? agents.value.map(({ host }) => host).filter(canReach) : [];
  const hosts = [...new Set([...named, ...more])].sort();
  const places = await Promise.all(hosts.map(async (host) => ({ host, things: await readOn(host) })));
  return { places, ...defined({ unknown: agents.isRead ? undefined : agents }) };
}

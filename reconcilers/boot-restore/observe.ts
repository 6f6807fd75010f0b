/** What one host has for its boot, and whose stored rules wait there. */
import {
  anyMark,
  valueOf,
  type HostFacts,
  type HostFile,
  type HostFolder,
  type HostReason,
  type Outcome,
} from '../../lib/host';
import { findPath } from '../../lib/iptables/rule-comment';
import type { Readers } from '../../lib/ports';
import type { Placement } from '../../lib/reconciler';
import { groupsOf } from '../firewall-exception/rule-groups';
import { families } from '../firewall-exception/rules';
import { formerNames, newNames, ownerIn } from '../firewall-exception/own-names';
import { parseStored, textOf } from '../firewall-exception/stored-rules';
import { allPaths, filesFor, type Init } from './files';
import type { PlacedBoot } from './locate';

export interface BootFile {
  readonly content: string;
  readonly sha256: string;
}

/** Of constructs of one stack. */
export interface StoredFor {
  readonly owner: string;
  readonly stack: string;
}

export interface BootRestoreObserved {
  readonly host: string;
  readonly stateFolder: string;
  readonly init: Init;
  /** What there is that runs containers. */
  readonly runsContainers: readonly string[];
  /** Path → what is there; undefined: nothing. `apply` keeps it up to date with what it wrote. */
  readonly files: Map<string, BootFile | undefined>;
  /** Stacks of owners that may be swept here. */
  readonly storedFor: readonly StoredFor[];
  /** How many stored files there are of owners that may not be swept. */
  readonly storedByOthers: number;
}

const storedName = new RegExp(`/firewall-exception-${anyMark}\\.ipv[46]$`);

/**
 * Files of the init system that isn't this host's may be out of an installed program's reach; where none is wanted, those of
 * its own may too: what it may not touch it has not made.
 */
const unreachable: readonly HostReason[] = ['outside-limits', 'absent'];

export async function observe(
  { target, wanted, sweep }: Placement<PlacedBoot>,
  from: Readers,
): Promise<BootRestoreObserved> {
  const host = await from.host(target);
  const owners = [...new Set(sweep.map((one) => one.owner))];
  const paths = allPaths(host.stateFolder);
  const stored = owners.flatMap((owner) =>
    families.flatMap((family) =>
      [newNames, formerNames].map((named) => ({ owner, ...named(host.stateFolder, owner, family) })),
    ),
  );
  const [factsAnswer, folderAnswer, ...answers] = (await host.read([
    { verb: 'facts' },
    { verb: 'list-folder', path: host.stateFolder },
    ...[...paths, ...stored.map((one) => one.path)].map((path) => ({ verb: 'read-file', path }) as const),
  ])) as unknown as [Outcome<HostFacts>, Outcome<HostFolder>, ...Outcome<HostFile>[]];
  const { init, tools } = valueOf(factsAnswer);
  const runsContainers = ['docker', 'podman'].filter((tool) => typeof tools[tool] === 'string');
  const needed = filesFor(init, host.stateFolder);
  const files = new Map<string, BootFile | undefined>();
  for (const [at, path] of paths.entries()) {
    const answer = answers[at] as Outcome<HostFile>;
    const mayLack = wanted.length === 0 || !needed.has(path);
    if (answer.ok || !mayLack || !unreachable.includes(answer.reason)) files.set(path, contentOf(valueOf(answer)));
  }
  const ours = stored.flatMap(({ owner, path, chain }, at) => {
    const file = valueOf(answers[paths.length + at] as Outcome<HostFile>);
    return ownerIn(textOf(file)) === owner ? [{ owner, path, rules: parseStored(file, owner, chain).rules }] : [];
  });
  const storedFor = ours.flatMap(({ owner, rules }): StoredFor[] =>
    [...groupsOf(rules).keys()].map((comment) => ({ owner, stack: findPath(comment)?.split('/')[0] ?? '' })),
  );
  const names = valueOf(folderAnswer).entries.map((entry) => `${host.stateFolder}/${entry.name}`);
  const ofOthers = names.filter((name) => storedName.test(name) && !ours.some(({ path }) => path === name));
  return {
    ...{ host: host.name, stateFolder: host.stateFolder, init, runsContainers, files, storedFor },
    storedByOthers: ofOthers.length,
  };
}

function contentOf(file: HostFile): BootFile | undefined {
  return file.exists
    ? { content: Buffer.from(file.content, 'base64').toString('utf8'), sha256: file.sha256 }
    : undefined;
}

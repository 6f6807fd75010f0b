/** Reads a host's files for the boot, and whose stored rules are there. */
import {
  anyMark,
  valueOf,
  type HostBoot,
  type HostFacts,
  type HostFile,
  type HostFolder,
  type Outcome,
} from '../../lib/hosts/host';
import { findPath } from '../../lib/iptables/rule-comment';
import type { Readers } from '../../lib/contract/ports';
import type { Placement } from '../../lib/contract/reconciler';
import { groupsOf } from '../firewall-exception/chain/rule-groups';
import { families } from '../firewall-exception/chain/rules';
import { formerNames, newNames, ownerIn } from '../firewall-exception/chain/own-names';
import { parseStored, textOf } from '../firewall-exception/chain/stored-rules';
import type { PlacedBoot } from './locate';

/** The owner and stack of stored rules. */
export interface StoredFor {
  readonly owner: string;
  readonly stack: string;
}

export interface BootRestoreObserved {
  readonly host: string;
  readonly stateFolder: string;
  /** Tools on the host that run containers. */
  readonly runsContainers: readonly string[];
  readonly boot: HostBoot;
  /** Stacks of the owners that may be swept here. */
  readonly storedFor: readonly StoredFor[];
  /** Number of stored files of other owners, which may not be swept. */
  readonly storedByOthers: number;
}

const storedName = new RegExp(`/firewall-exception-${anyMark}\\.ipv[46]$`);

export async function observe({ target, sweep }: Placement<PlacedBoot>, from: Readers): Promise<BootRestoreObserved> {
  const host = await from.host(target);
  const { stateFolder } = host;
  const owners = [...new Set(sweep.map((swept) => swept.owner))];
  const stored = owners.flatMap((owner) =>
    families.flatMap((family) =>
      [newNames, formerNames].map((named) => ({ owner, ...named(stateFolder, owner, family) })),
    ),
  );
  const [facts, boot, folder, ...answers] = (await host.read([
    { verb: 'facts' },
    { verb: 'boot-files', stateFolder },
    { verb: 'list-folder', path: stateFolder },
    ...stored.map(({ path }) => ({ verb: 'read-file', path }) as const),
  ])) as unknown as [Outcome<HostFacts>, Outcome<HostBoot>, Outcome<HostFolder>, ...Outcome<HostFile>[]];
  const { tools } = valueOf(facts);
  const ours = stored.flatMap(({ owner, path, chain }, index) => {
    const file = valueOf(answers[index] as Outcome<HostFile>);
    return ownerIn(textOf(file)) === owner ? [{ owner, path, rules: parseStored(file, owner, chain).rules }] : [];
  });
  const storedFor = ours.flatMap(({ owner, rules }): StoredFor[] =>
    [...groupsOf(rules).keys()].map((comment) => ({ owner, stack: findPath(comment)?.split('/')[0] ?? '' })),
  );
  const names = valueOf(folder).entries.map((entry) => `${stateFolder}/${entry.name}`);
  const ofOthers = names.filter((name) => storedName.test(name) && !ours.some(({ path }) => path === name));
  return {
    host: host.name,
    stateFolder,
    boot: valueOf(boot),
    storedFor,
    runsContainers: ['docker', 'podman'].filter((tool) => typeof tools[tool] === 'string'),
    storedByOthers: ofOthers.length,
  };
}

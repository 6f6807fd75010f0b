/** What for the boot of a host is not as it should be. Pure. */
import { createHash } from 'node:crypto';
import {
  sweeps,
  type Change,
  type Difference,
  type Finding,
  type Placement,
  type Step,
  type Wanted,
} from '../../lib/reconciler';
import { filesFor } from './files';
import type { PlacedBoot } from './locate';
import type { BootRestoreObserved } from './observe';
import type { BootImage } from './restored';

export const kind = 'boot-restore';

/** Path → what is to be there; null: nothing. */
export type FileWishes = ReadonlyMap<string, string | null>;

export interface BootRestoreStep extends Step {
  readonly files: FileWishes;
}

const ownHeader = 'This file is kept by stackward for ';

export function diff(
  { wanted, sweep }: Placement<PlacedBoot>,
  observed: BootRestoreObserved,
): Difference<BootRestoreStep> {
  const found = wanted.map((one) => compare(one, observed));
  if (wanted.length === 0) found.push(leftover(sweep, observed));
  return { steps: found.flatMap((one) => one.steps), findings: found.flatMap((one) => one.findings) };
}

type Found = Difference<BootRestoreStep>;

function compare({ id, spec }: Wanted<PlacedBoot>, observed: BootRestoreObserved): Found {
  if (spec.is === 'declared' && observed.init === 'other') {
    const message = `${observed.host} is started by neither systemd nor upstart, so its exceptions don't come back when it restarts: run stackward after a restart, or have its init run what docs/kinds/boot-restore.md says`;
    return { steps: [], findings: [{ id, message }] };
  }
  const strange = spec.is === 'restored' ? findStrange(spec.image, observed) : undefined;
  if (strange !== undefined) return { steps: [], findings: [{ id, reason: 'Blocked', message: strange }] };
  const wishes = spec.is === 'restored' ? new Map(Object.entries(spec.image.files)) : declaredFiles(observed);
  const isGone = [...wishes.values()].every((content) => content === null);
  const isNew = [...wishes.keys()].every((path) => observed.files.get(path) === undefined);
  return stepFor(id, wishes, observed, {
    action: isGone ? 'delete' : isNew ? 'create' : 'update',
    because:
      spec.is === 'restored'
        ? 'it was so before that run'
        : isNew
          ? 'nothing restores exceptions here when the host starts'
          : 'it is not as this stackward writes it',
    notes: isGone ? [] : notesOf(observed),
  });
}

/** Why an image can't come back: it holds a path, or a content, that this version doesn't write. */
function findStrange({ files }: BootImage, { stateFolder }: BootRestoreObserved): string | undefined {
  const written = new Map([...filesFor('systemd', stateFolder), ...filesFor('upstart', stateFolder)]);
  for (const [path, content] of Object.entries(files)) {
    if (!written.has(path))
      return `the journal says that ${path} was there, which is no file of this kind (${[...written.keys()].join(', ')}); the run's folder was changed since: bring this back by hand`;
    if (content !== null && content !== written.get(path))
      return `the journal has another ${path} than this stackward writes, and what runs at boot is taken from no journal; apply the exceptions again instead`;
  }
  return undefined;
}

function notesOf({ init, runsContainers }: BootRestoreObserved): string[] {
  const back = 'when the host starts, stored exceptions of every owner are put back before the agent starts';
  if (runsContainers.length === 0) return [back];
  const where = `this host has ${runsContainers.join(' and ')}: an agent in a container`;
  return [
    back,
    init === 'systemd'
      ? `${where} waits for that where docker, podman-restart, kubelet, or a unit of Kolla or TripleO starts it`
      : `${where} does not wait for that, and may lose them again until the next apply`,
  ];
}

/** Those of this host's init system; of the other, none is left. */
function declaredFiles({ init, stateFolder, files }: BootRestoreObserved): FileWishes {
  const needed = filesFor(init, stateFolder);
  const stale = [...files].filter(([path, file]) => !needed.has(path) && file?.content.includes(ownHeader));
  return new Map<string, string | null>([...needed, ...stale.map(([path]): [string, null] => [path, null])]);
}

/** The unit goes with the last stored rules: those of the stacks that are swept go in this run. */
function leftover(sweep: Placement<PlacedBoot>['sweep'], observed: BootRestoreObserved): Found {
  const { files, storedFor, storedByOthers } = observed;
  const ours = [...files].filter(([, file]) => file?.content.includes(ownHeader)).map(([path]) => path);
  const stays = storedFor.some(({ owner, stack }) => !sweeps(sweep, owner, stack));
  const [first] = sweep;
  if (!first || ours.length === 0 || stays || storedByOthers > 0) return { steps: [], findings: [] };
  const { owner, stack } = [...storedFor].sort((a, b) => (a.stack < b.stack ? -1 : 1))[0] ?? {
    owner: first.owner,
    stack: first.stacks === 'all' ? first.owner : (first.stacks[0] ?? first.owner),
  };
  const wishes = new Map(ours.map((path): [string, null] => [path, null]));
  return stepFor(`${kind}.${stack}/BootRestore`, wishes, observed, {
    action: 'delete',
    because: 'no exception is left on this host',
    leftBy: { owner, stack },
  });
}

function stepFor(
  id: string,
  wishes: FileWishes,
  observed: BootRestoreObserved,
  more: Pick<BootRestoreStep, 'action' | 'because' | 'notes' | 'leftBy'>,
): Found {
  const wrong = [...wishes].filter(([path, content]) => (observed.files.get(path)?.content ?? null) !== content);
  const foreign = wrong.flatMap(([path]): Finding[] => {
    const there = observed.files.get(path)?.content;
    return there === undefined || there.includes(ownHeader)
      ? []
      : [
          {
            id,
            reason: 'Blocked',
            message: `${path} is there and does not bear our header; move it away, then plan again`,
          },
        ];
  });
  if (wrong.length === 0 || foreign.length > 0) return { steps: [], findings: foreign };
  const changes = wrong.map(([path, content]): Change => {
    const there = observed.files.get(path)?.content;
    return {
      attribute: path,
      ...(there === undefined ? {} : { before: describe(there) }),
      ...(content === null ? {} : { after: describe(content) }),
    };
  });
  const subject = `restore at boot (${observed.init})`;
  return { steps: [{ id, subject, changes, ...more, files: wishes }], findings: [] };
}

const describe = (content: string): string =>
  `${content.split('\n').length - 1} lines, SHA-256 ${createHash('sha256').update(content).digest('hex').slice(0, 12)}…`;

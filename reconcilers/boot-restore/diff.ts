/** Compares a host's unit for the boot with the wanted unit. Pure. */
import { defined } from '../../lib/basics/defined';
import type { HostBoot, TextDigest } from '../../lib/hosts/host';
import {
  sweeps,
  type Change,
  type Difference,
  type Finding,
  type Placement,
  type Step,
  type Wanted,
} from '../../lib/contract/reconciler';
import type { PlacedBoot } from './locate';
import type { BootRestoreObserved } from './observe';

export const kind = 'boot-restore';

export interface BootRestoreStep extends Step {
  /** True if exceptions are to come back when the host starts. */
  readonly wanted: boolean;
}

type BootFile = HostBoot['files'][number];

export function diff(
  { wanted, sweep }: Placement<PlacedBoot>,
  observed: BootRestoreObserved,
): Difference<BootRestoreStep> {
  const found = wanted.map((resource) => compare(resource, observed));
  if (wanted.length === 0) found.push(leftover(sweep, observed));
  return {
    steps: found.flatMap((difference) => difference.steps),
    findings: found.flatMap((difference) => difference.findings),
  };
}

type Found = Difference<BootRestoreStep>;

function compare({ id, spec }: Wanted<PlacedBoot>, observed: BootRestoreObserved): Found {
  const { host, boot } = observed;
  if (spec.is === 'declared' && boot.init === 'other') {
    const message = `${host} is started by neither systemd nor upstart, so its exceptions don't come back when it restarts: run stackward after a restart, or have its init run what docs/kinds/boot-restore.md says`;
    return { steps: [], findings: [{ id, message }] };
  }
  const isWanted = spec.is === 'declared' || spec.image.isThere;
  const isNew = !boot.files.some((file) => file.isOurs);
  return stepFor(id, isWanted, observed, {
    action: !isWanted ? 'delete' : isNew ? 'create' : 'update',
    because:
      spec.is === 'restored'
        ? 'it was so before that run'
        : isNew
          ? 'nothing restores exceptions here when the host starts'
          : hasOldScript(observed)
            ? 'it runs a script that stands in the state folder, where a login of least privilege may write'
            : 'it is not as this stackward writes it',
    notes: isWanted ? notesOf(observed) : [],
  });
}

const hasOldScript = ({ boot, stateFolder }: BootRestoreObserved): boolean =>
  boot.files.some((file) => file.isOurs && file.path.startsWith(`${stateFolder}/`));

function notesOf({ boot, runsContainers }: BootRestoreObserved): string[] {
  const back = 'when the host starts, stored exceptions of every owner are put back before the agent starts';
  if (runsContainers.length === 0) return [back];
  const where = `this host has ${runsContainers.join(' and ')}: an agent in a container`;
  return [
    back,
    boot.init === 'systemd'
      ? `${where} waits for that where docker, podman-restart, kubelet, or a unit of Kolla or TripleO starts it`
      : `${where} does not wait for that, and may lose them again until the next apply`,
  ];
}

/**
 * The unit is removed with the last stored rules. This run also removes the stored rules of the stacks that it sweeps.
 */
function leftover(sweep: Placement<PlacedBoot>['sweep'], observed: BootRestoreObserved): Found {
  const { storedFor, storedByOthers } = observed;
  const stays = storedFor.some(({ owner, stack }) => !sweeps(sweep, owner, stack));
  const [first] = sweep;
  if (!first || stays || storedByOthers > 0) return { steps: [], findings: [] };
  const { owner, stack } = [...storedFor].sort((a, b) => (a.stack < b.stack ? -1 : 1))[0] ?? {
    owner: first.owner,
    stack: first.stacks === 'all' ? first.owner : (first.stacks[0] ?? first.owner),
  };
  return stepFor(`${kind}.${stack}/BootRestore`, false, observed, {
    action: 'delete',
    because: 'no exception is left on this host',
    leftBy: { owner, stack },
  });
}

function stepFor(
  id: string,
  wanted: boolean,
  { boot }: BootRestoreObserved,
  more: Pick<BootRestoreStep, 'action' | 'because' | 'notes' | 'leftBy'>,
): Found {
  const rightOf = (file: BootFile): TextDigest | null => (wanted ? file.right : null);
  // A file that is not wanted and that somebody else made stays as it is.
  const wrong = boot.files.filter(
    (file) => file.now?.sha256 !== rightOf(file)?.sha256 && (file.isOurs || rightOf(file) !== null),
  );
  const foreign = wrong
    .filter((file) => file.now !== null && !file.isOurs)
    .map(({ path }): Finding => ({
      id,
      reason: 'Blocked',
      message: `${path} is there and does not bear our header; move it away, then plan again`,
    }));
  if (wrong.length === 0 || foreign.length > 0) return { steps: [], findings: foreign };
  const changes = wrong.map((file): Change => {
    const right = rightOf(file);
    return {
      attribute: file.path,
      ...defined({
        before: file.now === null ? undefined : describe(file.now),
        after: right === null ? undefined : describe(right),
      }),
    };
  });
  const subject = `restore at boot (${boot.init})`;
  return { steps: [{ id, subject, changes, ...more, wanted }], findings: [] };
}

const describe = ({ lines, sha256 }: TextDigest): string => `${lines} lines, SHA-256 ${sha256.slice(0, 12)}…`;

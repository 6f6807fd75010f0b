/**
 * A kind whose things have the names of their owner and path on them, as things on hosts do: for tests of removal and
 * rollback.
 */
import { defined } from '../../lib/basics/defined';
import { StalePlan, TransientError } from '../../lib/basics/errors';
import type { NetworkReader, Readers } from '../../lib/contract/ports';
import { sweeps, type Reconciler, type Step } from '../../lib/contract/reconciler';
import { memoryReaders } from './memory-kind';
import type { Target } from '../../lib/contract/target';

export interface Mark {
  readonly owner: string;
  readonly path: string;
  readonly value: string;
}

interface Restored {
  readonly target: Target;
  readonly image: { readonly mark: Mark | null };
}
interface Declared {
  readonly hosts: readonly string[];
  readonly value: string;
}
interface Restoring {
  readonly restore: readonly Restored[];
}
type Spec = Declared | Restoring;
interface MarkStep extends Step {
  readonly path: string;
  readonly after: Mark | undefined;
}
type Marks = ReadonlyMap<string, Mark>;

export class MarkedHosts {
  readonly unreachable = new Set<string>();
  /** A host that does the request, but whose answer is lost. */
  lost: string | undefined;
  beforeWrite: () => unknown = () => undefined;
  /** Hosts that no entry of the configuration reaches. */
  readonly unmatched = new Set<string>();
  /** Whether Neutron lists its agents. */
  hasAgents = true;
  /** Second name → the host that is the same machine. */
  readonly aliases = new Map<string, string>();
  readonly #hosts = new Map<string, Map<string, Mark>>();

  constructor(hosts: Readonly<Record<string, readonly Mark[]>>) {
    for (const [host, marks] of Object.entries(hosts))
      this.#hosts.set(host, new Map(marks.map((mark) => [mark.path, mark])));
  }

  /** All hosts have agents; none is named by the configuration. */
  get readers(): Readers {
    const names = [...this.#hosts.keys(), ...this.aliases.keys()];
    const agents = () => {
      if (!this.hasAgents) throw new TransientError('Neutron answered 503');
      return Promise.resolve(names.map((host) => ({ host, type: 'agent', isAlive: true })));
    };
    return {
      ...memoryReaders,
      hosts: { ...memoryReaders.hosts, reachesAny: true, canReach: (host: string) => !this.unmatched.has(host) },
      network: () => Promise.resolve({ agents } as unknown as NetworkReader),
      machine: async (target) => (this.at(target), `machine of ${this.hostOf(target)}`),
    };
  }

  private hostOf(target: Target): string {
    const name = target.slice('host:'.length);
    return this.aliases.get(name) ?? name;
  }

  at(target: Target): Map<string, Mark> {
    const host = target.slice('host:'.length);
    const marks = this.#hosts.get(this.hostOf(target));
    if (!marks || this.unreachable.has(host)) throw new TransientError(`${host} does not answer`);
    return marks;
  }
}

const targetsOf = (spec: Spec): readonly Target[] =>
  'restore' in spec ? spec.restore.map((image) => image.target) : spec.hosts.map((host): Target => `host:${host}`);

export function markKind(hosts: MarkedHosts): Reconciler<Declared, Restoring, Marks, MarkStep> {
  return {
    kind: 'mark',
    whenRemoved: 'it goes from every host',
    ownership: 'host',
    parse: (input) => input as Declared,
    restore: ({ before }) => ({ restore: before as unknown as readonly Restored[] }),
    identify: (spec) => JSON.stringify(spec),
    locate: async (specs) => {
      const targets = new Set(specs.flatMap(({ spec }) => targetsOf(spec)));
      return {
        placements: [...targets].map((target) => ({
          target,
          wanted: specs.filter(({ spec }) => targetsOf(spec).includes(target)),
        })),
        findings: [],
      };
    },
    observe: async ({ target }) => new Map(hosts.at(target)),
    diff({ target, wanted, sweep }, observed) {
      const steps: MarkStep[] = wanted.flatMap(({ id, owner, spec }) => {
        const path = id.slice('mark.'.length);
        const before = observed.get(path);
        const after =
          'restore' in spec
            ? (spec.restore.find((image) => image.target === target)?.image.mark ?? undefined)
            : { owner, path, value: spec.value };
        if (JSON.stringify(before) === JSON.stringify(after)) return [];
        const action = before ? (after ? 'update' : 'delete') : 'create';
        return [{ id, action, subject: path, changes: changeOf(before, after), because: 'it differs', path, after }];
      });
      const kept = new Set(wanted.map(({ id }) => id.slice('mark.'.length)));
      for (const mark of observed.values()) {
        const stack = mark.path.split('/')[0] ?? '';
        if (kept.has(mark.path) || !sweeps(sweep, mark.owner, stack)) continue;
        steps.push({
          id: `mark.${mark.path}`,
          action: 'delete',
          subject: mark.path,
          changes: changeOf(mark, undefined),
          because: 'nothing wants it',
          path: mark.path,
          after: undefined,
          leftBy: { owner: mark.owner, stack },
        });
      }
      return { steps, findings: [] };
    },
    image: ({ path }, observed) => ({ mark: observed.get(path) ?? null }),
    advance(observed, applied) {
      const marks = new Map(observed);
      for (const { path, after } of applied) {
        if (after) marks.set(path, after);
        else marks.delete(path);
      }
      return marks;
    },
    async *apply(steps, observed, target) {
      for (const { id, path, after } of steps) {
        hosts.beforeWrite();
        const marks = hosts.at(target);
        if (marks.get(path) !== observed.get(path)) throw new StalePlan(`${path} changed`);
        if (after) marks.set(path, after);
        else marks.delete(path);
        if (target === `host:${hosts.lost}`) throw new TransientError('the answer was lost');
        yield { id, outcome: 'applied' };
      }
    },
  };
}

const changeOf = (before: Mark | undefined, after: Mark | undefined) => [
  { attribute: 'value', ...defined({ before: before?.value, after: after?.value }) },
];

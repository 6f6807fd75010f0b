/** A kind over a world in memory, for tests of the engine: cells on hosts, each with a value. */
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration, StalePlan, TransientError } from '../../lib/basics/errors';
import type { Readers, Writers } from '../../lib/contract/ports';
import type { Reconciler, Step, StepResult, Wanted } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';

export interface CellSpec {
  readonly host: string;
  readonly cell: string;
  readonly value: string;
}

type Observed = ReadonlyMap<string, string>;
interface CellStep extends Step {
  readonly cell: string;
  readonly value: string;
}

export class World {
  readonly hosts = new Map<string, Map<string, string>>();
  readonly unreachable = new Set<string>();
  /** Cells whose write fails. */
  readonly broken = new Set<string>();
  /** Cells that something else resets right after a write. */
  readonly contested = new Set<string>();
  /** Cells that are written although the answer is lost. */
  readonly lost = new Set<string>();
  /** True: all steps of a host are one request, as on real hosts, and results come only when all are done. */
  isOneRequest = false;
  /** Called before each write. */
  beforeWrite: (cell: string) => void = () => undefined;
  reads = 0;
  writes = 0;

  constructor(hosts: Readonly<Record<string, Readonly<Record<string, string>>>>) {
    for (const [host, cells] of Object.entries(hosts)) this.hosts.set(host, new Map(Object.entries(cells)));
  }

  read(target: Target): Map<string, string> {
    this.reads += 1;
    const host = target.slice('host:'.length);
    if (this.unreachable.has(host)) throw new TransientError(`${host} does not answer`);
    return this.hosts.get(host) ?? new Map<string, string>();
  }
}

const nothing = {
  database: () => Promise.reject(new Error('no database here')),
  network: () => Promise.reject(new Error('no network here')),
  host: () => Promise.reject(new Error('no host here')),
};
const noHosts = { serving: () => [], configFiles: () => [], named: [], reachesAny: false, canReach: () => false };
const machine = () => Promise.resolve(undefined);
const identity = () => Promise.reject(new Error('no Keystone here'));
/** A cloud without services, so nothing contradicts any release. */
export const versions: Readers['versions'] = () =>
  Promise.resolve({ apis: () => Promise.resolve({ answers: [], silent: [] }) });
export const memoryReaders: Readers = {
  cloud: 'memory',
  databases: new Set(),
  hosts: noHosts,
  machine,
  identity,
  versions,
  environment: () => undefined,
  ...nothing,
};
export const memoryWriters: Writers = nothing;

export function memoryKind(world: World, kind = 'cell'): Reconciler<CellSpec, CellSpec, Observed, CellStep> {
  return {
    kind,
    whenRemoved: 'the cell stays as it is',
    ownership: 'key',
    parse(input) {
      const { host, cell, value } = input as Record<string, unknown>;
      if (typeof host !== 'string' || typeof cell !== 'string' || typeof value !== 'string')
        throw new InvalidConfiguration('the field "value" is not a string');
      return { host, cell, value };
    },
    restore({ before: [before], declared }) {
      return this.parse({ ...declared, value: before?.image.value });
    },
    identify: (spec) => `cell ${spec.host}/${spec.cell}`,
    async locate(specs) {
      const hosts = [...new Set(specs.map((resource) => resource.spec.host))];
      return {
        placements: hosts.map((host) => ({
          target: `host:${host}` as const,
          wanted: specs.filter((resource) => resource.spec.host === host),
        })),
        findings: [],
      };
    },
    observe: async (placement) => new Map(world.read(placement.target)),
    diff: (placement, observed) => ({
      steps: placement.wanted.flatMap((resource) => stepOf(resource, observed)),
      findings: placement.wanted.flatMap((resource) =>
        resource.spec.value === 'refused'
          ? [{ id: resource.id, message: 'this value is refused', reason: 'Blocked' as const }]
          : [],
      ),
    }),
    image: (step, observed) => ({ value: observed.get(step.cell) ?? '' }),
    advance(observed, applied) {
      const cells = new Map(observed);
      for (const { cell, value } of applied) cells.set(cell, value);
      return cells;
    },
    async *apply(steps, observed, target, _, stop) {
      const results: StepResult[] = [];
      for (const step of steps) {
        if (stop.aborted && !world.isOneRequest) return;
        const result = write(world, step, observed, target);
        if (world.isOneRequest) results.push(result);
        else yield result;
      }
      yield* results;
    },
  };
}

function write(world: World, { id, cell, value }: CellStep, observed: Observed, target: Target): StepResult {
  world.beforeWrite(cell);
  const cells = world.read(target);
  if (cells.get(cell) !== observed.get(cell)) throw new StalePlan(`${cell} changed`);
  if (world.broken.has(cell))
    return { id, outcome: 'failed', reason: 'UnrecoverableError', message: 'the cell is broken' };
  world.writes += 1;
  if (!world.contested.has(cell)) cells.set(cell, value);
  if (world.lost.has(cell)) throw new TransientError('the connection was lost before the answer');
  return { id, outcome: 'applied' };
}

function stepOf(resource: Wanted<CellSpec>, observed: Observed): CellStep[] {
  const { cell, value } = resource.spec;
  const before = observed.get(cell);
  if (before === value || value === 'refused') return [];
  return [
    {
      id: resource.id,
      action: before === undefined ? 'create' : 'update',
      subject: `cell ${cell}`,
      changes: [{ attribute: 'value', ...defined({ before }), after: value }],
      because: before === undefined ? 'there is no such cell' : 'its value differs',
      cell,
      value,
    },
  ];
}

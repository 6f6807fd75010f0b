/** Runs the kind allocation-pool on one database, as the engine would: observe, diff, apply. */
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import type { Readers, SqlReader, SqlWriter, Writers } from '../../lib/contract/ports';
import type { Difference, StepResult } from '../../lib/contract/reconciler';
import { allocationPool } from '../../reconcilers/allocation-pool';
import type { AllocationPoolStep } from '../../reconcilers/allocation-pool/model';
import type { AllocationPoolObserved } from '../../reconcilers/allocation-pool/observe';
import type { AllocationPoolSpec } from '../../reconcilers/allocation-pool/spec';

/** `['203.0.113.71', '203.0.113.85']` each; ids are `allocation-pool.t/0`, `allocation-pool.t/1`, … */
export function declare(subnetId: string, ...pools: readonly (readonly [string, string])[]): AllocationPoolSpec {
  return { subnetId, method: 'database', pools: pools.map(([start, end]) => ({ start, end })) };
}

export interface Planned extends Difference<AllocationPoolStep> {
  readonly observed: AllocationPoolObserved;
}

export class PoolRun {
  constructor(
    options: MysqlOptions,
    readonly reader: SqlReader & { close(): Promise<void> } = new MysqlReader(options),
    readonly writer: SqlWriter & { close(): Promise<void> } = new MysqlWriter(options),
  ) {}

  async plan(...specs: readonly AllocationPoolSpec[]): Promise<Planned> {
    const wanted = specs.map((spec, index) => ({
      id: `allocation-pool.t/${index}`,
      stack: 't',
      owner: 'tests',
      spec: allocationPool.parse(spec),
    }));
    const readers = { cloud: 'lab', database: () => Promise.resolve(this.reader) } as unknown as Readers;
    const scope = { sweep: [], owners: ['tests'], ids: [] };
    const [placed] = (await allocationPool.locate(wanted, readers)).placements;
    if (!placed) throw new Error('no specs');
    const placement = { ...scope, ...placed };
    const observed = await allocationPool.observe(placement, readers);
    return { observed, ...allocationPool.diff(placement, observed) };
  }

  /** @param stopAfter no further write begins after this number of results */
  async apply(
    { steps, observed }: Planned,
    writer: SqlWriter = this.writer,
    stopAfter = Infinity,
  ): Promise<StepResult[]> {
    const writers = { database: () => Promise.resolve(writer) } as unknown as Writers;
    const results: StepResult[] = [];
    const stop = new AbortController();
    for await (const result of allocationPool.apply(steps, observed, 'database:neutron', writers, stop.signal)) {
      results.push(result);
      if (results.length === stopAfter) stop.abort();
    }
    return results;
  }

  /** Plan and apply in one go. */
  async converge(...specs: readonly AllocationPoolSpec[]): Promise<StepResult[]> {
    return this.apply(await this.plan(...specs));
  }

  async close(): Promise<void> {
    await this.reader.close();
    await this.writer.close();
  }
}

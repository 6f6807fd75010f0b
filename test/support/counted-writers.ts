/**
 * Writers over real parts for tests: they count commits, lose the connection after a number of commits, and call the
 * test when a kind reaches a target or writes.
 */
import { TransientError } from '../../lib/basics/errors';
import type { Writers } from '../../lib/contract/ports';
import type { HostWrite } from '../../lib/hosts/host';

/** A restore of two tables is two commits of the kernel, and can be cut between them. */
export function commitsOf(write: HostWrite): HostWrite[] {
  if (write.verb !== 'restore-tables') return [write];
  return write.text
    .split(/(?<=^COMMIT\n)/m)
    .filter((text) => text !== '')
    .map((text) => ({ ...write, text }));
}

/** The first `left` commits of these sequences: those that succeed before the connection is lost. */
export function firstCommits(sequences: readonly (readonly HostWrite[])[], left: number): HostWrite[][] {
  let rest = left;
  return sequences.map((sequence) => {
    const commits = sequence.flatMap(commitsOf).slice(0, rest);
    rest -= commits.length;
    return commits;
  });
}

/** `real` with some of its methods replaced; the others run on `real` itself. */
function replacing<T extends object>(real: T, methods: Partial<T>): T {
  return new Proxy(real, {
    get(_, name: string & keyof T) {
      const value: unknown = methods[name] ?? real[name];
      return typeof value === 'function' && !(name in methods) ? (value.bind(real) as unknown) : value;
    },
  });
}

export class CountedWriters implements Writers {
  /** The number of writes sent so far: files, flags, tables, transactions, and updates through an API. */
  commits = 0;
  /** The number of writes that still succeed. After them the connection is lost for good. */
  left = Infinity;
  whenReached: () => unknown = () => undefined;
  whenWriting: () => unknown = () => undefined;

  constructor(private readonly real: Writers) {}

  host: Writers['host'] = async (target) => {
    const host = await this.reach(this.real.host(target));
    return replacing(host, {
      write: async (sequences) => {
        const count = sequences.flat().flatMap(commitsOf).length;
        const allowed = await this.take(count);
        if (allowed === count) return host.write(sequences);
        await host.write(firstCommits(sequences, allowed));
        throw new TransientError('the connection was lost before the answer');
      },
    });
  };

  database: Writers['database'] = async (target) => {
    const writer = await this.reach(this.real.database(target));
    return replacing(writer, {
      transaction: (work) => this.single(() => writer.transaction(work)),
      define: (statement) => this.single(() => writer.define(statement)),
    });
  };

  network: Writers['network'] = async (target) => {
    const writer = await this.reach(this.real.network(target));
    return replacing(writer, {
      setAllocationPools: (subnet, pools) => this.single(() => writer.setAllocationPools(subnet, pools)),
    });
  };

  private async reach<T>(way: Promise<T>): Promise<T> {
    const reached = await way;
    await this.whenReached();
    return reached;
  }

  private async single<T>(write: () => Promise<T>): Promise<T> {
    if ((await this.take(1)) === 1) return write();
    throw new TransientError('the connection was lost before the request');
  }

  /** The number of commits done, out of `count`. */
  private async take(count: number): Promise<number> {
    await this.whenWriting();
    this.commits += count;
    const allowed = Math.min(count, this.left);
    this.left -= allowed;
    return allowed;
  }
}

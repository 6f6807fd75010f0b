/** How long a MySQL server may be silent and how much it may say: mysql2 waits for an answer, and keeps it, without end. */
import type { Socket } from 'node:net';

export interface MysqlLimits {
  /** From the first packet to the end of the login. */
  readonly connectTimeoutMs: number;
  /** From a statement to the end of its answer. A statement waits 2 s for a lock. */
  readonly statementTimeoutMs: number;
  /** Of one answer, as it comes over the wire. All addresses of a cloud of 100,000 ports have about 20 MiB. */
  readonly statementBytes: number;
}

export const mysqlLimits: MysqlLimits = {
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 60_000,
  statementBytes: 256 << 20,
};

/** A statement whose answer was waited for no longer. Its connection is of no further use. */
export class StatementCut extends Error {
  constructor(
    readonly limit: 'time' | 'bytes',
    /** The end of "the server …". */
    message: string,
  ) {
    super(message);
  }
}

const lookEveryMs = 20;

/** @throws StatementCut when the answer to `ask` takes too long, or is too long */
export async function withinLimits<T>(socket: Socket, limits: MysqlLimits, ask: () => Promise<T>): Promise<T> {
  const { statementTimeoutMs, statementBytes } = limits;
  const [startedAt, readBefore] = [performance.now(), socket.bytesRead];
  let look: NodeJS.Timeout | undefined;
  const cut = new Promise<never>((_, reject) => {
    look = setInterval(() => {
      if (socket.bytesRead - readBefore > statementBytes)
        reject(new StatementCut('bytes', `answers a statement with more than ${statementBytes >> 20} MiB`));
      if (performance.now() - startedAt > statementTimeoutMs)
        reject(new StatementCut('time', `has not answered a statement within ${statementTimeoutMs / 1000} s`));
    }, lookEveryMs);
  });
  try {
    return await Promise.race([ask(), cut]);
  } finally {
    clearInterval(look);
  }
}

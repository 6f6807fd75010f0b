/** Bounds for the time that a MySQL server may be silent and for the size of its answers. mysql2 has no such bounds. */
import type { Socket } from 'node:net';

export interface MysqlLimits {
  /** Time from the first packet to the end of the login. */
  readonly connectTimeoutMs: number;
  /** Time from a statement to the end of its answer. A statement waits 2 s for a lock. */
  readonly statementTimeoutMs: number;
  /** Bytes of one answer on the wire. All addresses of a cloud of 100,000 ports have about 20 MiB. */
  readonly statementBytes: number;
}

export const mysqlLimits: MysqlLimits = {
  connectTimeoutMs: 10_000,
  statementTimeoutMs: 60_000,
  statementBytes: 256 << 20,
};

/** A statement whose answer is no longer waited for. Its connection can't be used again. */
export class StatementCut extends Error {
  constructor(
    readonly limit: 'time' | 'bytes',
    /** The end of a sentence that begins with "the server". */
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

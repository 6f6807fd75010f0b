/** The cause of a failed login to a database as one word, so that a report can distinguish the causes. */
import { defined } from '../../lib/basics/defined';
import { StackwardError } from '../../lib/basics/errors';
import type { ConnectTrouble } from '../../lib/contract/report-ports';
import { isConnectionLost, NoMysql, type Stage } from './mysql-errors';

/** The same error together with the word for its cause. */
export class NotConnected extends StackwardError {
  constructor(
    error: StackwardError,
    readonly trouble: ConnectTrouble,
  ) {
    super(error.reason, error.detail, { ...defined({ where: error.where, about: error.about }), cause: error });
  }
}

const byCode: Readonly<Record<string, ConnectTrouble>> = {
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'no route',
  ENETUNREACH: 'no route',
  HANDSHAKE_NO_SSL_SUPPORT: 'TLS',
  HANDSHAKE_SSL_ERROR: 'TLS',
};

/**
 * Error numbers of the server. All of them come with SQLSTATE HY000 or 08004, so the SQLSTATE doesn't distinguish them.
 */
const byNumber: Readonly<Record<number, ConnectTrouble>> = {
  1130: 'host not allowed',
  1129: 'host blocked',
  1040: 'too many connections',
  1203: 'too many connections',
  1226: 'too many connections',
  3159: 'TLS',
  1045: 'password',
  1698: 'password',
  1044: 'schema',
  1049: 'schema',
};

export function troubleOf(error: unknown, stage: Stage): ConnectTrouble {
  if (error instanceof NoMysql) return 'no MySQL';
  const { code = '', errno = 0 } = error as { code?: string; errno?: number };
  const known = byCode[code] ?? byNumber[errno];
  if (known !== undefined) return known;
  // A server that sends an error number has sent its greeting, or refused to.
  if (errno > 0) return 'other';
  if (code === 'ETIMEDOUT' && stage === 'connecting') return 'filtered';
  if (stage === 'waiting for the greeting' && isConnectionLost(error)) return 'no greeting';
  return code === 'ETIMEDOUT' && stage === 'logging in' ? 'slow login' : 'other';
}

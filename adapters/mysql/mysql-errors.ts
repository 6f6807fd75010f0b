/**
 * Each refusal of a MySQL server, and each failure to reach it, as one sentence with the next step. It never contains a
 * password.
 */
import { defined } from '../../lib/basics/defined';
import { Blocked, StackwardError, TransientError, UnrecoverableError, type Matter } from '../../lib/basics/errors';
import { StatementCut } from './mysql-limits';
import { tlsDetail } from './mysql-tls-errors';
import type { TlsOptions } from './mysql-tls';
import { findRefusal, lostConnection, oldPassword, unknownLogin, unknownRefusal } from './mysql-refusals';

export interface Place {
  readonly tls: 'off' | TlsOptions;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly schema: string;
}

/** How far the connection came before it failed. */
export type Stage = 'connecting' | 'waiting for the greeting' | 'logging in' | 'open';

/**
 * The first bytes came from something other than a MySQL server. mysql2 would read them as the head of a long packet,
 * and wait for its rest.
 */
export class NoMysql extends Error {
  constructor(readonly like: string) {
    super(`no MySQL: ${like}`);
  }
}

interface DriverError {
  readonly code: string;
  readonly errno: number;
  readonly message: string;
}

const asDriverError = (error: unknown): DriverError => {
  const { code, errno, message } = error as Partial<DriverError>;
  // Error numbers of the operating system are negative.
  return { code: code ?? '', errno: errno !== undefined && errno > 0 ? errno : 0, message: message ?? String(error) };
};

const endingOf = ({ errno, message }: DriverError) => findRefusal(errno, message)?.ending;

/** The server rolled the whole transaction back, or never began it, so it may be tried again. */
export const isWorthAnotherTry = (error: unknown): boolean => endingOf(asDriverError(error)) === 'retried';

export const isLockWaitTimeout = (error: unknown): boolean => asDriverError(error).errno === 1205;

/** The connection is lost. The server rolled back whatever was open on it, unless COMMIT was already on its way. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof StatementCut) return true;
  const met = asDriverError(error);
  return (
    ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'].includes(met.code) ||
    endingOf(met) === 'lost' ||
    /closed state/.test(met.message)
  );
}

/** The error after COMMIT, or after a statement that commits by itself, if nobody can know whether the server did it. */
export function unknownOutcome(error: unknown, { host, port }: Place, during = 'COMMIT'): StackwardError {
  if (isConnectionLost(error))
    return new TransientError(`the connection was lost at ${during}: the outcome is unknown, so observe again`, {
      cause: error,
    });
  const { errno, message } = asDriverError(error);
  return new TransientError(
    `${host}:${port} answered ${during} with error ${errno} (${message}): the outcome is unknown; run it again, which looks first, and see the server's error log`,
    { cause: error },
  );
}

/** A definition waited too long for the sessions that use its view or table. The server has not done it. */
export const heldDefinition = (error: unknown, { host, port }: Place): StackwardError =>
  new Blocked(
    `${host}:${port}: an open transaction uses what the statement would define, or a table that it reads: nothing was written; wait until the transaction ends, or end it (SHOW PROCESSLIST), then run it again`,
    { cause: error },
  );

/** An error before the session was open. */
export function connectError(error: unknown, stage: Stage, place: Place, timeoutMs: number): StackwardError {
  if (error instanceof StackwardError) return error;
  const { code, message } = asDriverError(error);
  const server = `${place.host}:${place.port}`;
  const transient = (detail: string): StackwardError => new TransientError(detail, { cause: error });
  const final = (detail: string, about?: Matter): StackwardError =>
    new UnrecoverableError(detail, { cause: error, ...defined({ about }) });
  if (error instanceof NoMysql)
    return final(
      `${server} speaks, but no MySQL: it looks like ${error.like}; correct "host" and "port" of this database, or see there which process holds the port`,
      'address',
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return final(
      `the host name ${place.host} has no address; correct "host" of this database, or the resolver`,
      'address',
    );
  if (code === 'ECONNREFUSED')
    return final(
      `${server} refuses the connection: nothing listens there; start the database, or correct "host" and "port" (bind_address may be 127.0.0.1 only)`,
      'address',
    );
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return final(`there is no route to ${server}; check the network from this machine to the database`, 'address');
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return final(`${server} offers no TLS; turn TLS on at the server, or set tls: off for this database`);
  if (code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED')
    return final(
      `${server} asks for the password in clear (mysql_clear_password), and stackward sends it to nobody; give the account a password of its own in the database`,
      'login',
    );
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR') return final(loginDetail(message, server, place), 'login');
  if (code === 'HANDSHAKE_SSL_ERROR') return final(tlsDetail(message, server, place.tls));
  if (code === 'ETIMEDOUT' && stage === 'connecting')
    return transient(
      `no answer from ${server} within ${timeoutMs / 1000} s: a firewall drops the packets, or the host is down; open TCP port ${place.port} from this machine`,
    );
  if (stage === 'logging in' && code === 'ETIMEDOUT')
    return transient(
      `${server} has not ended the login within ${timeoutMs / 1000} s; see its load and its error log, and run it again`,
    );
  if (
    stage === 'waiting for the greeting' &&
    endingOf(asDriverError(error)) === undefined &&
    (code === 'ETIMEDOUT' || isConnectionLost(error))
  )
    return transient(
      `${server} accepts the connection but ${code === 'ETIMEDOUT' ? `sends no greeting within ${timeoutMs / 1000} s` : 'closes it before the greeting'}: an access list, a proxy without a live server behind it, or a blocked host; look at the firewall and proxy in between, then at the server's error log`,
    );
  return queryError(error, place);
}

/** mysql2: `Server requests authentication using unknown plugin dialog. See TODO: …`; MySQL 4.0's scheme has no name. */
function loginDetail(message: string, server: string, { user }: Place): string {
  const [, plugin = message] = /unknown plugin (.{0,64}?)\. See /s.exec(message) ?? [];
  const asked = { server, who: `user ${user}` };
  return plugin === '' || plugin === 'mysql_old_password' ? oldPassword(asked) : unknownLogin(asked, plugin);
}

/** An error on an open session: the server sent it, or the connection broke. */
export function queryError(error: unknown, place: Place): StackwardError {
  if (error instanceof StackwardError) return error;
  const { errno, code, message } = asDriverError(error);
  const server = `${place.host}:${place.port}`;
  if (error instanceof StatementCut) return cutError(error, server);
  if (/^As a result of LOCAL INFILE command/.test(message))
    return new UnrecoverableError(
      `${server} asks for a file of this machine (LOAD DATA LOCAL), which no database of OpenStack does, and got none; see what answers there`,
      { about: 'answer' },
    );
  const refusal = findRefusal(errno, message) ?? (errno === 0 ? undefined : unknownRefusal(errno, code));
  if (refusal === undefined && isConnectionLost(error))
    return new TransientError(lostConnection(server), { cause: error });
  if (refusal === undefined) return new UnrecoverableError(`${server}: ${message}`, { cause: error });
  const detail = refusal.say({ server, who: `user ${place.user}`, schema: place.schema, message });
  const options = { cause: error, ...defined({ about: refusal.about }) };
  return refusal.ending === 'lasting' ? new UnrecoverableError(detail, options) : new TransientError(detail, options);
}

function cutError(error: StatementCut, server: string): StackwardError {
  if (error.limit === 'time')
    return new TransientError(
      `${server} ${error.message}: nothing was written by what was under way; see what its statements wait for (SHOW PROCESSLIST), and what stands in between`,
      { cause: error },
    );
  return new UnrecoverableError(`${server} ${error.message}, which no table of OpenStack has; see what answers there`, {
    cause: error,
    about: 'answer',
  });
}

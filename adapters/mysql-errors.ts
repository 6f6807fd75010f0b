/** What a MySQL server, or the way to it, can refuse: each as one sentence with the next step. Never holds a password. */
import { StackwardError, TransientError, UnrecoverableError } from '../lib/errors';
import { StatementCut } from './mysql-limits';

export interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly schema: string;
}

/** How far the connection came before it failed. */
export type Stage = 'connecting' | 'waiting for the greeting' | 'logging in' | 'open';

interface DriverError {
  readonly code: string;
  readonly errno: number;
  readonly message: string;
}

const asDriverError = (error: unknown): DriverError => {
  const { code, errno, message } = error as Partial<DriverError>;
  return { code: code ?? '', errno: typeof errno === 'number' ? errno : 0, message: message ?? String(error) };
};

/** Deadlock, lock wait time-out, and a Galera node that isn't ready: the whole transaction may be tried again. */
export const isWorthAnotherTry = (error: unknown): boolean => [1213, 1205, 1047].includes(asDriverError(error).errno);

export const isLockWaitTimeout = (error: unknown): boolean => asDriverError(error).errno === 1205;

/** The connection is gone; whatever was open on it was rolled back by the server, unless COMMIT was already on its way. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof StatementCut) return true;
  const { code, errno, message } = asDriverError(error);
  return (
    ['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED'].includes(code) ||
    // 1053 shutdown in progress, 1927 connection killed (MariaDB), 4031 disconnected for inactivity (MySQL 8.0.24+)
    [1053, 1927, 4031].includes(errno) ||
    /closed state/.test(message)
  );
}

/** An error met on the way to an open session. */
export function connectError(error: unknown, stage: Stage, place: Place, timeoutMs: number): StackwardError {
  if (error instanceof StackwardError) return error;
  const { code, message } = asDriverError(error);
  const server = `${place.host}:${place.port}`;
  const transient = (detail: string): StackwardError => new TransientError(detail, { cause: error });
  const final = (detail: string): StackwardError => new UnrecoverableError(detail, { cause: error });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return final(`the host name ${place.host} has no address; correct "host" of this database, or the resolver`);
  if (code === 'ECONNREFUSED')
    return final(
      `${server} refuses the connection: nothing listens there; start the database, or correct "host" and "port" (bind_address may be 127.0.0.1 only)`,
    );
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return final(`there is no route to ${server}; check the network from this machine to the database`);
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return final(`${server} offers no TLS; turn TLS on at the server, or set tls: off for this database`);
  if (code === 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED')
    return final(
      `${server} asks for the password in clear (mysql_clear_password), and stackward sends it to nobody; give the account a password of its own in the database`,
    );
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR')
    return final(
      `${server} asks for a login that stackward does not know (${message}); give the account caching_sha2_password or mysql_native_password`,
    );
  if (code === 'HANDSHAKE_SSL_ERROR') return final(tlsDetail(message, server));
  if (code === 'ETIMEDOUT' && stage === 'connecting')
    return transient(
      `no answer from ${server} within ${timeoutMs / 1000} s: a firewall drops the packets, or the host is down; open TCP port ${place.port} from this machine`,
    );
  if (stage === 'waiting for the greeting' && (code === 'ETIMEDOUT' || isConnectionLost(error)))
    return transient(
      `${server} accepts the connection but ${code === 'ETIMEDOUT' ? `sends no greeting within ${timeoutMs / 1000} s` : 'closes it before the greeting'}: an access list, a proxy without a live server behind it, or a blocked host; look at the firewall and proxy in between, then at the server's error log`,
    );
  return queryError(error, place);
}

function tlsDetail(text: string, server: string): string {
  const name =
    /Hostname\/IP does not match certificate's altnames: (.*)/s.exec(text)?.[1] ??
    /Cert does not contain a DNS name/.exec(text)?.[0];
  if (name !== undefined)
    return `the certificate of ${server} is for another name (${name}); use a name that it carries as "host", have it made for this one, or, where its CA signs this server alone, set "tls.verifyName" to false`;
  // OpenSSL: `80DC…:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../deps/…`
  const message = /SSL routines:[^:]*:([^:]+)/.exec(text)?.[1] ?? text;
  if (/self.signed|unable to (verify|get)|signature failure/i.test(message))
    return `the certificate of ${server} is signed by nobody that "tls.caFile" names (${message}); set "tls.caFile" to the file of the CA that signed it`;
  if (/expired/i.test(message)) return `the certificate of ${server} has expired; renew it at the server`;
  if (/version|protocol|no ciphers|handshake failure|internal error/i.test(message))
    return `${server} and this side have no TLS version in common (${message}); lower "tls.minVersion" (MySQL 5.5 knows only TLSv1), or upgrade the server`;
  return `TLS with ${server} failed: ${message}`;
}

/** No connection left (three spellings), a node of a cluster that shuts down, a statement stopped by an administrator. */
const passing = [1040, 1203, 1226, 1053, 1317];

/** An error that the server sends, or a connection that broke, on an open session. */
export function queryError(error: unknown, place: Place): StackwardError {
  if (error instanceof StackwardError) return error;
  const { errno, code, message } = asDriverError(error);
  const server = `${place.host}:${place.port}`;
  const who = `user ${place.user}`;
  if (error instanceof StatementCut) return cutError(error, server);
  if (isWorthAnotherTry(error))
    return new TransientError(
      `${server}: ${message}; other transactions hold these rows, so wait until they end and run it again`,
      { cause: error },
    );
  if (isConnectionLost(error))
    return new TransientError(`the connection to ${server} was lost: nothing was written by what was under way`, {
      cause: error,
    });
  if (/^As a result of LOCAL INFILE command/.test(message))
    return new UnrecoverableError(
      `${server} asks for a file of this machine (LOAD DATA LOCAL), which no database of Neutron does, and got none; see what answers there`,
    );
  const detail = details[errno]?.({ server, who, schema: place.schema, message });
  if (passing.includes(errno)) return new TransientError(detail ?? message, { cause: error });
  return new UnrecoverableError(detail ?? `${server}: ${message}${code && errno ? ` (${code})` : ''}`, {
    cause: error,
  });
}

function cutError(error: StatementCut, server: string): StackwardError {
  if (error.limit === 'time')
    return new TransientError(
      `${server} ${error.message}: nothing was written by what was under way; see what its statements wait for (SHOW PROCESSLIST), and what stands in between`,
      { cause: error },
    );
  return new UnrecoverableError(`${server} ${error.message}, which nothing of Neutron's has; see what answers there`, {
    cause: error,
  });
}

type Detail = (of: { server: string; who: string; schema: string; message: string }) => string;

/** The grant that `message` of 1142 or 1143 misses: `INSERT command denied to user … for table 'ipallocationpools'`. */
const missingGrant: Detail = ({ server, who, schema, message }) => {
  const [, privilege = 'that'] = /^(\w+(?:, ?\w+)*) command denied/.exec(message) ?? [];
  const [, table] = /(?:for|in) table [`']?(?:[^`'.]+[`']?\.[`']?)?([^`'.\s]+)/.exec(message) ?? [];
  const [, column] = /for column '([^']+)'/.exec(message) ?? [];
  const wanted = column === undefined ? privilege : `${privilege} (${column})`;
  const on = table === undefined ? schema : `${schema}.${table}`;
  return `${server} denies ${who} ${wanted} on ${on}; ` + `GRANT ${wanted} ON ${on} to it, see docs/database-grants.md`;
};

const tooMany: Detail = ({ server, message }) =>
  `${server} has no connection left (${message}); wait, or raise its limit`;
const readOnly: Detail = ({ server, message }) =>
  `${server} takes no writes (${message}); it is a replica or set read-only: name the primary as "host"`;

const details: Readonly<Record<number, Detail>> = {
  1040: tooMany,
  1203: tooMany,
  1226: tooMany,
  1044: ({ server, who, schema }) =>
    `${server} lets ${who} not use the schema ${schema}; GRANT it what docs/database-grants.md lists, or correct "schema"`,
  1045: ({ server, who }) =>
    `${server} denies ${who} access: the password is wrong, the account is for another client host, or it requires TLS; check "user", the password's source and "tls"`,
  1049: ({ server, schema }) => `${server} has no schema ${schema}; correct "schema" (Neutron's is often "neutron")`,
  1129: ({ server }) =>
    `${server} has blocked this host after too many failed connections; run FLUSH HOSTS on it, then find what connects without logging in`,
  1130: ({ server, who }) =>
    `${server} lets nobody log in from this host; CREATE USER for ${who} with this machine's address`,
  1142: missingGrant,
  1143: missingGrant,
  1290: readOnly,
  1836: readOnly,
  3159: ({ server }) => `${server} takes TLS connections only; set "tls" for this database`,
};

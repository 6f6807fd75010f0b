import type { Matter } from '../../lib/basics/errors';

/**
 * The errors of a MySQL server by number: the cause, whether the error goes away by itself, and what to do.
 *
 * Numbers below 2000 belong to MySQL and MariaDB alike, those from 3000 to 3999 to MySQL, those from 4000 on to either.
 * Numbers from 2002 to 2055 and from 9000 on belong to clients and proxies, and a proxy hands them on.
 */
export interface Met {
  readonly server: string;
  /** `user stackward`. */
  readonly who: string;
  readonly schema: string;
  /** The server's own message. */
  readonly message: string;
}

/**
 * `retried`: the server rolled the transaction back, or never began it, and it may be tried again at once. `lost`: the
 * connection is gone. `passing`: running the same again later may succeed. `lasting`: somebody has to do something first.
 */
type Ending = 'retried' | 'lost' | 'passing' | 'lasting';

export interface Refusal {
  readonly ending: Ending;
  readonly about?: Matter;
  readonly say: (met: Met) => string;
}

const nothingWritten = 'nothing was written';

/** @param message the server's; absent if the connection broke without a message */
export const lostConnection = (server: string, message?: string): string =>
  `the connection to ${server} was lost${message === undefined ? '' : ` (${message})`}: nothing was written by what was under way; run it again`;

/** @param plugin that the server names */
export const unknownLogin = ({ server, who }: Pick<Met, 'server' | 'who'>, plugin: string): string =>
  `${server} asks ${who} for a login that stackward does not know (${plugin}); give the account caching_sha2_password (MySQL) or mysql_native_password (MariaDB, and MySQL before 9)`;

const setAnew = (who: string): string =>
  `set it anew with old_passwords = 0: SET PASSWORD FOR '${who.replace(/^user /, '')}'@… = PASSWORD('…')`;

export const oldPassword = ({ server, who }: Pick<Met, 'server' | 'who'>): string =>
  `${server} keeps the password of ${who} in the format of before MySQL 4.1 (mysql_old_password), which whoever listens on the way can undo, so it was not sent; ${setAnew(who)}`;

const retried = (say: Refusal['say']): Refusal => ({ ending: 'retried', say });
const passing = (say: Refusal['say']): Refusal => ({ ending: 'passing', say });
const lasting = (say: Refusal['say']): Refusal => ({ ending: 'lasting', say });
/** Whoever logs in is not let in. */
const login = (say: Refusal['say']): Refusal => ({ ...lasting(say), about: 'login' });
const right = (say: Refusal['say']): Refusal => ({ ...lasting(say), about: 'right' });
const lost: Refusal = { ending: 'lost', say: ({ server, message }) => lostConnection(server, message) };

/** Any number that is not in the tables below. */
export const unknownRefusal = (errno: number, name: string): Refusal =>
  lasting(
    ({ server, message }) =>
      `${server} refuses a statement: ${message} (${name === '' ? 'error' : name} ${errno}); see the server's manual for error ${errno}`,
  );

const notReady = retried(
  ({ server, message }) =>
    `${server} is a node of a Galera cluster that is not ready (${message}): it joins, or it has lost sight of most others; wait until it is Synced (SHOW STATUS LIKE 'wsrep_local_state_comment'), or name another node as "host"`,
);
const unknownCommand = lasting(
  ({ server, message }) => `${server} does not know a command of MySQL's protocol (${message}); see what answers there`,
);
const rolledBack = retried(
  ({ server, message }) =>
    `${server} rolled the transaction back for others on the same rows (${message}): ${nothingWritten}; run it again`,
);
const held = retried(
  ({ server, message }) =>
    `${server}: other transactions hold these rows (${message}): ${nothingWritten}; run it again when they have ended (SHOW ENGINE INNODB STATUS names them)`,
);
const altered = retried(
  ({ server, message }) =>
    `${server}: a table was altered meanwhile (${message}): ${nothingWritten}; run it again when the upgrade has ended`,
);
const commitFailed = passing(
  ({ server, message }) =>
    `${server} failed to commit (${message}), so whether it was written is unknown; run it again, which looks first, and see the server's error log`,
);
const endedEarly = passing(
  ({ server, message }) =>
    `${server} ended a statement early (${message}): an administrator did, or a limit of the server; nothing was written by it; run it again, and if it ends so each time, raise the limit for this account`,
);
const raced = passing(
  ({ server, message }) =>
    `${server}: somebody else wrote the same rows at the same time (${message}): ${nothingWritten}; run it again`,
);
const tooMany = passing(
  ({ server, message }) => `${server} has no connection left (${message}); run it again later, or raise its limit`,
);
const usedUp = passing(
  ({ server, message }) =>
    `${server} gives this account no more (${message}); run it again later, or raise the account's limit`,
);
const noMemory = passing(
  ({ server, message }) =>
    `${server} has not enough memory for it (${message}); run it again later, and see the server's error log`,
);
const offline = passing(
  ({ server, message }) => `${server} is in offline mode (${message}); run it again when an administrator has ended it`,
);
const noRoom = lasting(
  ({ server, message }) => `${server} has no room left (${message}); free space on the server, then run it again`,
);
const engineFailed = lasting(
  ({ server, message }) => `${server}: its storage engine failed (${message}); see the server's error log`,
);
const readOnly = lasting(
  ({ server, message }) =>
    `${server} takes no writes (${message}); it is a replica or set read-only: name the primary as "host"`,
);
const tooLarge = lasting(
  ({ server, message }) =>
    `${server} takes no statement of this size (${message}); raise max_allowed_packet there to 1 MiB or more`,
);
const otherSchema = lasting(
  ({ server, schema, message }) =>
    `${server}: the schema ${schema} is not as stackward knows it (${message}); wait for an upgrade to end, or correct "schema"`,
);
const tooOld = lasting(
  ({ server, message }) =>
    `${server} lacks what stackward sets for each session (${message}); stackward needs MySQL 5.5.3 or later, or MariaDB`,
);

/**
 * The grant that `message` of 1142 or 1143 reports as missing: `INSERT command denied to user … for table
 * 'ipallocationpools'`. MySQL 8 calls a locking read `SELECT with locking clause`.
 */
const missingGrant = right(({ server, who, schema, message }) => {
  const [, privilege] = /^([A-Z]+(?:(?:, ?| )[A-Z]+)*) command denied/.exec(message) ?? [];
  const [, table] = /(?:for|in) table [`']?(?:[^`'.]+[`']?\.[`']?)?([^`'.\s]+)/.exec(message) ?? [];
  const [, column] = /for column '([^']+)'/.exec(message) ?? [];
  const on = table === undefined ? schema : `${schema}.${table}`;
  if (message.startsWith('SELECT with locking clause'))
    return `${server} denies ${who} a SELECT that locks rows of ${on}; on MySQL 8.0.0 to 8.0.21 GRANT LOCK TABLES ON ${schema}.* to it, on others the grants for writing, see docs/database-grants.md`;
  if (privilege === undefined)
    return `${server} denies ${who} access to ${on} (${message}); GRANT it what is missing there, see docs/database-grants.md`;
  const wanted = column === undefined ? privilege : `${privilege} (${column})`;
  return `${server} denies ${who} ${wanted} on ${on}; ` + `GRANT ${wanted} ON ${on} to it, see docs/database-grants.md`;
});
const missingPrivilege = right(
  ({ server, who, message }) =>
    `${server} denies ${who} a privilege (${message}), and the grants of docs/database-grants.md suffice on a server as it is shipped; see its init_connect and the account's roles`,
);
const denied = login(
  ({ server, who, message }) =>
    `${server} denies ${who} access: the password is wrong, the account is for another client host, or it requires TLS (${message}); check "user", the password's source and "tls"`,
);
const lockedAccount = login(
  ({ server, who, message }) =>
    `${server}: the account of ${who} is locked (${message}); ALTER USER … ACCOUNT UNLOCK, or name another as "user"`,
);
const expired = login(
  ({ server, who, message }) =>
    `${server}: the password of ${who} has expired (${message}); set a new one with ALTER USER, and PASSWORD EXPIRE NEVER for an account of a machine`,
);
const inOldFormat = login(
  ({ server, who, message }) =>
    `${server} keeps the password of ${who} in the format of before MySQL 4.1 (${message}); ${setAnew(who)}`,
);
const noPlugin = login(
  ({ server, message }) =>
    `${server} lacks the plugin of this account's login (${message}); load it, or give the account another`,
);
const otherLogin = login((met) => unknownLogin(met, met.message));

const each = (refusal: Refusal, ...numbers: readonly number[]): [number, Refusal][] =>
  numbers.map((errno) => [errno, refusal]);

const byNumber: ReadonlyMap<number, Refusal> = new Map([
  ...each(rolledBack, 1213, 3101),
  ...each(held, 1205),
  ...each(altered, 1412, 1615),
  ...each(commitFailed, 1180),
  ...each(endedEarly, 1028, 1317, 1969, 3024),
  ...each(raced, 1062, 1451, 1452),
  ...each(tooMany, 1040, 1203),
  ...each(usedUp, 1226),
  ...each(noMemory, 1037, 1038, 1041, 1135),
  ...each(offline, 3032),
  ...each(lost, 1053, 1158, 1159, 1160, 1161, 1927, 2002, 2003, 2006, 2013, 2055, 4031, 9001, 9002),
  ...each(noRoom, 1021, 1114),
  ...each(readOnly, 1036, 1792, 1836, 1874, 1881),
  ...each(tooLarge, 1153),
  ...each(otherSchema, 1054, 1146),
  ...each(tooOld, 1115, 1193),
  ...each(missingGrant, 1142, 1143),
  ...each(missingPrivilege, 1227),
  ...each(denied, 1045, 1698),
  ...each(lockedAccount, 3118, 3955, 4151),
  ...each(expired, 1820, 1862),
  ...each(inOldFormat, 1275),
  ...each(noPlugin, 1524),
  ...each(otherLogin, 1251),
  ...each(
    right(
      ({ server, who, schema }) =>
        `${server} lets ${who} not use the schema ${schema}; GRANT it what docs/database-grants.md lists, or correct "schema"`,
    ),
    1044,
  ),
  ...each(
    lasting(
      ({ server, schema }) => `${server} has no schema ${schema}; correct "schema" (often it has the service's name)`,
    ),
    1049,
  ),
  ...each(
    login(
      ({ server }) =>
        `${server} has blocked this host after too many failed connections; run FLUSH HOSTS on it, then find what connects without logging in`,
    ),
    1129,
  ),
  ...each(
    login(
      ({ server, who }) =>
        `${server} lets nobody log in from this host; CREATE USER for ${who} with this machine's address`,
    ),
    1130,
  ),
  ...each(
    lasting(({ server }) => `${server} takes TLS connections only; set "tls" for this database`),
    3159,
  ),
]);

/** Numbers that are used for several errors, which differ only in their texts. */
function byText(errno: number, message: string): Refusal | undefined {
  if (errno === 1047) return /WSREP/i.test(message) ? notReady : unknownCommand;
  if (errno === 1030) return /\b28\b|no space/i.test(message) ? noRoom : engineFailed;
  if (errno === 1290 && /read.only/i.test(message)) return readOnly;
  return undefined;
}

export const findRefusal = (errno: number, message: string): Refusal | undefined =>
  byText(errno, message) ?? byNumber.get(errno);

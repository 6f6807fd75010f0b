/** Each error number of a server becomes a sentence: what was found, whether it passes by itself, and what to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { MysqlReader, type MysqlOptions } from '../../adapters/mysql/mysql-database';
import { StackwardError } from '../../lib/basics/errors';
import type { Reason } from '../../lib/basics/errors';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { signal } from '../support/sql-proxy';

let mariadb: Mariadb;
let options: MysqlOptions;
beforeAll(async () => {
  mariadb = await startMariadb(() => ['--loose-secure-auth=OFF', '--plugin-load-add=auth_ed25519']);
  options = await mariadb.createSchema('neutron');
  const root = await mariadb.connect('neutron');
  await root.query('CREATE TABLE item (id INT PRIMARY KEY)');
});
afterAll(() => mariadb.stop());

async function refusal(to: MysqlOptions, sql: string): Promise<StackwardError> {
  const reader = new MysqlReader(to);
  const error = await reader.query(sql).then(
    () => new Error('it answered'),
    (met: unknown) => met,
  );
  await reader.close();
  if (!(error instanceof StackwardError)) throw error;
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(to.password);
  return error;
}

const passing: Reason = 'TransientError';
const lasting: Reason = 'UnrecoverableError';

test.each<[number, string, Reason, RegExp]>([
  [
    1047,
    'WSREP has not yet prepared node for application use',
    passing,
    /is a node of a Galera cluster that is not ready .* wait until it is Synced .* or name another node as "host"$/,
  ],
  [1047, 'Unknown command', lasting, /does not know a command of MySQL's protocol .* see what answers there$/],
  [
    1180,
    'Got error 5 "Input/output error" during COMMIT',
    passing,
    /failed to commit .* whether it was written is unknown; run it again, which looks first, and see the server's error log$/,
  ],
  [
    1213,
    'Deadlock found when trying to get lock',
    passing,
    /rolled the transaction back for others on the same rows .* nothing was written; run it again$/,
  ],
  [
    3101,
    'Plugin instructed the server to rollback the current transaction.',
    passing,
    /rolled the transaction back for others/,
  ],
  [
    1205,
    'Lock wait timeout exceeded',
    passing,
    /other transactions hold these rows .* nothing was written; run it again when they have ended \(SHOW ENGINE INNODB STATUS names them\)$/,
  ],
  [
    1412,
    'Table definition has changed, please retry transaction',
    passing,
    /a table was altered .* nothing was written; run it again when the upgrade has ended$/,
  ],
  [1040, 'Too many connections', passing, /has no connection left .* run it again later, or raise its limit$/],
  [
    1203,
    "User neutron already has more than 'max_user_connections' active connections",
    passing,
    /has no connection left/,
  ],
  [
    1226,
    "User 'x' has exceeded the 'max_questions' resource (current value: 10)",
    passing,
    /gives this account no more .* run it again later, or raise the account's limit$/,
  ],
  [
    1317,
    'Query execution was interrupted',
    passing,
    /ended a statement early .* nothing was written by it; run it again, and if it ends so each time, raise the limit/,
  ],
  [1969, 'Query execution was interrupted (max_statement_time exceeded)', passing, /ended a statement early/],
  [
    3024,
    'Query execution was interrupted, maximum statement execution time exceeded',
    passing,
    /ended a statement early/,
  ],
  [1028, 'Sort aborted: killed', passing, /ended a statement early/],
  [
    1062,
    "Duplicate entry 'a' for key 'PRIMARY'",
    passing,
    /somebody else wrote the same rows at the same time .* nothing was written; run it again$/,
  ],
  [1451, 'Cannot delete or update a parent row', passing, /somebody else wrote the same rows/],
  [1452, 'Cannot add or update a child row', passing, /somebody else wrote the same rows/],
  [1041, 'Out of memory', passing, /has not enough memory .* run it again later/],
  [1135, "Can't create a new thread (errno 11)", passing, /has not enough memory/],
  [
    3032,
    'The server is currently in offline mode',
    passing,
    /is in offline mode .* run it again when an administrator has ended it$/,
  ],
  [
    1021,
    'Disk full (/tmp); waiting for someone to free some space',
    lasting,
    /has no room left .* free space on the server, then run it again$/,
  ],
  [1114, "The table 'ipallocationpools' is full", lasting, /has no room left/],
  [1030, 'Got error 28 "No space left on device" from storage engine InnoDB', lasting, /has no room left/],
  [
    1030,
    'Got error 168 "Unknown (generic) error from engine" from storage engine InnoDB',
    lasting,
    /storage engine failed .* see the server's error log$/,
  ],
  [1036, "Table 'ipallocationpools' is read only", lasting, /takes no writes .* name the primary as "host"$/],
  [
    1290,
    'The MariaDB server is running with the --read-only option so it cannot execute this statement',
    lasting,
    /takes no writes/,
  ],
  [
    1290,
    'The MySQL server is running with the --secure-file-priv option so it cannot execute this statement',
    lasting,
    /refuses a statement: .* see the server's manual for error 1290$/,
  ],
  [1792, 'Cannot execute statement in a READ ONLY transaction', lasting, /takes no writes/],
  [1836, 'Running in read-only mode', lasting, /takes no writes/],
  [1874, 'InnoDB is in read only mode.', lasting, /takes no writes/],
  [1881, 'Operation not allowed when innodb_forced_recovery > 0.', lasting, /takes no writes/],
  [
    1153,
    "Got a packet bigger than 'max_allowed_packet' bytes",
    lasting,
    /takes no statement of this size .* raise max_allowed_packet/,
  ],
  [
    1146,
    "Table 'neutron.ipamsubnets' doesn't exist",
    lasting,
    /is not as stackward knows it .* wait for an upgrade to end, or correct "schema"$/,
  ],
  [1054, "Unknown column 'cidr' in 'field list'", lasting, /is not as stackward knows it/],
  [
    1115,
    "Unknown character set: 'utf8mb4'",
    lasting,
    /lacks what stackward sets for each session .* MySQL 5\.5\.3 or later/,
  ],
  [1193, "Unknown system variable 'innodb_lock_wait_timeout'", lasting, /lacks what stackward sets for each session/],
  [
    1142,
    "SELECT with locking clause command denied to user 'a'@'b' for table 'subnets'",
    lasting,
    /denies user root a SELECT that locks rows of neutron\.subnets; on MySQL 8\.0\.0 to 8\.0\.21 GRANT LOCK TABLES ON neutron\.\* to it, on others the grants for writing, see docs\/database-grants\.md$/,
  ],
  [
    1142,
    "CREATE VIEW command denied to user 'a'@'b' for table 'subnets'",
    lasting,
    /denies user root CREATE VIEW on neutron\.subnets; GRANT CREATE VIEW ON neutron\.subnets to it, see docs\/database-grants\.md$/,
  ],
  [
    1142,
    'Something else is denied',
    lasting,
    /denies user root access to neutron \(Something else is denied\); GRANT it what is missing there, see docs\/database-grants\.md$/,
  ],
  [
    1227,
    'Access denied; you need (at least one of) the SUPER privilege(s) for this operation',
    lasting,
    /denies user root a privilege .* docs\/database-grants\.md/,
  ],
  [
    1251,
    'Client does not support authentication protocol requested by server',
    lasting,
    /a login that stackward does not know/,
  ],
  [
    1275,
    "Server is running in --secure-auth mode, but 'a'@'b' has a password in the old format",
    lasting,
    /the format of before MySQL 4\.1 .* set it anew/,
  ],
  [
    1524,
    "Plugin 'mysql_native_password' is not loaded",
    lasting,
    /lacks the plugin of this account's login .* load it, or give the account another/,
  ],
  [1698, "Access denied for user 'root'@'localhost'", lasting, /denies user root access/],
  [
    1820,
    'You must reset your password using ALTER USER statement before executing this statement.',
    lasting,
    /the password of user root has expired .* ALTER USER/,
  ],
  [1862, 'Your password has expired.', lasting, /the password of user root has expired/],
  [
    3118,
    "Access denied for user 'a'@'b'. Account is locked.",
    lasting,
    /the account of user root is locked .* ACCOUNT UNLOCK/,
  ],
  [
    3955,
    'Account is blocked for 1 day(s) due to 3 consecutive failed logins.',
    lasting,
    /the account of user root is locked/,
  ],
  [4151, 'Access denied, this account is locked', lasting, /the account of user root is locked/],
  [
    1053,
    'Server shutdown in progress',
    passing,
    /the connection to \S+ was lost \(Server shutdown in progress\): nothing was written by what was under way; run it again$/,
  ],
  [2013, 'Lost connection to MySQL server during query', passing, /the connection to \S+ was lost/],
  [2006, 'MySQL server has gone away', passing, /the connection to \S+ was lost/],
  [
    2003,
    "Can't connect to remote MySQL server for client connected to '0.0.0.0:6446'",
    passing,
    /the connection to \S+ was lost/,
  ],
  [
    9001,
    'Max connect timeout reached while reaching hostgroup 10 after 10000ms',
    passing,
    /the connection to \S+ was lost/,
  ],
  [
    4567,
    'Something new',
    lasting,
    /refuses a statement: Something new \(error 4567\); see the server's manual for error 4567$/,
  ],
])('the server\'s error %i "%s" is %s, in words that say what to do', async (errno, text, reason, sentence) => {
  const error = await refusal(options, signal(errno, text));
  expect(error).toMatchObject({ reason, message: expect.stringMatching(sentence) as unknown });
  // A grant is named in its own words.
  if (errno !== 1142) expect(error.message).toContain(text);
});

describe("a real server's refusal", () => {
  const account = async (name: string, statement: string): Promise<MysqlOptions> => {
    const made = await mariadb.createUser(name, 'neutron', ['GRANT SELECT ON neutron.*']);
    const root = await mariadb.connect('neutron');
    await root.query(statement);
    return made;
  };

  test('of a password in the format before MySQL 4.1 says what to do', async () => {
    const old = await account('old', "SET PASSWORD FOR old@'127.0.0.1' = OLD_PASSWORD('hunter2')");
    expect(await refusal({ ...old, password: 'hunter2' }, 'SELECT 1')).toMatchObject({
      reason: lasting,
      message: `127.0.0.1:${old.port} keeps the password of user old in the format of before MySQL 4.1 (mysql_old_password), which whoever listens on the way can undo, so it was not sent; set it anew with old_passwords = 0: SET PASSWORD FOR 'old'@… = PASSWORD('…')`,
    });
  });

  test('of a login by a plugin that stackward does not have says what to do', async () => {
    const modern = await account('modern', "ALTER USER modern@'127.0.0.1' IDENTIFIED VIA ed25519 USING PASSWORD('x')");
    const { message } = await refusal(modern, 'SELECT 1');
    expect(message).toMatch(
      /asks user modern for a login that stackward does not know \(client_ed25519\); give the account/,
    );
    expect(message).not.toContain('TODO');
  });

  test('of a locked account, and of an expired password, says what to do', async () => {
    const locked = await account('locked', "ALTER USER locked@'127.0.0.1' ACCOUNT LOCK");
    expect((await refusal(locked, 'SELECT 1')).message).toContain('the account of user locked is locked');
    const expired = await account('expired', "ALTER USER expired@'127.0.0.1' PASSWORD EXPIRE");
    expect((await refusal(expired, 'SELECT 1')).message).toContain('the password of user expired has expired');
  });

  test('of a statement that an administrator kills, and of one that meets a limit, says what to do', async () => {
    const root = await mariadb.connect('neutron');
    const reader = new MysqlReader(options);
    const [{ id } = { id: 0 }] = await reader.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
    const ended = reader.query('SELECT id FROM item UNION SELECT SLEEP(20)').catch((error: Error) => error.message);
    // KILL QUERY is forgotten when the statement has not begun.
    const hasEnded = () => Promise.race([ended.then(() => true), sleep(50, false)]);
    while (!(await hasEnded())) await root.query(`KILL QUERY ${id}`);
    expect(await ended).toMatch(/ended a statement early/);
    await reader.close();
    const slow = 'SET STATEMENT max_statement_time = 0.05 FOR SELECT SLEEP(20) FROM (SELECT 1) AS one';
    expect(await refusal(options, slow)).toMatchObject({
      reason: passing,
      message: expect.stringContaining('max_statement_time') as unknown,
    });
  });
});

/**
 * Sets every session up before its first question, and finds out whether its server is a node of a Galera cluster.
 *
 * A node may not yet have applied everything that the cluster has committed. Therefore the session makes the node wait
 * for all commits of the cluster before each read and each transaction (`wsrep_sync_wait`), and a node that is out of
 * step is refused. To find out whether a server is a node takes no extra question: the settings contain an expression
 * that fails only on a node.
 */
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import type { Cluster } from '../../lib/contract/ports';

/** A session whose settings are not made yet. */
export interface Unset {
  run(sql: string): Promise<unknown>;
  rows(sql: string): Promise<readonly object[]>;
}

export type Access = 'READ ONLY' | 'READ WRITE';

/**
 * mysql2's escaping needs two settings, which a server may have changed for everybody: backslash escapes (`sql_mode`)
 * and UTF-8 (`skip-character-set-client-handshake`; in GBK the last byte of a character would swallow the backslash
 * before a quote). This `sql_mode` also makes too long values an error instead of cutting them, and
 * `group_concat_max_len` keeps a list by GROUP_CONCAT from being cut at 1,024 bytes.
 */
const settingsWith = (listBytes: string, more = ''): string =>
  `SET SESSION character_set_client = utf8mb4, SESSION character_set_results = utf8mb4, ` +
  `SESSION character_set_connection = utf8mb4, SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION autocommit = 1, ` +
  `SESSION innodb_lock_wait_timeout = 2, SESSION group_concat_max_len = ${listBytes}${more}`;
const listBytes = '67108864';
/**
 * MariaDB has Galera built in since 10.1, and `wsrep_provider` names the library that it loads. Earlier builds, and
 * those of MySQL and Percona, name Galera in their version: "MariaDB Server, wsrep_25.16". The sub-select gives two
 * rows where one value is needed, which is an error. The values are numbers because MySQL 5.6 accepts no other type.
 */
const failsOnNode = `IF(@@version_comment LIKE '%wsrep%' /*M!100100 OR @@GLOBAL.wsrep_provider NOT IN ('', 'none') */, (SELECT 2 UNION ALL SELECT 3), ${listBytes})`;
/**
 * Waits before reads and START TRANSACTION, before UPDATE and DELETE, and before INSERT. Bits that the server has set
 * already are kept.
 */
const waits = ', SESSION wsrep_sync_wait = @@SESSION.wsrep_sync_wait | 7';
/** The setting of Galera before 5.5.42 and 5.6.23. */
const waitsOfOld = ', SESSION wsrep_causal_reads = 1';
const isolation = 'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ';

const syntaxError = 1064;
const unknownVariable = 1193;
const moreThanOneRow = 1242;

const errnoOf = (error: unknown): number => (error as { errno?: number }).errno ?? 0;

/**
 * Makes the settings. Takes two round trips, and more on a node of a cluster or on a server that lacks a setting.
 * @param server as messages name it
 * @returns undefined where the server is no node of a cluster
 */
export async function prepare(session: Unset, access: Access, server: string): Promise<Cluster | undefined> {
  const isNode = await set(session);
  await session.run(`${isolation}, ${access}`).catch((error: unknown) => {
    // MySQL 5.5 knows no access mode.
    if (errnoOf(error) !== syntaxError) throw error;
    return session.run(isolation);
  });
  return isNode ? look(session, server) : undefined;
}

/** Makes the settings, and returns whether the server may be a node. */
async function set(session: Unset): Promise<boolean> {
  try {
    await session.run(settingsWith(failsOnNode));
    return false;
  } catch (error) {
    if (errnoOf(error) <= 0) throw error;
    // Some servers may not understand the expression, such as a MariaDB that was built without Galera.
    if (errnoOf(error) !== moreThanOneRow) return session.run(settingsWith(listBytes)).then(() => false);
  }
  await session.run(settingsWith(listBytes, waits)).catch((error: unknown) => {
    if (errnoOf(error) !== unknownVariable) throw error;
    return session.run(settingsWith(listBytes, waitsOfOld));
  });
  return true;
}

async function look(session: Unset, server: string): Promise<Cluster | undefined> {
  const status = await shown(session, "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'");
  // The library is loaded, and no cluster is configured.
  if ((status.get('wsrep_provider_name') ?? '') === '') return undefined;
  const variables = await shown(session, "SHOW SESSION VARIABLES LIKE 'wsrep\\_%'");
  const node = variables.get('wsrep_node_name') ?? server;
  const state = status.get('wsrep_local_state_comment') ?? 'unknown';
  const component = status.get('wsrep_cluster_status') ?? 'unknown';
  const named = `${server} is the node ${node} of a Galera cluster`;
  if (variables.get('wsrep_on') === 'OFF')
    throw new UnrecoverableError(
      `${named}, and wsrep_on is OFF there, so what is written would stay only on this node; set it to ON, globally`,
    );
  if (component !== 'Primary' || state !== 'Synced')
    throw new TransientError(
      `${named} and is out of step (${state}, component ${component}), so what it shows is old; wait until it is Synced in the Primary component, or name the node that the service writes to as "host"`,
    );
  return { node, size: Number(status.get('wsrep_cluster_size')) };
}

async function shown(session: Unset, sql: string): Promise<ReadonlyMap<string, string>> {
  const rows = (await session.rows(sql)) as readonly { Variable_name?: unknown; Value?: unknown }[];
  return new Map(rows.map((row) => [String(row.Variable_name), String(row.Value).slice(0, 100)]));
}

/**
 * The error of a node that waited in vain for the commits of the cluster: for `repl.causal_read_timeout`, 30 s by
 * default.
 */
export const lagError = (server: string, { node }: Cluster, cause: unknown): TransientError =>
  new TransientError(
    `${server} is the node ${node} of a Galera cluster, and it has not applied what the cluster committed before; wait until it keeps up, or name the node that the service writes to as "host"`,
    { cause },
  );

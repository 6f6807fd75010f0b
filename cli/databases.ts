/** Connections to stackward.yaml's `databases`. Each is opened when it is first needed. */
import { getText } from '../adapters/files/files';
import type { MysqlOptions, MysqlReader, MysqlWriter } from '../adapters/mysql/mysql-database';
import { defined } from '../lib/basics/defined';
import { InvalidConfiguration } from '../lib/basics/errors';
import { reachableNames, type ReachableName } from '../lib/contract/ports';
import type { DatabaseProbe } from '../lib/contract/report-ports';
import type { Target } from '../lib/contract/target';
import type { Note } from '../lib/run/plan';
import type { Configuration } from './config';

export interface Databases {
  readonly configured: ReadonlySet<ReachableName>;
  /** @throws InvalidConfiguration when the configuration doesn't say how to reach it */
  reader(target: Target): Promise<MysqlReader>;
  /** @throws InvalidConfiguration when the configuration doesn't say how to reach it */
  writer(target: Target): Promise<MysqlWriter>;
  readonly probes: readonly DatabaseProbe[];
  /** Warnings about the databases that were read. */
  warnings(): readonly Note[];
}

/** @param closing gets each connection, so that the run closes it at its end */
export function databases(
  configuration: Configuration,
  closing: <Connection extends MysqlReader>(connection: Connection) => Connection,
): Databases {
  const configured = new Set(reachableNames.filter((name) => configuration.databases[name] !== undefined));
  /** Opens a database when it is first needed, and keeps it. */
  const keeping = <Connection extends MysqlReader>(
    known: Map<ReachableName, Promise<Connection>>,
    connect: (options: MysqlOptions) => Promise<Connection>,
  ) => {
    return async (target: Target): Promise<Connection> => {
      const name = nameOf(target, configuration);
      const open = async () => closing(await connect(optionsOf(name, configuration)));
      return known.get(name) ?? kept(known, name, open());
    };
  };
  const readers = new Map<ReachableName, Promise<MysqlReader>>();
  return {
    configured,
    reader: keeping(readers, async (options) => {
      const { MysqlReader } = await import('../adapters/mysql/mysql-database.js');
      return new MysqlReader(options);
    }),
    writer: keeping(new Map<ReachableName, Promise<MysqlWriter>>(), async (options) => {
      const { MysqlWriter } = await import('../adapters/mysql/mysql-database.js');
      return new MysqlWriter(options);
    }),
    probes: [...configured].flatMap((name) => probeOf(name, configuration)),
    warnings: () => [...readers.keys()].flatMap((name) => legacyTlsWarnings(name, configuration)),
  };
}

function kept<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}

function nameOf(target: Target, { file, databases: { neutron } }: Configuration): ReachableName {
  const name = reachableNames.find((known) => target === `database:${known}`);
  if (name !== undefined) return name;
  const leads = neutron === undefined ? '' : `; ${file} leads to database:neutron`;
  throw new InvalidConfiguration(`nothing says how to reach ${target}${leads}`);
}

function optionsOf(name: ReachableName, { databases: configured, file }: Configuration): MysqlOptions {
  const database = configured[name];
  if (!database) {
    const asked =
      name === 'neutron' ? "a pool is to be changed in Neutron's database" : `the database ${name} is asked for`;
    throw new InvalidConfiguration(
      `${asked}, and ${file} does not say where that is; add "databases: ${name}:" with host, user and password`,
    );
  }
  const { tls, ...rest } = database;
  if (tls === 'off') return { ...rest, tls };
  const { minVersion, verifyName, caFile } = tls;
  return { ...rest, tls: defined({ minVersion, verifyName, ca: caFile === undefined ? undefined : getText(caFile) }) };
}

function probeOf(name: ReachableName, configuration: Configuration): readonly DatabaseProbe[] {
  const database = configuration.databases[name];
  if (!database) return [];
  const connect = async () => {
    const { connectTo } = await import('../adapters/mysql/mysql-probe.js');
    return connectTo(optionsOf(name, configuration));
  };
  const grants = async () => {
    const { grantsOf } = await import('../adapters/mysql/mysql-probe.js');
    return grantsOf(optionsOf(name, configuration));
  };
  const { host, port, user, schema } = database;
  return [{ name, place: `${host}:${port}`, machine: host, port, schema, user, connect, grants }];
}

function legacyTlsWarnings(name: ReachableName, { databases: configured, file }: Configuration): readonly Note[] {
  const database = configured[name];
  if (database === undefined || database.tls === 'off' || database.tls.minVersion !== 'legacy') return [];
  const message = `the TLS to ${database.host} may be as weak as that of MySQL 5.5, because ${file} has tls.minVersion: legacy: whoever records it and gets the server's key later can read it`;
  return [{ where: `database:${name}`, message }];
}

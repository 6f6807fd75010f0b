/** Configuration → adapters. A connection is opened when a kind first asks for it, and closed at the end of the run. */
import { HostPool } from '../adapters/host/host-pool';
import { homeOf, readCredentialFiles } from '../adapters/files/credential-files';
import { getText } from '../adapters/files/files';
import { KeystoneApi } from '../adapters/openstack/keystone-api';
import { MysqlReader, MysqlWriter, type MysqlOptions } from '../adapters/mysql/mysql-database';
import { NeutronApi } from '../adapters/openstack/neutron-api';
import { OpenStackSession } from '../adapters/openstack/openstack-session';
import { ServiceVersions } from '../adapters/openstack/service-versions';
import { cloudNamed, resolveCredentials, type ResolvedCredentials } from '../lib/openstack/credentials';
import { InvalidConfiguration } from '../lib/basics/errors';
import type { Host } from '../lib/hosts/host';
import type { Manifest } from '../lib/contract/manifest';
import type { Note } from '../lib/run/plan';
import type { Readers, Writers } from '../lib/contract/ports';
import type { Configuration } from './config';
import { hostDirectory, openHost } from './hosts';
import { isSaid, refuseOtherCloud } from './same-cloud';
import type { Target } from '../lib/contract/target';

export interface Connections {
  readonly readers: Readers;
  readonly writers: Writers;
  /** What was allowed on the way, and a reviewer has to know; complete when a plan is. */
  warnings(): readonly Note[];
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/** @param manifests of the run: what they say of the cloud must be what the credentials say */
export function connect(
  configuration: Configuration,
  env: NodeJS.ProcessEnv,
  manifests: readonly Manifest[],
): Connections {
  const open: Closable[] = [];
  const once = <Value extends Closable>(make: () => Value): (() => Value) => {
    let made: Value | undefined;
    return () => {
      if (made === undefined) open.push((made = make()));
      return made;
    };
  };
  let opened: OpenedSession | undefined;
  const session = once(() => {
    const name = cloudNamed(configuration.cloud, env);
    // Without an entry no file counts, so a file that nobody could read is no trouble.
    const files = name === undefined ? { home: homeOf(env) } : readCredentialFiles(env);
    const credentials = resolveCredentials(name, env, files);
    refuseOtherCloud(manifests, credentials, homeOf(env));
    const made = new OpenStackSession(credentials, { allowPlainHttp: configuration.allowPlainHttp });
    opened = { session: made, credentials };
    return made;
  });
  let usesDatabase = false;
  const databaseReader = once(() => {
    usesDatabase = true;
    return new MysqlReader(databaseOptions(configuration));
  });
  const databaseWriter = once(() => new MysqlWriter(databaseOptions(configuration)));
  let neutron: NeutronApi | undefined;
  const network = async (target: Target): Promise<NeutronApi> => {
    refuseOther(target, `api:${session().cloud}`, configuration);
    return (neutron ??= new NeutronApi(session()));
  };
  let keystone: KeystoneApi | undefined;
  let versions: ServiceVersions | undefined;
  const hosts = once(() => new HostPool((name) => openHost(name, configuration)));
  const host = async (target: Target): Promise<Host> => hosts().get(target.slice('host:'.length));
  return {
    readers: {
      host,
      hosts: hostDirectory(configuration),
      machine: async (target) =>
        target.startsWith('host:') ? hosts().machine(target.slice('host:'.length)) : undefined,
      cloud: cloudNamed(configuration.cloud, env) ?? 'envvars',
      network,
      knowsDatabase: configuration.databases.neutron !== undefined,
      identity: async () => (keystone ??= new KeystoneApi(session())),
      versions: async () => (versions ??= new ServiceVersions(session())),
      database: async (target) => {
        refuseOther(target, 'database:neutron', configuration);
        return databaseReader();
      },
    },
    writers: {
      host,
      network,
      database: async (target) => {
        refuseOther(target, 'database:neutron', configuration);
        return databaseWriter();
      },
    },
    warnings: () => [
      ...sessionWarnings(opened, configuration, env, manifests),
      ...(usesDatabase ? legacyTlsWarnings(configuration) : []),
      ...uncheckedWarnings(env),
    ],
    close: async () => void (await Promise.allSettled(open.map((one) => one.close()))),
  };
}

interface OpenedSession {
  readonly session: OpenStackSession;
  readonly credentials: ResolvedCredentials;
}

function sessionWarnings(
  opened: OpenedSession | undefined,
  { file }: Configuration,
  env: NodeJS.ProcessEnv,
  manifests: readonly Manifest[],
): Note[] {
  if (opened === undefined) return [];
  const { session, credentials } = opened;
  const hosts = session.plainHttp.map((host) => `http://${host}`).join(' and ');
  const plain = `the token, and the password to Keystone, travel in clear to ${hosts}, because ${file} has allowPlainHttp: true`;
  const insecure = 'stackward checks every certificate all the same; name the CA in OS_CACERT where one is needed';
  return [
    ...(hosts === '' ? [] : [{ where: `cloud ${session.cloud}`, message: plain }]),
    ...(env.OS_INSECURE ? [{ where: 'OS_INSECURE', message: insecure }] : []),
    ...credentials.notes
      .filter(({ settledBy }) => settledBy === undefined || !isSaid(manifests, settledBy))
      .map(({ where, message }) => ({ where, message })),
  ];
}

function legacyTlsWarnings({ databases: { neutron }, file }: Configuration): Note[] {
  if (neutron === undefined || neutron.tls === 'off' || neutron.tls.minVersion !== 'legacy') return [];
  const message = `the TLS to ${neutron.host} may be as weak as that of MySQL 5.5, because ${file} has tls.minVersion: legacy: whoever records it and gets the server's key later can read it`;
  return [{ where: 'database:neutron', message }];
}

/** Node.js itself would take 0 for: check no certificate. */
function uncheckedWarnings(env: NodeJS.ProcessEnv): Note[] {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return [];
  const message = 'it is 0, and stackward checks every certificate all the same; name a private CA where one is needed';
  return [{ where: 'NODE_TLS_REJECT_UNAUTHORIZED', message }];
}

function refuseOther(target: Target, known: Target, { file }: Configuration): void {
  if (target !== known)
    throw new InvalidConfiguration(`nothing says how to reach ${target}; ${file} leads to ${known}`);
}

function databaseOptions({ databases: { neutron }, file }: Configuration): MysqlOptions {
  if (!neutron)
    throw new InvalidConfiguration(
      `a pool is to be changed in Neutron's database, and ${file} does not say where that is; add "databases: neutron:" with host, user and password`,
    );
  const { tls, ...rest } = neutron;
  if (tls === 'off') return { ...rest, tls };
  const { caFile, ...more } = tls;
  return { ...rest, tls: { ...more, ...(caFile === undefined ? {} : { ca: getText(caFile) }) } };
}

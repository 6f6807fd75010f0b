/**
 * Makes adapters from the configuration. Each adapter is loaded, and each connection opened, when it is first needed.
 * Connections are closed at the end of the run.
 */
import { homeOf, readCredentialFiles } from '../adapters/files/credential-files';
import { refuseWithoutHostProgram } from '../adapters/host-source';
import type { OpenStackSession } from '../adapters/openstack/openstack-session';
import { InvalidConfiguration } from '../lib/basics/errors';
import type { Clock } from '../lib/contract/clock';
import type { Manifest } from '../lib/contract/manifest';
import type { Writers } from '../lib/contract/ports';
import type { ReportReaders } from '../lib/contract/report-ports';
import type { RunbookReaders, RunbookWriters } from '../lib/contract/runbook-ports';
import { hostOf, type Target } from '../lib/contract/target';
import { cloudNamed, resolveCredentials, type ResolvedCredentials } from '../lib/openstack/credentials';
import type { Style } from '../lib/render/style';
import type { Note } from '../lib/run/plan';
import type { Configuration } from './config';
import { databases } from './databases';
import { hostDirectory } from './host-directory';
import { openBroker } from './open-broker';
import { isSaid, refuseOtherCloud } from './same-cloud';
import { reportReaders } from './wire-reports';
import { runbookPorts } from './wire-runbooks';

/** Options about the output of a command. */
export interface Answer {
  readonly style: Style;
  readonly clock: Clock;
}

/** Readers and output: everything that a report needs. It contains no manifest, and nothing that can write. */
export interface ReadingContext extends Answer {
  readonly readers: ReportReaders;
  /**
   * Weaknesses that the configuration allows and that the user should know. The list is complete once everything was
   * read.
   */
  warnings(): readonly Note[];
}

export interface Wired {
  readonly context: ReadingContext;
  readonly writers: Writers;
  readonly runbooks: { readonly readers: RunbookReaders; readonly writers: RunbookWriters };
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

const lazily = <Value>(make: () => Promise<Value>): (() => Promise<Value>) => {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
};

/** @param manifests of the run, or [] for a report; they must name the same cloud as the credentials */
export function wire(
  configuration: Configuration,
  env: NodeJS.ProcessEnv,
  manifests: readonly Manifest[],
  answer: Answer,
): Wired {
  if (configuration.hosts.some(({ installed }) => installed === undefined)) refuseWithoutHostProgram();
  const open: Closable[] = [];
  const closing = <Value extends Closable>(value: Value): Value => {
    open.push(value);
    return value;
  };
  const cloud = cloudNamed(configuration.cloud, env) ?? 'envvars';
  let used: OpenedSession | undefined;
  const session = lazily(async () => {
    const credentials = credentialsOf(configuration, env);
    refuseOtherCloud(manifests, credentials, homeOf(env));
    const { OpenStackSession } = await import('../adapters/openstack/openstack-session.js');
    // A report should tell soon that a server doesn't answer. A run that changes things should rather wait than fail.
    const patience = manifests.length === 0 ? { firstAnswerMs: 10_000 } : {};
    const { allowPlainHttp } = configuration;
    const made = closing(new OpenStackSession(credentials, { allowPlainHttp, ...patience }));
    used = { session: made, credentials };
    return made;
  });
  const neutron = lazily(async () => {
    const opened = await session();
    const { NeutronApi } = await import('../adapters/openstack/neutron-api.js');
    return new NeutronApi(opened);
  });
  const keystone = lazily(async () => {
    const opened = await session();
    const { KeystoneApi } = await import('../adapters/openstack/keystone-api.js');
    return new KeystoneApi(opened);
  });
  const versions = lazily(async () => {
    const opened = await session();
    const { ServiceVersions } = await import('../adapters/openstack/service-versions.js');
    return new ServiceVersions(opened);
  });
  const network = async (target: Target) => {
    refuseOther(target, `api:${cloud}`, configuration);
    return neutron();
  };

  const connections = databases(configuration, closing);

  const hosts = lazily(async () => {
    const { HostPool } = await import('../adapters/host/host-pool.js');
    const { openHost } = await import('./open-host.js');
    return closing(new HostPool((name) => openHost(name, configuration)));
  });
  const host = async (target: Target) => (await hosts()).get(hostOf(target) ?? target);

  const readers: ReportReaders = {
    ...reportReaders(session, versions, connections.probes, configuration),
    broker: () => openBroker(configuration, { host: (name) => host(`host:${name}`), closing }),
    host,
    hosts: hostDirectory(configuration),
    machine: async (target) => {
      const name = hostOf(target);
      return name === undefined ? undefined : (await hosts()).machine(name);
    },
    cloud,
    network,
    identity: keystone,
    versions,
    environment: (name) => env[name],
    databases: connections.configured,
    database: (target) => connections.reader(target),
  };
  const writers: Writers = {
    host,
    network,
    database: (target) => connections.writer(target),
  };
  const warnings = (): Note[] => [
    ...sessionWarnings(used, configuration, env, manifests),
    ...connections.warnings(),
    ...uncheckedWarnings(env),
  ];
  return {
    context: { ...answer, readers, warnings },
    writers,
    runbooks: runbookPorts(session, versions, { readers, clock: answer.clock }, writers),
    close: async () => void (await Promise.allSettled(open.map((connection) => connection.close()))),
  };
}

export function credentialsOf(configuration: Configuration, env: NodeJS.ProcessEnv): ResolvedCredentials {
  const name = cloudNamed(configuration.cloud, env);
  // The credential files are needed only for an entry. Without one, an unreadable file does no harm.
  const files = name === undefined ? { home: homeOf(env) } : readCredentialFiles(env);
  return resolveCredentials(name, env, files);
}

interface OpenedSession {
  readonly session: OpenStackSession;
  readonly credentials: ResolvedCredentials;
}

function sessionWarnings(
  used: OpenedSession | undefined,
  { file }: Configuration,
  env: NodeJS.ProcessEnv,
  manifests: readonly Manifest[],
): Note[] {
  if (used === undefined) return [];
  const { session, credentials } = used;
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

/** With this setting Node.js itself would check no certificate. */
function uncheckedWarnings(env: NodeJS.ProcessEnv): Note[] {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return [];
  const message = 'it is 0, and stackward checks every certificate all the same; name a private CA where one is needed';
  return [{ where: 'NODE_TLS_REJECT_UNAUTHORIZED', message }];
}

function refuseOther(target: Target, known: Target, { file }: Configuration): void {
  if (target !== known)
    throw new InvalidConfiguration(`nothing says how to reach ${target}; ${file} leads to ${known}`);
}

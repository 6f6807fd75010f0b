/** The readers that only reports use. An adapter is loaded when it is first needed. */
import type { OpenStackSession } from '../adapters/openstack/openstack-session';
import type { Readers, VersionReader } from '../lib/contract/ports';
import type { CatalogueReader, DatabaseProbe, NameReader, ReportReaders } from '../lib/contract/report-ports';
import { entryNames } from '../lib/openstack/cloud-entry';
import { cloudNamed } from '../lib/openstack/credentials';
import type { Configuration } from './config';
import { findAccess } from './host-directory';

type CloudReaders = Omit<ReportReaders, keyof Readers | 'broker'>;

export function reportReaders(
  session: () => Promise<OpenStackSession>,
  versions: () => Promise<VersionReader>,
  databases: readonly DatabaseProbe[],
  configuration: Configuration,
): CloudReaders {
  // The catalogue is shared, because it remembers the addresses of services whose clocks it compares.
  let catalogue: Promise<CatalogueReader> | undefined;
  let names: Promise<NameReader> | undefined;
  return {
    databaseProbes: databases,
    hostsToLookAt: namedHosts(configuration),
    isThisMachine: (host) => {
      const access = findAccess(host, configuration);
      return access !== undefined && access.ssh === undefined;
    },
    compute: async () => {
      const [opened, known] = [await session(), await versions()];
      const { NovaApi } = await import('../adapters/openstack/nova-api.js');
      return new NovaApi(opened, known);
    },
    servers: async () => {
      const [opened, known] = [await session(), await versions()];
      const { NovaApi } = await import('../adapters/openstack/nova-api.js');
      const { NovaServers } = await import('../adapters/openstack/nova-servers.js');
      return new NovaServers(opened, new NovaApi(opened, known));
    },
    volumes: async () => {
      const opened = await session();
      const { CinderApi } = await import('../adapters/openstack/cinder-api.js');
      return new CinderApi(opened);
    },
    topology: async () => {
      const opened = await session();
      const { NeutronTopology } = await import('../adapters/openstack/neutron-topology.js');
      return new NeutronTopology(opened);
    },
    networkTrace: async () => {
      const opened = await session();
      const { NeutronTrace } = await import('../adapters/openstack/neutron-trace.js');
      return new NeutronTrace(opened);
    },
    portRoom: async () => {
      const opened = await session();
      const { NeutronRoom } = await import('../adapters/openstack/neutron-room.js');
      return new NeutronRoom(opened);
    },
    names: () => (names ??= openNames(session)),
    quotaUse: async () => {
      const opened = await session();
      const { QuotaUse } = await import('../adapters/openstack/quota-use.js');
      return new QuotaUse(opened);
    },
    console: async () => {
      const [opened, known] = [await session(), await versions()];
      const { ConsoleApi } = await import('../adapters/openstack/console-api.js');
      return new ConsoleApi(opened, known);
    },
    project: async () => {
      const opened = await session();
      const { ProjectApi } = await import('../adapters/openstack/project-api.js');
      return new ProjectApi(opened);
    },
    projectRemains: async () => {
      const opened = await session();
      const { ProjectRemainsApi } = await import('../adapters/openstack/project-remains.js');
      return new ProjectRemainsApi(opened);
    },
    inventory: async () => {
      const [opened, known] = [await session(), await versions()];
      const { InventoryApi } = await import('../adapters/openstack/inventory-api.js');
      return new InventoryApi(opened, known);
    },
    code: async () => {
      const { readSynthesizedCode } = await import('../adapters/files/synthesized-code.js');
      return readSynthesizedCode('.');
    },
    knownClouds: async () => {
      const { readCredentialFiles } = await import('../adapters/files/credential-files.js');
      const entries = entryNames(readCredentialFiles(process.env));
      return { entries, byVariables: cloudNamed(undefined, process.env) ?? 'envvars' };
    },
    terraform: async () => {
      const { findEngine } = await import('../adapters/terraform/engine.js');
      const { binary, version } = await findEngine(process.env);
      return `${binary} ${version}`;
    },
    provider: async (provider) => {
      const { lookUpProvider } = await import('../adapters/terraform/provider-lookup.js');
      return lookUpProvider(provider, process.env);
    },
    catalogue: () => (catalogue ??= openCatalogue(session)),
  };
}

/** Shared, because it asks for each list once. */
async function openNames(session: () => Promise<OpenStackSession>): Promise<NameReader> {
  const opened = await session();
  const { CloudNames } = await import('../adapters/openstack/cloud-names.js');
  return new CloudNames(opened);
}

async function openCatalogue(session: () => Promise<OpenStackSession>): Promise<CatalogueReader> {
  const opened = await session();
  const { CloudCatalogue } = await import('../adapters/openstack/cloud-catalogue.js');
  return new CloudCatalogue(opened);
}

/** The hosts that the configuration names in full, not by a pattern. */
const namedHosts = ({ services, hosts }: Configuration): readonly string[] => [
  ...new Set([
    ...Object.values(services).flatMap((service) => service.hosts),
    ...hosts.map(({ match }) => match).filter((match) => !match.includes('*')),
  ]),
];

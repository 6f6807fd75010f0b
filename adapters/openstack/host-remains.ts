/** Reads the things of a compute host in Nova, placement and Neutron, and removes agents and resource providers. */
import * as z from 'zod';
import type { VersionReader } from '../../lib/contract/ports';
import type {
  HostAgent,
  HostMigration,
  HostProvider,
  HostRemains,
  HostRemainsReader,
  HostWriter,
} from '../../lib/contract/runbook-ports';
import { ComputeServices } from './compute-services';
import { NeutronLists } from './neutron-lists';
import { NovaApi } from './nova-api';
import type { OpenStackSession } from './openstack-session';
import { PlacementApi } from './placement-api';
import { askService, text } from './report-answers';
import { hypervisorOf, hypervisorsAnswer, id } from './server-answers';

const agentAnswer = z.object({ id, agent_type: text, alive: z.boolean() });
const aggregatesAnswer = z.object({
  aggregates: z.array(z.object({ name: text, hosts: z.array(text).max(100_000) })).max(100_000),
});
const migrationsAnswer = z.object({
  migrations: z
    .array(
      z.object({
        id: z.int().transform(String),
        status: text,
        instance_uuid: text,
        source_compute: text.nullish(),
        dest_compute: text.nullish(),
      }),
    ) // prettier-ignore
    .max(100_000),
});

/** Neutron deletes these bindings together with the agent. */
const hostedThings = [
  { type: 'L3 agent', path: 'l3-routers', field: 'routers', word: 'router' },
  { type: 'DHCP agent', path: 'dhcp-networks', field: 'networks', word: 'network' },
];

/** The states in which a migration has ended for Nova itself (`get_in_progress_by_host_and_node`). */
const ended = ['confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled', 'done'];

export class HostRemainsApi implements HostRemainsReader, HostWriter {
  readonly #lists: NeutronLists;
  readonly #nova: NovaApi;
  readonly #services: ComputeServices;
  readonly #placement: PlacementApi;

  constructor(
    private readonly session: OpenStackSession,
    versions: VersionReader,
  ) {
    this.#lists = new NeutronLists(session);
    this.#nova = new NovaApi(session, versions);
    this.#services = new ComputeServices(session, versions);
    this.#placement = new PlacementApi(session, versions);
  }

  async remains(host: string, nodes: readonly string[]): Promise<HostRemains> {
    const [computes, { hypervisors }, { aggregates }, agents] = await Promise.all([
      this.#services.computes(),
      this.#nova.get('/os-hypervisors/detail', hypervisorsAnswer),
      this.#nova.get('/os-aggregates', aggregatesAnswer),
      this.#lists.get(agentAnswer, 'agents', `?${new URLSearchParams({ host })}`),
    ]);
    const own = hypervisors.map(hypervisorOf).filter((each) => each.host === host);
    const known = [...new Set([host, ...own.map(({ node }) => node), ...nodes])].sort();
    return {
      services: computes.filter((each) => each.host === host).map(({ binary }) => binary),
      nodes: own.map(({ node }) => node).sort(),
      aggregates: aggregates.filter(({ hosts }) => hosts.includes(host)).map(({ name }) => name),
      providers: await this.providersOf(known),
      agents: agents.map(({ id: agent, agent_type: type, alive: isAlive }) => ({ id: agent, type, isAlive })),
    };
  }

  private async providersOf(nodes: readonly string[]): Promise<readonly HostProvider[] | undefined> {
    const isThere = await this.#placement.isThere();
    return isThere === true ? this.#placement.trees(nodes) : isThere === false ? [] : undefined;
  }

  provider(provider: string): Promise<HostProvider | undefined> {
    return this.#placement.provider(provider);
  }

  async hostedBy({ id: agent, type }: HostAgent): Promise<readonly string[]> {
    const found = hostedThings.find((each) => each.type === type);
    if (found === undefined) return [];
    const { path, field, word } = found;
    const schema = z.object({ [field]: z.array(z.object({ id, name: text.nullish() })).max(100_000) }).optional();
    const answer = await askService(this.session, 'network', `/v2.0/agents/${agent}/${path}`, schema);
    return (answer?.[field] ?? []).map((each) => `${word} ${each.name ?? ''} (${each.id})`);
  }

  async migrations(host: string): Promise<readonly HostMigration[]> {
    const { migrations } = await this.#nova.get(`/os-migrations?${new URLSearchParams({ host })}`, migrationsAnswer);
    return migrations
      .filter(({ source_compute: from, dest_compute: to }) => from === host || to === host)
      .filter(({ status }) => !ended.includes(status))
      .map(({ id: migration, status, instance_uuid: serverId }) => ({ id: migration, status, serverId }));
  }

  async removeAgent(agent: string): Promise<void> {
    await this.session.call('network', `/v2.0/agents/${agent}`, { method: 'DELETE', mayBeAbsent: true });
  }

  async removeProvider(provider: string): Promise<void> {
    await this.session.call('placement', `/resource_providers/${provider}`, { method: 'DELETE', mayBeAbsent: true });
  }
}

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
import { novaMinor } from './nova-version';
import type { OpenStackSession } from './openstack-session';
import { askService, checkedAnswer, text } from './report-answers';
import { allocationsAnswer, hypervisorOf, hypervisorsAnswer, id } from './server-answers';

const agentAnswer = z.object({ id, agent_type: text, alive: z.boolean() });
const aggregatesAnswer = z.object({
  aggregates: z.array(z.object({ name: text, hosts: z.array(text).max(100_000) })).max(100_000),
});
const providersAnswer = z.object({ resource_providers: z.array(z.object({ uuid: id, name: text })).max(1_000) });
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

const pikeMinor = 53;

/** The states in which a migration has ended for Nova itself (`get_in_progress_by_host_and_node`). */
const ended = ['confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled', 'done'];

export class HostRemainsApi implements HostRemainsReader, HostWriter {
  readonly #lists: NeutronLists;
  readonly #nova: NovaApi;
  readonly #services: ComputeServices;

  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {
    this.#lists = new NeutronLists(session);
    this.#nova = new NovaApi(session, versions);
    this.#services = new ComputeServices(session, versions);
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

  /** Nova needs placement since Ocata, and its API since Pike shows that the release is later than that. */
  private async providersOf(nodes: readonly string[]): Promise<readonly HostProvider[] | undefined> {
    const { catalog } = await this.session.login();
    if (!catalog.some(({ type }) => type === 'placement'))
      return ((await novaMinor(this.versions)) ?? 0) >= pikeMinor ? undefined : [];
    return (await Promise.all(nodes.map((node) => this.providers(node)))).flat();
  }

  private async providers(node: string): Promise<readonly HostProvider[]> {
    const query = new URLSearchParams({ name: node });
    const { resource_providers: found } = await this.placement(`/resource_providers?${query}`, providersAnswer);
    const whole = found.map(async ({ uuid: provider, name }) => {
      const { allocations } = await this.placement(`/resource_providers/${provider}/allocations`, allocationsAnswer);
      return { id: provider, name, consumers: Object.keys(allocations).sort() };
    });
    return Promise.all(whole);
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

  private async placement<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const answer = await this.session.call('placement', path);
    return checkedAnswer(schema, answer, `placement to GET ${path.replace(/\?.*/, '')}`, this.session.cloud);
  }
}

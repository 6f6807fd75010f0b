/** Reads one server, its actions, and the things that its build needs, from Nova, Glance, Neutron and placement. */
import * as z from 'zod';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { uuid } from '../../lib/basics/uuid';
import type {
  Flavor,
  Hypervisor,
  ServerAction,
  ServerPort,
  ServerReader,
  WholeServer,
} from '../../lib/contract/server-ports';
import { NeutronLists } from './neutron-lists';
import type { NovaApi } from './nova-api';
import type { OpenStackSession } from './openstack-session';
import { askService } from './report-answers';
import * as answers from './server-answers';

/** The first minor version in which an event has its host. */
const hostsOfEvents = 62;
/** Only the newest actions of a server are read with their events. */
const mostActions = 10;
/**
 * Only so many providers of a server are read. A server has an allocation on its node, and perhaps a few on other
 * providers.
 */
const mostProviders = 8;

const listed = z.object({ servers: z.array(answers.wholeServerAnswer) });
const single = z.object({ server: answers.wholeServerAnswer });

/** Nova reads a name as a regular expression, so its special characters are escaped. */
const literally = (name: string): string => `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

export class NovaServers implements ServerReader {
  readonly #lists: NeutronLists;

  constructor(
    private readonly session: OpenStackSession,
    private readonly nova: NovaApi,
  ) {
    this.#lists = new NeutronLists(session);
  }

  async find(nameOrId: string): Promise<readonly WholeServer[]> {
    if (uuid.safeParse(nameOrId).success) {
      const found = await this.nova.get(`/servers/${nameOrId.toLowerCase()}`, single.optional(), { mayBeAbsent: true });
      return found === undefined ? [] : [answers.wholeServerOf(found.server)];
    }
    const query = new URLSearchParams({ all_tenants: '1', name: literally(nameOrId) });
    const { servers } = await this.nova.get(`/servers/detail?${query}`, listed);
    return servers.filter(({ name }) => name === nameOrId).map(answers.wholeServerOf);
  }

  async actions(serverId: string): Promise<readonly ServerAction[]> {
    const path = `/servers/${serverId}/os-instance-actions`;
    const { instanceActions } = await this.nova.get(path, answers.actionListAnswer);
    const requests = instanceActions.flatMap(({ request_id: request }) => (request ? [request] : []));
    const newest = [...new Set(requests)].slice(0, mostActions);
    const asked = newest.map((request) =>
      this.nova.get(`${path}/${encodeURIComponent(request)}`, answers.actionAnswer, { minor: hostsOfEvents }),
    );
    return answers.inOrder((await Promise.all(asked)).map(answers.actionOf));
  }

  async flavor(id: string): Promise<Flavor | undefined> {
    const path = `/flavors/${encodeURIComponent(id)}`;
    const found = await this.nova.get(path, answers.flavorAnswer.optional(), { mayBeAbsent: true });
    return found && answers.flavorOf(found);
  }

  async hypervisors(): Promise<readonly Hypervisor[]> {
    const { hypervisors } = await this.nova.get('/os-hypervisors/detail', answers.hypervisorsAnswer);
    return hypervisors.map(answers.hypervisorOf);
  }

  async imageStatus(id: string): Promise<string | undefined> {
    const found = await askService(this.session, 'image', `/v2/images/${id}`, answers.imageAnswer.optional());
    return found?.status;
  }

  async ports(serverId: string): Promise<readonly ServerPort[]> {
    const query = new URLSearchParams({ device_id: serverId });
    const found = await this.#lists.get(answers.serverPortAnswer, 'ports', `?${query}`);
    return found.map(answers.serverPortOf);
  }

  async placedOn(serverId: string): Promise<string | undefined> {
    const { catalog } = await this.session.login();
    if (!catalog.some(({ type }) => type === 'placement'))
      throw new InvalidConfiguration('the catalogue has no endpoint of "placement"', {
        where: `cloud ${this.session.cloud}`,
        about: 'address',
      });
    const { allocations } = await askService(
      this.session,
      'placement',
      `/allocations/${serverId}`,
      answers.allocationsAnswer,
    );
    const providers = Object.keys(allocations).slice(0, mostProviders);
    const names = await Promise.all(
      providers.map(
        async (id) =>
          (await askService(this.session, 'placement', `/resource_providers/${id}`, answers.providerAnswer)).name,
      ),
    );
    // The node itself is the root provider, and the names of its children begin with its name.
    return names.sort((a, b) => a.length - b.length)[0];
  }
}

/**
 * Reads what Nova, Cinder and Neutron have of a project that is deleted.
 *
 * Neutron and Cinder hide things of other projects without a word, and refuse their quota. So the quota is asked for
 * first. WARNING: Neutron makes the security group `default` of a project anew whenever somebody lists the security groups
 * of that project (seen in Zed, `get_security_groups` of db/securitygroups_db.py), so the groups of all projects are read.
 */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { StackwardError, UnrecoverableError } from '../../lib/basics/errors';
import { uuid } from '../../lib/basics/uuid';
import type {
  ProjectRemainsReader,
  RemainingThing,
  Remains,
  ServiceWithRemains,
} from '../../lib/contract/project-remains';
import { volumeTypeIn } from '../../lib/contract/report-ports';
import { routerInterfaces } from '../../lib/openstack/port-owners';
import { pagesByMarker } from './marker-pages';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';
import { askService, text } from './report-answers';

/** An id becomes a part of a printed command. */
const row = z.object({
  id: uuid,
  name: text.nullish(),
  tenant_id: text.nullish(),
  'os-vol-tenant-attr:tenant_id': text.nullish(),
  floating_ip_address: text.nullish(),
  device_id: text.nullish(),
  device_owner: text.nullish(),
});
type Row = z.infer<typeof row>;

/** In the order in which they can be deleted. */
const ofNeutron: readonly (readonly [collection: string, kind: RemainingThing['kind']])[] = [
  ['floatingips', 'floating IP'],
  ['trunks', 'trunk'],
  ['ports', 'port'],
  ['routers', 'router'],
  ['networks', 'network'],
  ['subnetpools', 'subnet pool'],
  ['security-groups', 'security group'],
];

export class ProjectRemainsApi implements ProjectRemainsReader {
  readonly #lists: NeutronLists;

  constructor(private readonly session: OpenStackSession) {
    this.#lists = new NeutronLists(session);
  }

  async remains(service: ServiceWithRemains, projectId: string): Promise<Remains> {
    switch (service) {
      case 'Nova':
        return this.own('server', await this.pages('compute', 'servers', projectId), projectId);
      case 'Cinder': {
        const { catalog } = await this.session.login();
        const type = volumeTypeIn(catalog);
        if (!catalog.some((entry) => entry.type === type)) return { kinds: [], things: [] };
        await askService(this.session, type, `/os-quota-sets/${encodeURIComponent(projectId)}`, z.object({}));
        return this.own('volume', await this.pages(type, 'volumes', projectId), projectId);
      }
      case 'Neutron': {
        await askService(this.session, 'network', `/v2.0/quotas/${encodeURIComponent(projectId)}`, z.object({}));
        const lists = await Promise.all(
          ofNeutron.map(async ([collection, kind]) =>
            this.own(kind, await this.list(collection, projectId), projectId),
          ),
        );
        return { kinds: lists.flatMap(({ kinds }) => kinds), things: lists.flatMap(({ things }) => things) };
      }
    }
  }

  /** @param rows undefined if the service has no such things */
  private own(kind: RemainingThing['kind'], rows: readonly Row[] | undefined, project: string): Remains {
    if (rows === undefined) return { kinds: [], things: [] };
    // A service whose policy hides the owners would seem to have nothing of the project.
    const nobodys = rows.find((each) => ownerOf(each) === undefined);
    if (nobodys !== undefined)
      throw new UnrecoverableError(
        `the list of ${kind}s doesn't say whose ${kind} ${nobodys.id} is; see which policy of the service hides projects`,
        { where: `cloud ${this.session.cloud}`, about: 'answer' },
      );
    const own = rows.filter((each) => ownerOf(each) === project && isOfItself(each));
    return { kinds: [kind], things: own.map((each) => thingOf(kind, each)) };
  }

  private pages(service: string, collection: string, project: string): Promise<readonly Row[]> {
    const answer = z.object({ [collection]: z.array(row).max(100_000) });
    return pagesByMarker(
      async (marker) => {
        const query = new URLSearchParams({ all_tenants: '1', project_id: project, ...defined({ marker }) });
        return (await askService(this.session, service, `/${collection}/detail?${query}`, answer))[collection] ?? [];
      },
      { collection, cloud: this.session.cloud },
    );
  }

  /** Undefined where Neutron lacks the extension, and so answers 404. */
  private async list(collection: string, project: string): Promise<readonly Row[] | undefined> {
    const query = new URLSearchParams(collection === 'security-groups' ? {} : { tenant_id: project });
    for (const field of ['id', 'name', 'tenant_id', ...(more[collection] ?? [])]) query.append('fields', field);
    try {
      return await this.#lists.get(row, collection, `?${query}`);
    } catch (error) {
      if (error instanceof StackwardError && error.status === 404) return undefined;
      throw error;
    }
  }
}

const more: Readonly<Record<string, readonly string[]>> = {
  floatingips: ['floating_ip_address'],
  ports: ['device_id', 'device_owner'],
};

/** Undefined if the service doesn't say. */
const ownerOf = ({ tenant_id: owner, 'os-vol-tenant-attr:tenant_id': ofCinder }: Row): string | null | undefined =>
  owner === undefined ? ofCinder : owner;

/** The other ports of Neutron's own go with a network, a router or a floating IP. */
const isOfItself = ({ device_owner: owner }: Row): boolean =>
  owner === undefined || owner === null || !owner.startsWith('network:') || routerInterfaces.includes(owner);

const thingOf = (kind: RemainingThing['kind'], each: Row): RemainingThing => ({
  kind,
  id: each.id,
  name: each.floating_ip_address ?? each.name ?? '',
  ...defined({
    // Whoever makes a port may write anything into `device_id`.
    routerId: routerInterfaces.includes(each.device_owner ?? '') ? uuid.safeParse(each.device_id).data : undefined,
  }),
});

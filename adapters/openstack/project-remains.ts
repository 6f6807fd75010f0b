/**
 * Reads what Nova, Cinder and Neutron have of a project that is deleted.
 *
 * Neutron and Cinder hide things of other projects without a word, and refuse their quota. So the quota is asked for
 * first. WARNING: Neutron makes the security group `default` of a project anew whenever somebody lists the security groups
 * of that project (seen in Zed, `get_security_groups` of db/securitygroups_db.py), so the groups of all projects are read.
 */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { StackwardError } from '../../lib/basics/errors';
import { uuid } from '../../lib/basics/uuid';
import type { ProjectRemainsReader, RemainingThing, ServiceWithRemains } from '../../lib/contract/project-remains';
import { volumeTypeIn } from '../../lib/contract/report-ports';
import { routerInterfaces } from '../../lib/openstack/port-owners';
import { pagesByMarker } from './marker-pages';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';
import { askService, text } from './report-answers';
import { id } from './server-answers';

const row = z.object({
  id,
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

  async remains(service: ServiceWithRemains, projectId: string): Promise<readonly RemainingThing[]> {
    const own = (rows: readonly Row[], kind: RemainingThing['kind']) =>
      rows.filter((each) => ownerOf(each) === projectId && isOfItself(each)).map((each) => thingOf(kind, each));
    switch (service) {
      case 'Nova':
        return own(await this.pages('compute', 'servers', projectId), 'server');
      case 'Cinder': {
        const { catalog } = await this.session.login();
        const type = volumeTypeIn(catalog);
        if (!catalog.some((entry) => entry.type === type)) return [];
        await askService(this.session, type, `/os-quota-sets/${encodeURIComponent(projectId)}`, z.object({}));
        return own(await this.pages(type, 'volumes', projectId), 'volume');
      }
      case 'Neutron': {
        await askService(this.session, 'network', `/v2.0/quotas/${encodeURIComponent(projectId)}`, z.object({}));
        const found = ofNeutron.map(async ([collection, kind]) => own(await this.list(collection, projectId), kind));
        return (await Promise.all(found)).flat();
      }
    }
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

  /** A Neutron without the extension answers 404. */
  private async list(collection: string, project: string): Promise<readonly Row[]> {
    const query = new URLSearchParams(collection === 'security-groups' ? {} : { tenant_id: project });
    for (const field of ['id', 'name', 'tenant_id', ...(more[collection] ?? [])]) query.append('fields', field);
    try {
      return await this.#lists.get(row, collection, `?${query}`);
    } catch (error) {
      if (error instanceof StackwardError && error.status === 404) return [];
      throw error;
    }
  }
}

const more: Readonly<Record<string, readonly string[]>> = {
  floatingips: ['floating_ip_address'],
  ports: ['device_id', 'device_owner'],
};

const ownerOf = (each: Row): string | undefined => each['os-vol-tenant-attr:tenant_id'] ?? each.tenant_id ?? undefined;

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

/** Reads the records of an inventory from the APIs of Nova, Neutron, Keystone, Cinder and Glance, from Icehouse on. */
import pLimit from 'p-limit';
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { StackwardError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import type { VersionReader } from '../../lib/contract/ports';
import { volumeTypeIn } from '../../lib/contract/report-ports';
import type { InventoryReader, Ports, VolumeAmounts } from '../../lib/inventory/reader';
import type {
  AmountRecord,
  FloatingIpRecord,
  HostRecord,
  ImageRecord,
  NameRecord,
  ServerRecord,
  VolumeRecord,
} from '../../lib/inventory/records';
import * as answers from './inventory-answers';
import { endlessList, mostPages, pagesByMarker } from './marker-pages';
import { NeutronLists } from './neutron-lists';
import { novaVersion } from './nova-version';
import type { ApiRequest, OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';

/**
 * The newest minor version of Nova's API that is asked for. From 2.69 on, lists include the servers of cells that Nova
 * can't reach. From 2.88 on, Nova no longer says how much of a hypervisor is in use.
 */
const newestMinor = 69;
const allTenants = { all_tenants: '1' };
const mostBytes = 256 << 20;

type Flavor = z.infer<typeof answers.flavorItem>;

export class InventoryApi implements InventoryReader {
  readonly #lists: NeutronLists;
  /** Cinder and Nova are asked for the quotas of each project separately. */
  readonly #limit = pLimit(8);

  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {
    this.#lists = new NeutronLists(session);
  }

  async servers(): Promise<readonly ServerRecord[]> {
    const rows = await this.pages(answers.inventoryServer, 'compute', 'servers', allTenants, await this.novaHeaders());
    const needsFlavors = rows.some(({ flavor }) => flavor?.id !== undefined);
    const flavors = needsFlavors ? await this.flavors() : new Map<string, Flavor>();
    return rows.map((row) => serverOf(row, flavors));
  }

  async hosts(): Promise<readonly HostRecord[]> {
    const headers = await this.novaHeaders();
    const hypervisors = await this.pages(answers.hypervisorItem, 'compute', 'os-hypervisors', {}, headers);
    return hypervisors.map((row) => ({
      host: row.service.host,
      node: row.hypervisor_hostname,
      ...defined({
        vcpus: row.vcpus ?? undefined,
        vcpusUsed: row.vcpus_used ?? undefined,
        memoryMib: row.memory_mb ?? undefined,
        memoryUsedMib: row.memory_mb_used ?? undefined,
      }),
    }));
  }

  async computeQuotas(projectIds: readonly string[]): Promise<readonly AmountRecord[]> {
    const ask = async (projectId: string): Promise<AmountRecord[]> => {
      const path = `/os-quota-sets/${encodeURIComponent(projectId)}`;
      const { quota_set: quotas } = await this.get('compute', path, answers.computeQuotaAnswer);
      return Object.entries(quotas).flatMap(([resource, amount]) =>
        typeof amount === 'number' ? [{ projectId, resource, amount }] : [],
      );
    };
    return (await this.#limit.map(projectIds, ask)).flat();
  }

  async projects(): Promise<readonly NameRecord[]> {
    const answer = await this.session.keystone('/projects');
    return checkedAnswer(answers.projectsAnswer, answer, 'Keystone to GET /projects', this.session.cloud).projects.map(
      nameOf,
    );
  }

  async users(): Promise<readonly NameRecord[]> {
    const answer = await this.session.keystone('/users');
    return checkedAnswer(answers.usersAnswer, answer, 'Keystone to GET /users', this.session.cloud).users.map(nameOf);
  }

  async ports(): Promise<Ports> {
    const list = <Item>(item: z.ZodType<Item>, collection: string, fields: readonly string[]): Promise<Item[]> =>
      this.#lists.get(
        item,
        collection,
        `?${new URLSearchParams(fields.map((field): [string, string] => ['fields', field]))}`,
      );
    const portFields = ['id', 'network_id', 'device_id', 'device_owner', 'mac_address', 'fixed_ips', 'security_groups'];
    const [all, networks, subnets, groups] = await Promise.all([
      list(answers.portItem, 'ports', portFields),
      list(answers.named, 'networks', ['id', 'name']),
      list(answers.subnetItem, 'subnets', ['id', 'cidr', 'gateway_ip']),
      this.securityGroups(),
    ]);
    const networkNames = new Map(networks.map(({ id, name }) => [id, name ?? null]));
    const subnetsById = new Map(subnets.map((subnet) => [subnet.id, subnet]));
    const ports = all.filter(
      ({ device_id: device, device_owner: owner }) => device !== '' && !owner.startsWith('network:'),
    );
    return {
      nics: ports.map((port) => ({
        portId: port.id,
        serverId: port.device_id,
        mac: port.mac_address,
        owner: port.device_owner,
        network: networkNames.get(port.network_id) ?? null,
      })),
      addresses: ports.flatMap(({ id: portId, fixed_ips: fixed }) =>
        fixed.map(({ ip_address: address, subnet_id: subnetId }) => {
          const { cidr = null, gateway_ip: gateway = null } = subnetsById.get(subnetId) ?? {};
          return { portId, address, cidr, gateway };
        }),
      ),
      groups: ports.flatMap(({ id: portId, security_groups: ids }) =>
        (ids ?? []).map((id) => ({ portId, name: groups.get(id) ?? null })),
      ),
    };
  }

  async floatingIps(): Promise<readonly FloatingIpRecord[]> {
    const query = '?fields=id&fields=floating_ip_address&fields=port_id';
    const list = await unlessMissing(() => this.#lists.get(answers.floatingIpItem, 'floatingips', query));
    return list.flatMap(({ port_id: portId, floating_ip_address: address }) => (portId ? [{ portId, address }] : []));
  }

  async volumes(): Promise<readonly VolumeRecord[]> {
    const rows = await this.pages(answers.volumeItem, await this.volumeType(), 'volumes', allTenants);
    return rows.flatMap((row) =>
      row.attachments.flatMap(({ server_id: serverId, device }) =>
        serverId === null || serverId === undefined
          ? []
          : [
              {
                id: row.id,
                serverId,
                name: row.name ?? row.display_name ?? null,
                sizeGib: row.size ?? null,
                device: device ?? null,
                location: row['os-vol-host-attr:host'] ?? null,
              },
            ],
      ),
    );
  }

  async volumeAmounts(projectIds: readonly string[]): Promise<VolumeAmounts> {
    const type = await this.volumeType();
    const ask = async (projectId: string) => {
      const path = `/os-quota-sets/${encodeURIComponent(projectId)}?usage=True`;
      const { quota_set: set } = await this.get(type, path, answers.volumeQuotaAnswer);
      return Object.entries(set).map(([resource, { limit, in_use: used }]) => ({ projectId, resource, limit, used }));
    };
    const amounts = (await this.#limit.map(projectIds, ask)).flat();
    return {
      volumeQuotas: amounts.map(({ projectId, resource, limit: amount }) => ({ projectId, resource, amount })),
      volumeUsages: amounts.map(({ projectId, resource, used: amount }) => ({ projectId, resource, amount })),
    };
  }

  /** Only the query of a page's `next` is used. */
  async images(): Promise<readonly ImageRecord[]> {
    const budget = { bytes: mostBytes };
    const result: ImageRecord[] = [];
    let query = '?limit=1000';
    for (let page = 0; page < mostPages; page++) {
      const { images, next } = await this.get('image', `/v2/images${query}`, answers.imagesAnswer, { budget });
      append(
        result,
        images.map(({ id, name, size }) => ({ id, name: name ?? null, bytes: size ?? null })),
      );
      if (next === null || next === undefined) return result;
      query = next.includes('?') ? next.slice(next.indexOf('?')) : '';
    }
    throw endlessList({ collection: 'images', cloud: this.session.cloud });
  }

  private async securityGroups(): Promise<ReadonlyMap<string, string | null>> {
    const groups = await this.#lists.get(answers.named, 'security-groups', '?fields=id&fields=name');
    return new Map(groups.map(({ id, name }) => [id, name ?? null]));
  }

  private async flavors(): Promise<ReadonlyMap<string, Flavor>> {
    const flavors = await this.pages(answers.flavorItem, 'compute', 'flavors', { is_public: 'None' });
    return new Map(flavors.map((flavor) => [flavor.id, flavor]));
  }

  private async volumeType(): Promise<string> {
    return volumeTypeIn((await this.session.login()).catalog);
  }

  private novaHeaders(): Promise<Readonly<Record<string, string>>> {
    return novaVersion(this.versions, newestMinor);
  }

  private async pages<Row extends { readonly id: string }>(
    item: z.ZodType<Row>,
    service: string,
    collection: string,
    query: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<readonly Row[]> {
    // In the answer Nova's list has no `os-` before its name, unlike in the address.
    const name = collection.replace(/^os-/, '');
    const schema = z.object({ [name]: z.array(item) });
    const budget = { bytes: mostBytes };
    return pagesByMarker(
      async (marker) => {
        const asked = new URLSearchParams({ ...query, ...defined({ marker }) }).toString();
        const path = `/${collection}/detail${asked === '' ? '' : `?${asked}`}`;
        return (await this.get(service, path, schema, { headers, budget }))[name] ?? [];
      },
      { collection, cloud: this.session.cloud },
    );
  }

  private async get<Answer>(
    service: string,
    path: string,
    schema: z.ZodType<Answer>,
    request: ApiRequest = {},
  ): Promise<Answer> {
    const answer = await this.session.call(service, path, request);
    return checkedAnswer(
      schema,
      answer,
      `the service "${service}" to GET ${path.replace(/\?.*/, '')}`,
      this.session.cloud,
    );
  }
}

/** A Neutron without routers answers 404 to a question for its floating IPs. */
async function unlessMissing<Item>(ask: () => Promise<Item[]>): Promise<Item[]> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof StackwardError && error.status === 404) return [];
    throw error;
  }
}

const nameOf = ({ id, name }: z.infer<typeof answers.named>): NameRecord => ({ id, name: name ?? null });

/** A field that the answer lacks is absent; a field that is null in the answer is null. */
function serverOf(row: z.infer<typeof answers.inventoryServer>, flavors: ReadonlyMap<string, Flavor>): ServerRecord {
  const flavor = row.flavor?.id === undefined ? undefined : flavors.get(row.flavor.id);
  return {
    id: row.id,
    ...defined({
      name: row.name,
      projectId: row.tenant_id,
      userId: row.user_id,
      created: row.created,
      zone: row['OS-EXT-AZ:availability_zone'] === '' ? null : row['OS-EXT-AZ:availability_zone'],
      host: row['OS-EXT-SRV-ATTR:host'],
      node: row['OS-EXT-SRV-ATTR:hypervisor_hostname'],
      description: row.description,
      powerState: row['OS-EXT-STS:power_state'],
      vmState: row['OS-EXT-STS:vm_state'],
      taskState: row['OS-EXT-STS:task_state'],
      flavor: row.flavor?.original_name ?? flavor?.name,
      vcpus: row.flavor?.vcpus ?? flavor?.vcpus,
      memoryMib: row.flavor?.ram ?? flavor?.ram,
      hostname: row['OS-EXT-SRV-ATTR:hostname'],
      launched: row['OS-SRV-USG:launched_at'],
      rootDevice: row['OS-EXT-SRV-ATTR:root_device_name'],
      imageId: row.image === '' ? '' : row.image?.id,
      keyName: row.key_name,
    }),
  };
}

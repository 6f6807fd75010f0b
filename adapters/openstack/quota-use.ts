/**
 * Reads what a project uses of its quotas, by the names of Terraform's attributes.
 *
 * How: by questions that every release since Icehouse answers. Nova's answer has the use beside the limits
 * (`GET /limits`), and Cinder's beside the quota (`?usage=True`). Neutron gives the use only since Pike, so its lists are
 * counted.
 */
import * as z from 'zod';
import { volumeTypeIn, type QuotaService, type QuotaUseReader } from '../../lib/contract/report-ports';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';

const number = z.number().int().min(-1);
const ofNova = z.object({ limits: z.object({ absolute: z.record(z.string().max(255), z.unknown()) }) });
const ofCinder = z.object({ quota_set: z.record(z.string().max(255), z.unknown()) });
const ofCinderResource = z.object({ in_use: number });
const listed = z.object({});

const novaNames: Readonly<Record<string, string>> = {
  instances: 'totalInstancesUsed',
  cores: 'totalCoresUsed',
  ram: 'totalRAMUsed',
  server_groups: 'totalServerGroupsUsed',
};

const neutronLists: Readonly<Record<string, string>> = {
  network: 'networks',
  subnet: 'subnets',
  port: 'ports',
  router: 'routers',
  floatingip: 'floatingips',
  security_group: 'security-groups',
  security_group_rule: 'security-group-rules',
  rbac_policy: 'rbac-policies',
  subnetpool: 'subnetpools',
};

type Used = Readonly<Record<string, number>>;

export class QuotaUse implements QuotaUseReader {
  readonly #lists: NeutronLists;

  constructor(private readonly session: OpenStackSession) {
    this.#lists = new NeutronLists(session);
  }

  used(service: QuotaService, projectId: string, resources: readonly string[]): Promise<Used> {
    switch (service) {
      case 'compute':
        return this.ofNova(projectId, resources);
      case 'network':
        return this.ofNeutron(projectId, resources);
      case 'blockStorage':
        return this.ofCinder(projectId, resources);
    }
  }

  private async ofNova(project: string, resources: readonly string[]): Promise<Used> {
    const path = `/limits?${new URLSearchParams({ tenant_id: project })}`;
    const answer = await this.session.call('compute', path);
    const { absolute } = checkedAnswer(ofNova, answer, 'Nova to GET /limits', this.session.cloud).limits;
    return numbersOf(resources, (resource) => absolute[novaNames[resource] ?? '']);
  }

  private async ofCinder(project: string, resources: readonly string[]): Promise<Used> {
    const service = volumeTypeIn((await this.session.login()).catalog);
    const path = `/os-quota-sets/${encodeURIComponent(project)}?usage=True`;
    const answer = await this.session.call(service, path);
    const { quota_set: set } = checkedAnswer(ofCinder, answer, 'Cinder to GET /os-quota-sets', this.session.cloud);
    return numbersOf(resources, (resource) => ofCinderResource.safeParse(set[resource]).data?.in_use);
  }

  private async ofNeutron(project: string, resources: readonly string[]): Promise<Used> {
    const query = `?${new URLSearchParams({ tenant_id: project, fields: 'id' })}`;
    const counted = await Promise.all(
      resources.map(async (resource): Promise<readonly [string, number | undefined]> => {
        const list = neutronLists[resource];
        return [resource, list === undefined ? undefined : (await this.#lists.get(listed, list, query)).length];
      }),
    );
    const numbers = new Map(counted);
    return numbersOf(resources, (resource) => numbers.get(resource));
  }
}

/** Resources without such a number are no things that add up, such as the members of a server group. */
const numbersOf = (resources: readonly string[], numberOf: (resource: string) => unknown): Used =>
  Object.fromEntries(
    resources.flatMap((resource) => {
      const parsed = number.safeParse(numberOf(resource));
      return parsed.success ? [[resource, parsed.data]] : [];
    }),
  );

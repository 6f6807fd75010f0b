/**
 * Reads what a project uses of its quotas, by the names of Terraform's attributes.
 *
 * How: by questions that every release since Icehouse answers. Nova's answer has the use beside the limits
 * (`GET /limits`), and Cinder's beside the quota (`?usage=True`). Neutron gives the use only since Pike, so its lists are
 * counted. Neutron hides things of other projects without a word, and refuses their quota. So the quota is asked for too.
 */
import * as z from 'zod';
import { volumeTypeIn, type QuotaService, type QuotaUseReader } from '../../lib/contract/report-ports';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';

const number = z.number().int().min(0);
const listed = z.object({});
const quota = z.object({ quota: z.object({}) });

const novaNames: Readonly<Record<string, string>> = {
  instances: 'totalInstancesUsed',
  cores: 'totalCoresUsed',
  ram: 'totalRAMUsed',
  server_groups: 'totalServerGroupsUsed',
};

/** Names of Cinder's resources that add up. The size of one volume is none, and Terraform has volume types apart. */
const cinderNames: readonly string[] = ['volumes', 'snapshots', 'gigabytes', 'backups', 'backup_gigabytes', 'groups'];

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
    const asked = resources.filter((resource) => Object.hasOwn(novaNames, resource));
    const absolute = z.object(Object.fromEntries(asked.map((resource) => [novaNames[resource] ?? '', number])));
    const form = z.object({ limits: z.object({ absolute }) });
    const { project: own } = await this.session.login();
    // Nova asks for the right to see other projects wherever a project is named, also one's own.
    const query = own?.id === project ? '' : `?${new URLSearchParams({ tenant_id: project })}`;
    const answer = await this.session.call('compute', `/limits${query}`);
    const { limits } = checkedAnswer(form, answer, 'Nova to GET /limits', this.session.cloud);
    return usedOf(asked, (resource) => limits.absolute[novaNames[resource] ?? '']);
  }

  private async ofCinder(project: string, resources: readonly string[]): Promise<Used> {
    const asked = resources.filter((resource) => cinderNames.includes(resource));
    const set = z.object(Object.fromEntries(asked.map((resource) => [resource, z.object({ in_use: number })])));
    const service = volumeTypeIn((await this.session.login()).catalog);
    const answer = await this.session.call(service, `/os-quota-sets/${encodeURIComponent(project)}?usage=True`);
    const form = z.object({ quota_set: set });
    const told = checkedAnswer(form, answer, 'Cinder to GET /os-quota-sets', this.session.cloud).quota_set;
    return usedOf(asked, (resource) => told[resource]?.in_use);
  }

  private async ofNeutron(project: string, resources: readonly string[]): Promise<Used> {
    const path = `/v2.0/quotas/${encodeURIComponent(project)}`;
    checkedAnswer(quota, await this.session.call('network', path), 'Neutron to GET /v2.0/quotas', this.session.cloud);
    const query = `?${new URLSearchParams({ tenant_id: project, fields: 'id' })}`;
    const asked = resources.filter((resource) => Object.hasOwn(neutronLists, resource));
    const counted = await Promise.all(
      asked.map(async (resource): Promise<readonly [string, number]> => {
        const rows = await this.#lists.get(listed, neutronLists[resource] ?? '', query);
        return [resource, rows.length];
      }),
    );
    return Object.fromEntries(counted);
  }
}

const usedOf = (resources: readonly string[], numberOf: (resource: string) => number | undefined): Used =>
  Object.fromEntries(resources.map((resource) => [resource, numberOf(resource) ?? 0]));

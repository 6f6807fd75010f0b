/** All that one project has, for `stackward import`, by the APIs that an administrator may ask. */
import type * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { volumeTypeIn } from '../../lib/contract/report-ports';
import type {
  Project,
  ProjectMember,
  ProjectQuotas,
  ProjectReader,
  ServerOfProject,
} from '../../lib/contract/project-port';
import { pagesByMarker } from './marker-pages';
import { NeutronLists } from './neutron-lists';
import type { OpenStackSession } from './openstack-session';
import * as answers from './project-answers';
import { checkedAnswer } from './report-answers';

type Limits = Readonly<Record<string, unknown>>;
type Found = Pick<z.infer<typeof answers.keystoneProject>, 'id' | 'name' | 'description' | 'enabled'>;

/** A service's name of a limit, and the prop of Quotas. */
const computeLimits = { instances: 'instances', cores: 'cores', ram: 'ramMiB', server_groups: 'serverGroups', server_group_members: 'serverGroupMembers', metadata_items: 'metadataItems' }; // prettier-ignore
const networkLimits = { network: 'networks', subnet: 'subnets', port: 'ports', router: 'routers', floatingip: 'floatingIps', security_group: 'securityGroups', security_group_rule: 'securityGroupRules' }; // prettier-ignore
const volumeLimits = { volumes: 'volumes', snapshots: 'snapshots', gigabytes: 'gigabytes', backups: 'backups', backup_gigabytes: 'backupGigabytes' }; // prettier-ignore

export class ProjectApi implements ProjectReader {
  readonly #lists: NeutronLists;

  constructor(private readonly session: OpenStackSession) {
    this.#lists = new NeutronLists(session);
  }

  async read(nameOrId: string): Promise<Project> {
    const { id, name, description, enabled } = await this.find(nameOrId);
    const own = `?${new URLSearchParams({ tenant_id: id })}`;
    const [networks, subnets, ports, routers, groups, floatingIps] = await Promise.all([
      this.#lists.get(answers.network, 'networks', own),
      this.#lists.get(answers.subnet, 'subnets', own),
      this.#lists.get(answers.port, 'ports', own),
      this.#lists.get(answers.router, 'routers', own),
      this.#lists.get(answers.group, 'security-groups', own),
      this.#lists.get(answers.floatingIp, 'floatingips', own),
    ]);
    const used = new Set([
      ...ports.map(({ networkId }) => networkId),
      ...routers.flatMap(({ gateway }) => gateway?.networkId ?? []),
      ...floatingIps.map(({ networkId }) => networkId),
    ]);
    const foreign = [...used].filter((network) => networks.every((each) => each.id !== network));
    const [members, quotas, servers, others, theirSubnets] = await Promise.all([
      this.members(id),
      this.quotas(id),
      this.servers(id),
      this.having(answers.network, 'networks', 'id', foreign),
      this.having(answers.subnet, 'subnets', 'network_id', foreign),
    ]);
    return {
      id,
      name,
      description: description ?? '',
      isEnabled: enabled,
      ...members,
      quotas,
      networks: [...networks, ...others],
      subnets: [...subnets, ...theirSubnets.filter((subnet) => subnets.every((each) => each.id !== subnet.id))],
      ports,
      routers,
      groups,
      floatingIps,
      servers,
    };
  }

  private async find(nameOrId: string): Promise<Found> {
    const { projects } = await this.keystone(`/projects?${new URLSearchParams({ name: nameOrId })}`, answers.projectsAnswer); // prettier-ignore
    const [first, second] = projects;
    if (first && !second) return first;
    if (second)
      throw new InvalidConfiguration(
        `it has ${projects.length} projects named ${JSON.stringify(nameOrId)}: ${projects.map(({ id }) => id).join(', ')}; name an id`,
        { where: `cloud ${this.session.cloud}`, about: 'name' },
      );
    const byId = answers.keystoneId.safeParse(nameOrId).success
      ? await this.session.keystone(`/projects/${nameOrId}`, { mayBeAbsent: true })
      : undefined;
    if (byId !== undefined) return this.checked(answers.projectAnswer, byId, 'Keystone to GET /projects/ID').project;
    throw new InvalidConfiguration(
      `it has no project ${JSON.stringify(nameOrId)}; name the project as \`openstack project list\` does`,
      { where: `cloud ${this.session.cloud}`, about: 'name' },
    );
  }

  private async members(project: string): Promise<Pick<Project, 'members' | 'otherRoles'>> {
    const query = new URLSearchParams({ 'scope.project.id': project });
    const [{ role_assignments: assignments }, { roles }, { user: deployer }] = await Promise.all([
      this.keystone(`/role_assignments?${query}`, answers.assignmentsAnswer),
      this.keystone('/roles', answers.rolesAnswer),
      this.session.login(),
    ]);
    const nameOf = (id: string) => roles.find((role) => role.id === id)?.name ?? id;
    const ofUsers = assignments.flatMap(({ user, role }) =>
      user && user.id !== deployer?.id ? [{ userId: user.id, role: nameOf(role.id) }] : [],
    );
    const members = await Promise.all(
      [...new Set(ofUsers.map(({ userId }) => userId))].map(async (userId): Promise<ProjectMember> => {
        const { user } = await this.keystone(`/users/${userId}`, answers.userAnswer);
        const own = ofUsers.filter((each) => each.userId === userId);
        return { userId, userName: user.name, roles: own.map(({ role }) => role) };
      }),
    );
    const ofGroups = assignments.flatMap(({ group, role }) => (group ? [`role ${nameOf(role.id)} of group ${group.id}`] : [])); // prettier-ignore
    return { members, otherRoles: ofGroups };
  }

  /** Neutron lists only projects whose limits somebody set. Nova and Cinder tell their defaults. */
  private async quotas(project: string): Promise<ProjectQuotas> {
    const volume = volumeTypeIn((await this.session.login()).catalog);
    const hasVolumes = (await this.session.login()).catalog.some(({ type }) => type === volume);
    const [compute, network, blockStorage] = await Promise.all([
      this.differing('compute', project),
      this.#lists.get(answers.networkLimits, 'quotas', ''),
      hasVolumes ? this.differing(volume, project) : {},
    ]);
    const ofNetwork = network.find((row) => row['tenant_id'] === project || row['project_id'] === project) ?? {};
    return {
      compute: renamed(computeLimits, compute),
      network: renamed(networkLimits, ofNetwork),
      blockStorage: renamed(volumeLimits, blockStorage),
    };
  }

  private async differing(service: string, project: string): Promise<Limits> {
    const path = `/os-quota-sets/${project}`;
    const [now, usual] = await Promise.all(
      [path, `${path}/defaults`].map(async (each) =>
        this.checked(answers.limitsAnswer, await this.session.call(service, each), `${service} to GET /os-quota-sets`),
      ),
    );
    return Object.fromEntries(
      Object.entries(now?.quota_set ?? {}).filter(([limit, value]) => value !== usual?.quota_set[limit]),
    );
  }

  private async servers(project: string): Promise<readonly ServerOfProject[]> {
    return pagesByMarker(
      async (marker) => {
        const query = new URLSearchParams({ all_tenants: '1', tenant_id: project, ...defined({ marker }) });
        const answer = await this.session.call('compute', `/servers/detail?${query}`);
        return this.checked(answers.serversAnswer, answer, 'Nova to GET /servers/detail').servers;
      },
      { collection: 'servers', cloud: this.session.cloud },
    );
  }

  private async having<Item>(
    schema: z.ZodType<Item>,
    collection: string,
    field: string,
    values: readonly string[],
  ): Promise<readonly Item[]> {
    const query = new URLSearchParams(values.map((value): [string, string] => [field, value]));
    return values.length === 0 ? [] : this.#lists.get(schema, collection, `?${query}`);
  }

  private async keystone<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const answer = await this.session.keystone(path);
    return this.checked(schema, answer, `Keystone to GET ${path.replace(/\?.*/, '')}`);
  }

  private checked<Answer>(schema: z.ZodType<Answer>, answer: unknown, what: string): Answer {
    return checkedAnswer(schema, answer, what, this.session.cloud);
  }
}

const renamed = (names: Readonly<Record<string, string>>, limits: Limits): Record<string, number> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([theirs, ours]) => {
      const limit = limits[theirs];
      return typeof limit === 'number' && Number.isInteger(limit) ? [[ours, limit]] : [];
    }),
  );

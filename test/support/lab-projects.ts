/**
 * The projects that a suite makes on the lab, named `<prefix>-<pid>-…`, and the removal of projects that a killed run
 * left.
 */
import { OpenStackSession, type ApiRequest } from '../../adapters/openstack/openstack-session';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { asStackwardError } from '../../lib/basics/errors';
import { resolveCredentials } from '../../lib/openstack/credentials';
import { getLab } from './lab-cloud';

export interface Named {
  readonly id: string;
  readonly name: string;
}

export class LabProjects {
  readonly lab = getLab();
  /** The beginning of every name of this run. */
  readonly run: string;
  private readonly session = new OpenStackSession(
    resolveCredentials('stackward-lab', {}, readCredentialFiles(this.lab.environment)),
  );

  constructor(private readonly prefix: string) {
    this.run = `${prefix}-${String(process.pid)}`;
  }

  /** One JSON answer. Compute is asked with microversion 2.90, which has the hostname. */
  async get<Answer>(service: string, path: string): Promise<Answer> {
    return this.call<Answer>(service, path);
  }

  /** Projects of this run by name, without the run's prefix. */
  async projects(): Promise<Readonly<Record<string, string>>> {
    const all = await this.projectsOf((run) => run === this.run);
    return Object.fromEntries(all.map(({ id, name }) => [name.slice(this.run.length + 1), id]));
  }

  /** Deletes everything that this run made, and things of runs whose process is gone. */
  async clean(): Promise<void> {
    const isOver = (run: string | undefined) =>
      run !== undefined && (run === this.run || !isAlive(Number(run.slice(this.prefix.length + 1))));
    const projects = await this.projectsOf(isOver);
    for (const { id } of projects) await this.empty(id);
    const { networks } = await this.get<{ networks: Named[] }>('network', '/v2.0/networks?shared=true');
    for (const { id } of networks.filter(({ name }) => isOver(this.runOf(name))))
      await this.delete('network', `/v2.0/networks/${id}`);
    const { subnetpools } = await this.get<{ subnetpools: Named[] }>('network', '/v2.0/subnetpools?shared=true');
    for (const { id } of subnetpools.filter(({ name }) => isOver(this.runOf(name))))
      await this.delete('network', `/v2.0/subnetpools/${id}`);
    for (const { id } of projects) await this.delete('identity', `/projects/${id}`);
  }

  async close(): Promise<void> {
    await this.session.close();
  }

  async empty(project: string): Promise<void> {
    const path = `/servers?all_tenants=1&project_id=${project}`;
    for (;;) {
      const { servers } = await this.get<{ servers: Named[] }>('compute', path);
      if (servers.length === 0) break;
      // A nova-compute that has just died never answers a deletion. Once Nova knows that it is dead, Nova deletes the
      // server itself.
      for (const { id } of servers) await this.delete('compute', `/servers/${id}`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    await this.emptyRouters(project);
    await this.enableTrunks(project);
    for (const collection of ['floatingips', 'trunks', 'ports', 'networks', 'security-groups']) {
      const answer = await this.get<Record<string, Named[]>>('network', `/v2.0/${collection}?project_id=${project}`);
      const found = answer[collection.replace('-', '_')] ?? [];
      for (const { id } of found) await this.delete('network', `/v2.0/${collection}/${id}`);
    }
  }

  /** Neutron deletes no trunk that is switched off. */
  private async enableTrunks(project: string): Promise<void> {
    const { trunks } = await this.get<{ trunks: Named[] }>('network', `/v2.0/trunks?project_id=${project}`);
    for (const { id } of trunks)
      await this.call('network', `/v2.0/trunks/${id}`, { method: 'PUT', body: { trunk: { admin_state_up: true } } });
  }

  private async emptyRouters(project: string): Promise<void> {
    const { routers } = await this.get<{ routers: Named[] }>('network', `/v2.0/routers?project_id=${project}`);
    for (const { id } of routers) {
      await this.call('network', `/v2.0/routers/${id}`, { method: 'PUT', body: { router: { routes: [] } } });
      const { floatingips } = await this.get<{ floatingips: Named[] }>('network', `/v2.0/floatingips?router_id=${id}`);
      for (const floating of floatingips) await this.delete('network', `/v2.0/floatingips/${floating.id}`);
      const { ports } = await this.get<{ ports: Named[] }>(
        'network',
        `/v2.0/ports?device_id=${id}&device_owner=network:router_interface`,
      );
      for (const port of ports)
        await this.call('network', `/v2.0/routers/${id}/remove_router_interface`, {
          method: 'PUT',
          body: { port_id: port.id },
        });
      await this.delete('network', `/v2.0/routers/${id}`);
    }
  }

  private async projectsOf(wanted: (run: string) => boolean): Promise<Named[]> {
    const { projects } = await this.get<{ projects: Named[] }>('identity', '/projects');
    return projects.filter(({ name }) => {
      const run = this.runOf(name);
      return run !== undefined && wanted(run);
    });
  }

  private runOf(name: string): string | undefined {
    return new RegExp(`^${this.prefix}-\\d+(?=-)`).exec(name)?.[0];
  }

  /** A thing that is already gone counts as deleted, such as a port that was deleted with its server. */
  private async delete(service: string, path: string): Promise<void> {
    try {
      await this.call(service, path, { method: 'DELETE' });
    } catch (error) {
      if (asStackwardError(error).status !== 404) throw error;
    }
  }

  async call<Answer>(service: string, path: string, options: ApiRequest = {}): Promise<Answer> {
    const headers = service === 'compute' ? { 'openstack-api-version': 'compute 2.90' } : {};
    return this.session.call<Answer>(service, path, { ...options, headers });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes compute hosts on the lab whose nova-compute seems to have died ten minutes ago. Nova, placement and Neutron get
 * the rows of a host that was switched off; no process runs. No other host is touched.
 */
import { randomUUID } from 'node:crypto';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { sql } from '../../lab/command';
import { asStackwardError } from '../../lib/basics/errors';
import { resolveCredentials } from '../../lib/openstack/credentials';
import { getLab } from './lab-cloud';
import { isAlive } from './lab-projects';

export class DeadComputes {
  readonly lab = getLab();
  readonly session = new OpenStackSession(
    resolveCredentials('stackward-lab', {}, readCredentialFiles(this.lab.environment)),
  );
  #count = 0;

  private constructor(private readonly prefix: string) {}

  static async start(prefix: string): Promise<DeadComputes> {
    const made = new DeadComputes(prefix);
    await made.sweep();
    return made;
  }

  /** Makes the rows of one more host. @returns its name */
  async add(): Promise<string> {
    const host = `${this.prefix}-${process.pid}-${(this.#count += 1)}`;
    const [node, service, agent] = [randomUUID(), randomUUID(), randomUUID()];
    // Nova uses the oldest version of all its services, also of dead ones. So a copy needs a right version.
    await this.sql(`
      CREATE TEMPORARY TABLE nova.test_s AS SELECT * FROM nova.services WHERE host = 'cnode01' AND \`binary\` = 'nova-compute' AND deleted = 0;
      UPDATE nova.test_s SET id = 0, host = '${host}', uuid = '${service}', last_seen_up = UTC_TIMESTAMP() - INTERVAL 10 MINUTE;
      INSERT INTO nova.services SELECT * FROM nova.test_s;
      CREATE TEMPORARY TABLE nova.test_n AS SELECT * FROM nova.compute_nodes WHERE host = 'cnode01' AND deleted = 0;
      UPDATE nova.test_n SET id = 0, host = '${host}', hypervisor_hostname = '${host}', uuid = '${node}';
      INSERT INTO nova.compute_nodes SELECT * FROM nova.test_n;
      INSERT INTO nova_api.host_mappings (created_at, cell_id, host)
        SELECT UTC_TIMESTAMP(), cell_id, '${host}' FROM nova_api.host_mappings WHERE host = 'cnode01';
      CREATE TEMPORARY TABLE nova.test_a AS SELECT * FROM neutron.agents WHERE host = 'cnode01' AND agent_type = 'Open vSwitch agent';
      UPDATE nova.test_a SET id = '${agent}', host = '${host}', heartbeat_timestamp = UTC_TIMESTAMP() - INTERVAL 10 MINUTE;
      INSERT INTO neutron.agents SELECT * FROM nova.test_a`);
    await this.session.call('placement', '/resource_providers', { method: 'POST', body: { name: host, uuid: node } });
    return host;
  }

  /** Reads the service from the database: `enabled` or `disabled` with the reason, or `gone`. */
  async service(host: string): Promise<string> {
    const [row = 'gone'] = await this.sql(
      `SELECT IF(disabled, 'disabled', 'enabled'), IFNULL(disabled_reason, '-') FROM nova.services WHERE host = '${host}' AND deleted = 0`,
    );
    return row.replace('\t', ' ');
  }

  /** The number of rows of each table that still belong to the host. */
  async remains(host: string): Promise<Readonly<Record<string, number>>> {
    const tables = { services: 'nova.services', nodes: 'nova.compute_nodes', mappings: 'nova_api.host_mappings', agents: 'neutron.agents' }; // prettier-ignore
    const counts = await this.sql(
      Object.entries(tables)
        .map(
          ([name, table]) =>
            `SELECT COUNT(*) FROM ${table} WHERE host = '${host}'${table.startsWith('nova.') ? ' AND deleted = 0' : ''} /* ${name} */`,
        )
        .join('; '),
    );
    const { resource_providers: found } = await this.session.call<{ resource_providers: unknown[] }>('placement', `/resource_providers?name=${host}`); // prettier-ignore
    const named = Object.keys(tables).map((name, index) => [name, Number(counts[index])] as const);
    return { ...Object.fromEntries(named), providers: found.length };
  }

  sql(statements: string): Promise<string[]> {
    return sql(this.lab, `${statements};`);
  }

  /** Removes the rows that are left of this run's hosts, and of the hosts of runs that were killed. */
  private async sweep(isOver = (pid: number): boolean => !isAlive(pid)): Promise<void> {
    const hosts = await this.sql(
      `SELECT host FROM nova.services WHERE host LIKE '${this.prefix}-%' UNION SELECT host FROM neutron.agents WHERE host LIKE '${this.prefix}-%' UNION SELECT host FROM nova_api.host_mappings WHERE host LIKE '${this.prefix}-%'`,
    );
    for (const host of hosts.filter((name) => isOver(Number(name.slice(this.prefix.length + 1).split('-')[0])))) {
      await this.removeTree(host);
      await this.sql(
        `DELETE FROM nova.services WHERE host = '${host}'; DELETE FROM nova.compute_nodes WHERE host = '${host}'; DELETE FROM nova_api.host_mappings WHERE host = '${host}'; DELETE FROM neutron.agents WHERE host = '${host}'`,
      );
    }
  }

  /** Asks placement in the version that knows providers in providers. */
  placement = <Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> =>
    this.session.call<Answer>('placement', path, { method, body, headers: { 'OpenStack-API-Version': 'placement 1.14' } }); // prettier-ignore

  /** Removes the host's provider with all that are in it. */
  removeTree = async (host: string): Promise<void> => {
    const list = async (query: string) =>
      (await this.placement<{ resource_providers: { uuid: string; parent_provider_uuid: string | null }[] }>('GET', `/resource_providers?${query}`)).resource_providers; // prettier-ignore
    const [root] = await list(`name=${host}`);
    let left = root === undefined ? [] : await list(`in_tree=${root.uuid}`);
    while (left.length > 0) {
      const parents = new Set(left.map((each) => each.parent_provider_uuid));
      const leaves = left.filter(({ uuid }) => !parents.has(uuid));
      for (const { uuid } of leaves) await this.delete(`/resource_providers/${uuid}`);
      left = left.filter((each) => !leaves.includes(each));
    }
  };

  private async delete(path: string): Promise<void> {
    try {
      await this.session.call('placement', path, { method: 'DELETE' });
    } catch (error) {
      if (asStackwardError(error).status !== 404) throw error;
    }
  }

  async stop(): Promise<void> {
    await this.sweep((pid) => pid === process.pid || !isAlive(pid));
    await this.session.close();
  }
}

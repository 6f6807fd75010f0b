/**
 * A nova-compute of a suite's own on the lab, with a host name, an availability zone and a project of its own, so that it
 * may be paused, killed, disabled and fenced off while everybody else builds servers.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { Cloud } from '../../lab/cloud';
import { childEnvironment, sql } from '../../lab/command';
import { Queues } from '../../lab/probes';
import { resolveCredentials } from '../../lib/openstack/credentials';
import { getLab } from './lab-cloud';
import { isAlive, LabProjects, type Named } from './lab-projects';
import { SentMessages } from './sent-messages';

export interface BuiltServer {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

interface Service {
  readonly id: string;
  readonly host: string;
  readonly binary: string;
  readonly state: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export class OwnCompute {
  readonly lab = getLab();
  private readonly projects: LabProjects;
  private session!: OpenStackSession;
  private readonly processes = new Map<string, ChildProcess>();
  private sent!: SentMessages;
  private aggregate = 0;
  project = '';

  private constructor(private readonly prefix: string) {
    this.projects = new LabProjects(prefix);
  }

  /** The name of the host, of the zone and of the project. */
  get name(): string {
    return `${this.projects.run}-own`;
  }

  /** Resolves when the scheduler may choose the host. Only this suite uses the zone. */
  static async start(prefix: string): Promise<OwnCompute> {
    const own = new OwnCompute(prefix);
    await own.projects.clean();
    await own.makeProject();
    await own.sweep();
    own.sent = SentMessages.start(own.lab, own.name);
    await own.until('what is sent to the host is seen', () => own.sent.isBound());
    const { aggregate } = await own.call<{ aggregate: { id: number } }>('compute', 'POST', '/os-aggregates', {
      aggregate: { name: own.name, availability_zone: own.name },
    });
    own.aggregate = aggregate.id;
    try {
      await own.launch(own.name, 8_192);
    } catch (error) {
      await own.stop();
      throw error;
    }
    return own;
  }

  /** A second host of the zone, with less memory than any flavor needs. It is made when it is first asked for. */
  async small(): Promise<string> {
    const host = this.#small;
    if (!this.processes.has(host)) await this.launch(host, 32);
    return host;
  }

  get #small(): string {
    return `${this.projects.run}-small`;
  }

  private async makeProject(): Promise<void> {
    const admin = new OpenStackSession(
      resolveCredentials('stackward-lab', {}, readCredentialFiles(this.lab.environment)),
    );
    try {
      const body = { project: { name: this.name, domain_id: 'default' } };
      const { project } = await admin.call<{ project: Named }>('identity', '/projects', { method: 'POST', body });
      const { users } = await admin.call<{ users: Named[] }>('identity', '/users?name=admin');
      const { roles } = await admin.call<{ roles: Named[] }>('identity', '/roles?name=admin');
      await admin.call('identity', `/projects/${project.id}/users/${users[0]?.id}/roles/${roles[0]?.id}`, { method: 'PUT' }); // prettier-ignore
      const quotas = { quota_set: { instances: 100, cores: 100 } };
      await admin.call('compute', `/os-quota-sets/${project.id}`, { method: 'PUT', body: quotas });
      this.project = project.id;
    } finally {
      await admin.close();
    }
    const domains = { OS_USER_DOMAIN_NAME: 'Default', OS_PROJECT_DOMAIN_NAME: 'Default' };
    const user = { OS_USERNAME: 'admin', OS_PASSWORD: this.lab.passwords.admin, OS_PROJECT_NAME: this.name };
    const env = { OS_AUTH_URL: this.lab.authUrl, OS_REGION_NAME: 'RegionOne', ...user, ...domains };
    this.session = new OpenStackSession(resolveCredentials(undefined, env, { home: '/nowhere' }));
  }

  private async launch(host: string, memoryMiB: number): Promise<void> {
    const folder = join(this.lab.folder, 'nova', host);
    mkdirSync(folder, { recursive: true });
    const [config, program] = [join(folder, 'own.conf'), join(folder, 'nova-compute')];
    writeFileSync(config, `[DEFAULT]\nhost = ${host}\nstate_path = ${folder}\nreserved_host_memory_mb = 0\n`);
    copyFileSync(join(__dirname, 'own-compute.py'), program);
    // The log begins with an old line, so readers take it to have every request since then.
    writeFileSync(this.logFile(host), '2026-01-01 00:00:00.000 1 INFO nova [-] begin\n', { flag: 'a', mode: 0o600 });
    const log = openSync(this.logFile(host), 'a', 0o600);
    const nova = join(this.lab.folder, 'etc', 'nova', 'nova.conf');
    const env = { ...childEnvironment(this.lab), OWN_MEMORY_MIB: String(memoryMiB) };
    const args = [program, `--config-file=${nova}`, `--config-file=${config}`];
    this.processes.set(host, spawn('/usr/bin/python3', args, { env, stdio: ['ignore', log, log] }));
    closeSync(log);
    await this.until(`placement knows what ${host} has`, async () => {
      const path = `/resource_providers?name=${host}`;
      const { resource_providers: found } = await this.call<{ resource_providers: { uuid: string }[] }>('placement', 'GET', path); // prettier-ignore
      if (found[0] === undefined) return false;
      const inventories = `/resource_providers/${found[0].uuid}/inventories`;
      const answer = await this.call<{ inventories: object }>('placement', 'GET', inventories);
      return Object.keys(answer.inventories).length > 0;
    });
    // Nova and placement both get the zone by this request. If the answer is an error, one of the two may have it.
    const path = `/os-aggregates/${this.aggregate}/action`;
    await this.until(`${host} is in its zone`, async () => {
      try {
        await this.call('compute', 'POST', path, { add_host: { host } });
        return true;
      } catch {
        await this.call('compute', 'POST', path, { remove_host: { host } }).catch(() => undefined);
        return false;
      }
    });
  }

  logFile(host: string): string {
    return join(this.lab.folder, 'log', `nova-compute-${host}.log`);
  }

  /** The newest microversion that the suites need from the lab's Nova. */
  call<Answer>(service: string, method: Method, path: string, body?: unknown): Promise<Answer> {
    const headers = service === 'compute' ? { 'x-openstack-nova-api-version': '2.60' } : {};
    return this.session.call<Answer>(service, path, { method, body, headers });
  }

  async until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await isSo()) return;
      await sleep(300);
    }
    throw new Error(`waited in vain until ${what}; the log of nova-compute is ${this.logFile(this.name)}`);
  }

  /** A separate network with one subnet, whose pool is `first` to `last`. */
  async network(name: string, first: number, last: number): Promise<string> {
    const { network } = await this.call<{ network: Named }>('network', 'POST', '/v2.0/networks', { network: { name } });
    const pool = { start: `10.91.7.${first}`, end: `10.91.7.${last}` };
    await this.call('network', 'POST', '/v2.0/subnets', {
      subnet: { name, network_id: network.id, ip_version: 4, cidr: '10.91.7.0/24', enable_dhcp: false, allocation_pools: [pool] }, // prettier-ignore
    });
    return network.id;
  }

  /** A separate tiny image, which a test may delete. */
  async image(): Promise<string> {
    const cloud = new Cloud(this.lab);
    const image = { name: this.name, disk_format: 'raw', container_format: 'bare', visibility: 'public' };
    const { id } = await cloud.request<{ id: string }>('glance', 'POST', '/images', image);
    await cloud.request('glance', 'PUT', `/images/${id}/file`, new Uint8Array(1024));
    return id;
  }

  async boot(name: string, more: object): Promise<string> {
    const { server } = await this.call<{ server: { id: string } }>('compute', 'POST', '/servers', {
      server: { name: `${this.name}-${name}`, availability_zone: this.name, networks: 'none', ...more },
    });
    return server.id;
  }

  async server(id: string): Promise<BuiltServer> {
    return (await this.call<{ server: BuiltServer }>('compute', 'GET', `/servers/${id}`)).server;
  }

  failed(id: string): Promise<void> {
    return this.reached(id, 'ERROR');
  }

  active(id: string): Promise<void> {
    return this.reached(id, 'ACTIVE');
  }

  /** Looks into Nova's databases until the server is there, then asks Nova: for each answer Nova asks Neutron twice. */
  private async reached(id: string, status: string): Promise<void> {
    const found = ['nova', 'nova_cell0'].map((name) => `SELECT 1 FROM ${name}.instances WHERE uuid = '${id}' AND vm_state = '${status.toLowerCase()}'`); // prettier-ignore
    await this.until(
      `Nova has server ${id} in ${status}`,
      async () => (await this.sql(found.join(' UNION '))).length > 0,
    );
    await this.until(`server ${id} is ${status}`, async () => (await this.server(id)).status === status);
  }

  /** The order to build was sent to the host. The host hasn't begun, because it is paused. */
  async placed(id: string): Promise<void> {
    await this.until(`the conductor sends ${this.name} the order to build ${id}`, () => this.sent.hasBuild(id));
  }

  pause(): void {
    this.processes.get(this.name)?.kill('SIGSTOP');
  }

  resume(): void {
    this.processes.get(this.name)?.kill('SIGCONT');
  }

  /** The broker drops the queue of the host. */
  async dropQueue(): Promise<void> {
    await this.until('the queue is dropped', this.sent.dropQueue());
  }

  /** nova-compute takes from its queue again. */
  async served(): Promise<void> {
    const queues = new Queues(this.lab);
    await this.until('its queue has a consumer', () => queues.hasConsumer(`compute.${this.name}`));
    queues.close();
  }

  /** Makes the server and its actions look twenty minutes older. */
  async ageTask(id: string): Promise<void> {
    const earlier = (column: string): string => `${column} = ${column} - INTERVAL 20 MINUTE`;
    await this.sql(
      `UPDATE nova.instances SET ${earlier('created_at')} WHERE uuid = '${id}'; UPDATE nova.instance_actions SET ${earlier('start_time')} WHERE instance_uuid = '${id}'`,
    );
  }

  async kill(host = this.name): Promise<void> {
    const child = this.processes.get(host);
    if (child === undefined) return;
    this.processes.delete(host);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }

  async update(change: object): Promise<void> {
    await this.call('compute', 'PUT', `/os-services/${await this.serviceOf(this.name)}`, change);
  }

  /** Makes the server look ten minutes older. */
  async ageHeartbeat(): Promise<void> {
    await this.sql(
      `UPDATE nova.services SET last_seen_up = UTC_TIMESTAMP() - INTERVAL 10 MINUTE WHERE host = '${this.name}'`,
    );
  }

  /** Writes a fresh heartbeat in place of the stopped process. Nova counts the service as up for a minute. */
  async freshenHeartbeat(): Promise<void> {
    await this.sql(`UPDATE nova.services SET last_seen_up = UTC_TIMESTAMP() WHERE host = '${this.name}'`);
  }

  sql(statement: string): Promise<string[]> {
    return sql(this.lab, `${statement};`);
  }

  private async serviceOf(host: string): Promise<string> {
    const { services } = await this.call<{ services: Service[] }>('compute', 'GET', `/os-services?host=${host}`);
    const [service] = services;
    if (service === undefined) throw new Error(`Nova has no service on ${host}`);
    return service.id;
  }

  /**
   * Leaves nothing, also after a test that failed half-way. Nova deletes no service that has servers. The project goes last, since
   * this session's token is its own.
   */
  async stop(): Promise<void> {
    await this.kill();
    await this.sent.stop();
    await this.ageHeartbeat();
    await this.projects.empty(this.project);
    await this.kill(this.#small);
    await this.forget(this.projects.run, this.aggregate);
    await this.projects.clean();
    await Promise.all([this.session.close(), this.projects.close()]);
  }

  /** Removes what killed runs left behind. Their processes are gone, and so are their projects. */
  private async sweep(): Promise<void> {
    const { aggregates } = await this.call<{ aggregates: { id: number; name: string }[] }>('compute', 'GET', '/os-aggregates'); // prettier-ignore
    for (const { id, name } of aggregates) {
      const [, run = '', pid] = new RegExp(`^(${this.prefix}-(\\d+))-own$`).exec(name) ?? [];
      if (pid !== undefined && !isAlive(Number(pid))) await this.forget(run, id);
    }
  }

  /** Removes the hosts, flavors and zone of a run from Nova, and its files from the lab. */
  private async forget(run: string, aggregate: number): Promise<void> {
    for (const host of [`${run}-own`, `${run}-small`]) {
      const body = { remove_host: { host } };
      await this.call('compute', 'POST', `/os-aggregates/${aggregate}/action`, body).catch(() => undefined);
      const { services } = await this.call<{ services: Service[] }>('compute', 'GET', `/os-services?host=${host}`);
      for (const { id } of services) await this.call('compute', 'DELETE', `/os-services/${id}`);
      rmSync(join(this.lab.folder, 'nova', host), { recursive: true, force: true });
      rmSync(this.logFile(host), { force: true });
    }
    const { flavors } = await this.call<{ flavors: Named[] }>('compute', 'GET', '/flavors');
    for (const { id } of flavors.filter(({ name }) => name.startsWith(`${run}-`)))
      await this.call('compute', 'DELETE', `/flavors/${id}`);
    await this.call('compute', 'DELETE', `/os-aggregates/${aggregate}`);
  }
}

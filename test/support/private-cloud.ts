/** A private cloud over HTTP. It answers like Zed, and a test may break anything in it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, RogueServer, token, type Answer } from './rogue-cloud';

export interface NovaRow {
  readonly binary: string;
  readonly host: string;
  readonly state: 'up' | 'down';
  readonly status?: 'enabled' | 'disabled';
  readonly disabled_reason?: string | null;
  readonly forced_down?: boolean;
  /** Seconds before now. */
  age: number;
  /** A service that lives but has a wrong clock: its heartbeat is always this far from now. */
  readonly isAlive?: boolean;
}

export interface AgentRow {
  readonly binary: string;
  readonly host: string;
  readonly alive: boolean;
  readonly admin_state_up?: boolean;
  age: number;
  readonly isAlive?: boolean;
}

const started = Date.now();
/** The heartbeat of a dead service doesn't move. */
const stamp = ({ age, isAlive }: { age: number; isAlive?: boolean | undefined }): string =>
  new Date((isAlive === true ? Date.now() : started) - age * 1000).toISOString().slice(0, 19);

/** The query parameters by which lists are filtered. As in Glance before Newton, `in:` is a part of the value. */
const filters = ['id', 'name', 'domain_id'];

/** Nova reads a name as a regular expression. */
const isMatched = (given: unknown, value: string): boolean =>
  typeof given === 'string' && value.startsWith('^') && new RegExp(value).test(given);

function filtered(answer: object, url: string): object {
  const query = [...new URL(url, 'http://cloud').searchParams].filter(([name]) => filters.includes(name));
  const isAsked = (row: Record<string, unknown>): boolean =>
    query.every(([name, value]) => row[name] === value || isMatched(row[name], value));
  // Nova lists private flavors only if they are asked for.
  const isClosed = (row: Record<string, unknown>): boolean =>
    row['os-flavor-access:is_public'] === false && !url.includes('is_public=None');
  return Object.fromEntries(
    Object.entries(answer).map(([name, rows]) => [
      name,
      Array.isArray(rows)
        ? (rows as Record<string, unknown>[]).filter((row) => isAsked(row) && !isClosed(row))
        : (rows as unknown),
    ]),
  );
}

function paged(answer: object, url: string, size: number): object {
  const marker = new URL(url, 'http://cloud').searchParams.get('marker');
  const pageOf = (rows: readonly { readonly id?: unknown }[]) => {
    const first = marker === null ? 0 : rows.findIndex(({ id }) => String(id) === marker) + 1;
    return rows.slice(first, first + size);
  };
  return Object.fromEntries(
    Object.entries(answer).map(([name, rows]) => [name, Array.isArray(rows) ? pageOf(rows) : (rows as unknown)]),
  );
}

export class PrivateCloud {
  nova: NovaRow[] = [{ binary: 'nova-compute', host: 'cnode01', state: 'up', age: 3, isAlive: true }];
  cinder: NovaRow[] = [{ binary: 'cinder-scheduler', host: 'ctl1', state: 'up', age: 3, isAlive: true }];
  agents: AgentRow[] = [{ binary: 'neutron-openvswitch-agent', host: 'cnode01', alive: true, age: 9, isAlive: true }];
  floatingips: object[] = [];
  ports: object[] = [];
  servers: object[] = [];
  /** Of each server by its id. */
  actions: Readonly<Record<string, { request_id: string; action: string; events: object[] }[]>> = {};
  subnets: object[] = [];
  /** Of ports: by project; every other project has 500. */
  quotas: Readonly<Record<string, number>> = {};
  images: object[] = [];
  flavors: object[] = [];
  networks: object[] = [];
  users: object[] = [];
  /** The roles of the token. */
  roles = ['admin'];
  /** The Date header is ahead by this number of seconds. */
  ahead = 0;
  /** Path → status, instead of an answer. */
  readonly broken = new Map<string, number>();
  /** Path → a web page, instead of an answer. */
  readonly webPages = new Map<string, string>();
  /** Path → an answer, instead of its own. */
  readonly told = new Map<string, object>();
  /** The most rows of a list that one answer has; the next begins behind `marker`. Default: a list is whole. */
  pageSize: number | undefined;
  /** Bytes of any kind, instead of the answer that the path would have. */
  instead: (path: string, own: object | undefined) => Answer | undefined = () => undefined;
  /** Paths that are never answered. */
  readonly silent = new Set<string>();
  catalogue: Record<string, string>;

  private constructor(private readonly server: RogueServer) {
    const url = server.url();
    this.catalogue = {
      compute: `${url}/compute/v2.1`,
      network: url,
      volumev3: `${url}/volume/v3/p1`,
      identity: `${url}/v3`,
    };
    server.answer = (request, response) => this.answer(request, response);
  }

  static async start(): Promise<PrivateCloud> {
    return new PrivateCloud(await RogueServer.start());
  }

  get url(): string {
    return this.server.url();
  }

  /** Request paths so far. */
  get asked(): readonly string[] {
    return this.server.paths;
  }

  clouds(): string {
    const auth = { auth_url: `${this.url}/v3`, username: 'admin', password: 'private-4711', project_name: 'admin' };
    const domains = { user_domain_name: 'Default', project_domain_name: 'Default' };
    return JSON.stringify({ clouds: { private: { auth: { ...auth, ...domains }, region_name: 'RegionOne' } } });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').replace(/\?.*/, '');
    response.setHeader('date', new Date(Date.now() + this.ahead * 1000).toUTCString());
    if (this.silent.has(path)) return;
    const status = this.broken.get(path);
    if (status !== undefined) return void json({ error: { message: 'broken' } }, status)(request, response);
    const page = this.webPages.get(path);
    if (page !== undefined) return void response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    const marker = /[?&]marker=/.test(request.url ?? '');
    const found = this.told.get(path) ?? this.answers(marker)[path];
    const rogue = this.instead(path, found);
    if (rogue !== undefined) return void rogue(request, response);
    if (path === '/v3/auth/tokens') return this.logIn(request, response);
    const rows = filtered(found ?? {}, request.url ?? '');
    const answered = this.pageSize === undefined ? rows : paged(rows, request.url ?? '', this.pageSize);
    json(answered, found === undefined ? 404 : 200)(request, response);
  }

  private logIn(request: IncomingMessage, response: ServerResponse): void {
    const endpoints = (url: string) => [{ interface: 'public', region_id: 'RegionOne', url }];
    const catalog = Object.entries(this.catalogue).map(([type, url]) => ({ type, endpoints: endpoints(url) }));
    const more = { roles: this.roles.map((name) => ({ name })), user: { name: 'admin' }, project: { name: 'admin' } };
    json({ token: { catalog, ...more } }, 201, { 'x-subject-token': token })(request, response);
  }

  private answers(isLaterPage: boolean): Record<string, object> {
    const rows = (all: readonly NovaRow[]) =>
      all.map(({ age, isAlive, ...row }) => ({
        zone: 'nova',
        status: 'enabled',
        disabled_reason: null,
        ...row,
        updated_at: stamp({ age, isAlive }),
      }));
    const agents = this.agents.map(({ age, isAlive, ...row }) => ({
      agent_type: 'Open vSwitch agent',
      admin_state_up: true,
      started_at: '2026-11-01 00:00:00',
      ...row,
      heartbeat_timestamp: stamp({ age, isAlive }).replace('T', ' '),
    }));
    return {
      '/v3': { version: { id: 'v3.14' } },
      '/v3/': { version: { id: 'v3.14' } },
      '/': { versions: [] },
      '/compute/v2.1/': { version: { id: 'v2.1', version: '2.93' } },
      '/volume/v3/': { versions: [{ version: '3.70' }] },
      '/v2.0/extensions': { extensions: [{ alias: 'router' }] },
      '/compute/v2.1/os-services': { services: rows(this.nova.map((row) => ({ forced_down: false, ...row }))) },
      '/compute/v2.1/servers/detail': { servers: isLaterPage ? [] : this.servers },
      '/compute/v2.1/os-hypervisors/detail': { hypervisors: [] },
      ...this.answersOfServers(),
      ...this.answersOfQuotas(),
      '/v2.0/subnets': { subnets: this.subnets },
      '/volume/v3/p1/os-services': { services: rows(this.cinder) },
      '/v2/images': { images: this.images },
      ...Object.fromEntries(this.images.map((image) => [`/v2/images/${(image as { id: string }).id}`, image])),
      '/compute/v2.1/flavors': { flavors: this.flavors },
      '/v2.0/networks': { networks: this.networks },
      '/v3/users': { users: this.users },
      '/v3/roles': { roles: [{ id: 'r1', name: 'member' }] },
      '/v2.0/agents': { agents },
      '/v2.0/floatingips': { floatingips: this.floatingips },
      '/v2.0/ports': { ports: this.ports },
      '/v2.0/security-groups': { security_groups: [] },
    };
  }

  private answersOfServers(): Record<string, object> {
    const servers = this.servers.map((server) => {
      const { id } = server as { id: string };
      const path = `/compute/v2.1/servers/${id}`;
      const actions = this.actions[id] ?? [];
      return [
        [path, { server }],
        [`${path}/os-instance-actions`, { instanceActions: actions }],
        ...actions.map((instanceAction) => [`${path}/os-instance-actions/${instanceAction.request_id}`, { instanceAction }]), // prettier-ignore
      ] as [string, object][];
    });
    return Object.fromEntries(servers.flat());
  }

  private answersOfQuotas(): Record<string, object> {
    const projects = new Set(this.ports.map((port) => (port as { tenant_id?: string }).tenant_id ?? ''));
    const single = [...projects].map((project) => [`/v2.0/quotas/${project}`, { quota: { port: this.quotas[project] ?? 500 } }]); // prettier-ignore
    const quotas = Object.entries(this.quotas).map(([tenant_id, port]) => ({ tenant_id, port }));
    return { ...Object.fromEntries(single as [string, object][]), '/v2.0/quotas': { quotas } };
  }
}

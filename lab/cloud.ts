// The lab's own APIs, as its admin.
import { defined } from '../lib/basics/defined';
import { LabError } from './command';
import type { Lab, LabPorts } from './environment';

type Service = 'keystone' | 'glance' | 'neutron' | 'nova' | 'cinder';

const ROOTS: Readonly<Record<Service, string>> = {
  keystone: '/v3',
  glance: '/v2',
  neutron: '/v2.0',
  nova: '/v2.1',
  cinder: '/v3',
};

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Agent {
  readonly id: string;
  readonly host: string;
  readonly binary: string;
  readonly alive: boolean;
  /** UTC, `2026-01-31 12:00:00`, as in `heartbeat_timestamp`. */
  readonly started_at: string;
  readonly heartbeat_timestamp: string;
}

export class Cloud {
  readonly #lab: Lab;
  #token: Promise<{ token: string; project: string }> | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Id of the project `admin`. */
  async project(): Promise<string> {
    return (await this.#login()).project;
  }

  /** @throws LabError when the answer is not of the 2xx kind. */
  async request<Answer>(service: Service, method: string, path: string, body?: unknown): Promise<Answer> {
    const { token } = await this.#login();
    const raw = body instanceof Uint8Array;
    const response = await fetch(`${url(this.#lab.ports, service)}${path}`, {
      method,
      headers: {
        'X-Auth-Token': token,
        'Content-Type': raw ? 'application/octet-stream' : 'application/json',
      },
      ...defined({ body: body === undefined ? undefined : raw ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new LabError(`${method} ${service} ${path}: ${String(response.status)} ${text}`);
    return (text ? JSON.parse(text) : undefined) as Answer;
  }

  /** @returns the one thing of that name in a list such as `{"projects": […]}`, made by `create` where there is none. */
  async findOrCreate(service: Service, path: string, name: string, create: object): Promise<Named> {
    const [collection = ''] = path.slice(1).split('?');
    const list = await this.request<Record<string, Named[]>>(service, 'GET', path);
    const found = list[collection.split('/')[0] ?? '']?.find((each) => each.name === name);
    if (found) return found;
    const made = await this.request<Record<string, Named>>(
      service,
      'POST',
      `/${collection.split('/')[0] ?? ''}`,
      create,
    );
    return Object.values(made)[0] as Named;
  }

  async listAgents(): Promise<Agent[]> {
    return (await this.request<{ agents: Agent[] }>('neutron', 'GET', '/agents')).agents;
  }

  #login(): Promise<{ token: string; project: string }> {
    this.#token ??= this.#fetchToken().catch((error: unknown) => {
      this.#token = undefined;
      throw error;
    });
    return this.#token;
  }

  async #fetchToken(): Promise<{ token: string; project: string }> {
    const domain = { name: 'Default' };
    const user = { name: 'admin', password: this.#lab.passwords.admin, domain };
    const auth = {
      identity: { methods: ['password'], password: { user } },
      scope: { project: { name: 'admin', domain } },
    };
    const response = await fetch(`${this.#lab.authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ auth }),
    });
    if (!response.ok) throw new LabError(`Keystone refuses the lab's admin: ${String(response.status)}.`);
    const { token } = (await response.json()) as { token: { project: Named } };
    return { token: response.headers.get('X-Subject-Token') ?? '', project: token.project.id };
  }
}

export const url = (ports: LabPorts, service: Service): string =>
  `http://127.0.0.1:${String(ports[service])}${ROOTS[service]}`;

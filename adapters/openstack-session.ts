/**
 * One authenticated session with a cloud: a Keystone v3 token, the catalogue, and requests to its services.
 * Tokens live in memory alone; no message holds a header or a body that was sent.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { CloudCredentials, DomainRef, Identity, Scope } from '../lib/credentials';
import type { StackwardError } from '../lib/errors';
import { Blocked, InvalidConfiguration, StalePlan, TransientError, UnrecoverableError } from '../lib/errors';

const timeoutMs = 60_000;

interface Token {
  readonly id: string;
  readonly catalog: readonly {
    type: string;
    endpoints: readonly { interface: string; region_id: string; url: string }[];
  }[];
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export class OpenStackSession {
  private token: Promise<Token> | undefined;
  private readonly dispatcher: Agent;

  constructor(private readonly credentials: CloudCredentials) {
    const { caFile } = credentials;
    const ca = caFile === undefined ? {} : { ca: readCa(caFile) };
    this.dispatcher = new Agent({
      connect: { timeout: 10_000, ...ca },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connections: 8,
    });
  }

  get cloud(): string {
    return this.credentials.cloud;
  }

  /**
   * JSON of one answer.
   * @param service catalogue type: `network`, `compute`
   * @param path below the endpoint, with its version: `/v2.0/subnets`
   */
  async call<Answer>(service: string, path: string, options: ApiRequest = {}): Promise<Answer> {
    const { id } = await this.authenticate();
    const url = `${(await this.endpoint(service)).replace(/\/+$/, '').replace(/\/v2\.0$/, '')}${path}`;
    return this.ask(id, url, options);
  }

  /** JSON of one answer of Keystone itself, where the token comes from. @param path below `/v3`: `/roles` */
  async keystone<Answer>(path: string): Promise<Answer> {
    const { id } = await this.authenticate();
    return this.ask(id, `${this.credentials.authUrl}${path}`, {});
  }

  private async ask<Answer>(id: string, url: string, options: ApiRequest): Promise<Answer> {
    const { status, body } = await this.send(url, { ...options, headers: { 'x-auth-token': id, ...options.headers } });
    if (status >= 200 && status < 300) return body as Answer;
    throw refusal(status, body, `${options.method ?? 'GET'} ${new URL(url).pathname}`, this.cloud);
  }

  async close(): Promise<void> {
    await this.dispatcher.close();
  }

  private authenticate(): Promise<Token> {
    this.token ??= this.logIn();
    return this.token;
  }

  private async logIn(): Promise<Token> {
    const url = `${this.credentials.authUrl}/auth/tokens`;
    const { status, body, headers } = await this.send(url, {
      method: 'POST',
      body: { auth: authBody(this.credentials.identity) },
    });
    const id = headers['x-subject-token'];
    if (status === 201 && typeof id === 'string')
      return { id, catalog: (body as { token: Token }).token.catalog ?? [] };
    throw refusal(status, body, `logging in at ${this.credentials.authUrl}`, this.cloud);
  }

  private async endpoint(service: string): Promise<string> {
    const { catalog } = await this.authenticate();
    const { interface: face, region } = this.credentials;
    const endpoints = catalog.filter((one) => one.type === service).flatMap((one) => one.endpoints);
    const found = endpoints.find((one) => one.interface === face && (region === undefined || one.region_id === region));
    if (found) return found.url;
    const there = endpoints.map((one) => `${one.interface} in ${one.region_id}`).join(', ') || 'none';
    throw new InvalidConfiguration(
      `the catalogue has no ${face} endpoint of "${service}"${region === undefined ? '' : ` in region ${region}`}; there is: ${there}`,
      { where: `cloud ${this.cloud}` },
    );
  }

  private async send(
    url: string,
    { method = 'GET', body, headers = {} }: ApiRequest,
  ): Promise<{ status: number; body: unknown; headers: Record<string, unknown> }> {
    try {
      const answer = await request(url, {
        method,
        dispatcher: this.dispatcher,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: answer.statusCode, body: asJson(await answer.body.text()), headers: answer.headers };
    } catch (error) {
      throw unreachable(error, new URL(url), this.cloud);
    }
  }
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidConfiguration(`the CA bundle can't be read: ${(error as Error).message}`, { where: path });
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Body of POST /v3/auth/tokens (Identity API v3, "Password authentication", "Token", "Application credential"). */
function authBody(identity: Identity): unknown {
  const user = (who: { userId?: string; userName?: string; userDomain: DomainRef }): object =>
    who.userId === undefined ? { name: who.userName, domain: who.userDomain } : { id: who.userId };
  switch (identity.method) {
    case 'token':
      return { identity: { methods: ['token'], token: { id: identity.token } }, ...scope(identity.scope) };
    case 'password':
      return {
        identity: { methods: ['password'], password: { user: { ...user(identity), password: identity.password } } },
        ...scope(identity.scope),
      };
    case 'application_credential': {
      const who = identity.id === undefined ? { name: identity.name, user: user(identity) } : { id: identity.id };
      return {
        identity: { methods: ['application_credential'], application_credential: { ...who, secret: identity.secret } },
      };
    }
  }
}

function scope({ projectId, projectName, projectDomain }: Scope): object {
  if (projectId !== undefined) return { scope: { project: { id: projectId } } };
  return projectName === undefined ? {} : { scope: { project: { name: projectName, domain: projectDomain } } };
}

/** A service's own words, wherever it puts them: `{"NeutronError":{"message"}}`, `{"error":{"message"}}`, `{"badRequest":{…}}`. */
function messageOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return 'no reason was given';
  const inner: unknown = Object.values(body)[0];
  if (typeof inner === 'string') return inner;
  const message = typeof inner === 'object' && inner !== null ? (inner as { message?: unknown }).message : undefined;
  return typeof message === 'string' ? message : 'no reason was given';
}

function refusal(status: number, body: unknown, what: string, cloud: string): StackwardError {
  const detail = `${what} was answered with ${status}: ${messageOf(body)}`;
  const options = { where: `cloud ${cloud}` };
  if (status === 401)
    return new InvalidConfiguration(`${detail}; check the credentials, and that the token is still valid`, options);
  if (status === 403) return new Blocked(`${detail}; the credentials lack the role that this needs`, options);
  if (status === 412) return new StalePlan(detail, options);
  if (status === 429 || status === 503 || status === 502 || status === 504) return new TransientError(detail, options);
  return new UnrecoverableError(detail, options);
}

function unreachable(error: unknown, { host }: URL, cloud: string): StackwardError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const options = { where: `cloud ${cloud}`, cause: error };
  if (code === 'ECONNREFUSED')
    return new TransientError(`nothing listens at ${host}; start the service, or correct its address`, options);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new TransientError(`the name of ${host} can't be resolved; correct the address, or mend DNS`, options);
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new TransientError(`${host} did not answer within 10 s; a firewall may filter it`, options);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return new InvalidConfiguration(
      `the certificate of ${host} is not trusted (${code}); name its CA in "cacert"`,
      options,
    );
  return new TransientError(`the connection to ${host} failed: ${message}`, options);
}

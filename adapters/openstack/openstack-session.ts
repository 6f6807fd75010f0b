/**
 * One authenticated session with a cloud: a Keystone v3 token, the catalogue, and requests to its services.
 * Tokens live in memory alone; no message holds a header or a body that was sent.
 */
import { readFileSync } from 'node:fs';
import { Agent, request, type Dispatcher } from 'undici';
import * as z from 'zod';
import type { CloudCredentials, DomainRef, Identity, Scope } from '../../lib/openstack/credentials';
import { checkedAddress } from '../../lib/openstack/cloud-address';
import { asStackwardError, InvalidConfiguration, StackwardError, UnrecoverableError } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { refusal, unreachable } from './openstack-errors';
import { maxAnswerBytes, maxHeaderBytes, timeoutMs } from './openstack-limits';
import { sayFault } from '../../lib/basics/schema-fault';

const text = z.string().max(2_000);
/** POST /v3/auth/tokens: what of it is read. Before Kilo an endpoint has `region` alone. */
const tokenAnswer = z.object({
  token: z.object({
    catalog: z
      .array(
        z.object({
          type: text,
          endpoints: z.array(
            z.object({ interface: text, region_id: text.nullish(), region: text.nullish(), url: text.nullish() }),
          ),
        }),
      )
      .default([]),
  }),
});
/** As it may stand in a header. */
const tokenForm = /^[\x21-\x7e]{1,65536}$/;

interface Token {
  readonly id: string;
  readonly catalog: z.infer<typeof tokenAnswer>['token']['catalog'];
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes that this answer and those after it may have together; what this one had is taken off. Default: one answer's own bound. */
  readonly budget?: { bytes: number };
}

export interface SessionOptions {
  /** Addresses beyond this machine may be http://, so that the token and the password travel in clear. Default: refused. */
  readonly allowPlainHttp?: boolean;
}

interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, unknown>;
}

export class OpenStackSession {
  private token: Promise<Token> | undefined;
  private readonly dispatcher: Agent;
  readonly #plainHttp = new Set<string>();

  /** @throws InvalidConfiguration when the address of Keystone is none that a password may be sent to */
  constructor(
    private readonly credentials: CloudCredentials,
    private readonly options: SessionOptions = {},
  ) {
    const { caFile, clientCertificate } = credentials;
    this.checked(credentials.authUrl, '"auth_url"');
    const ca = caFile === undefined ? {} : { ca: readPem(caFile, 'the CA bundle') };
    const own = clientCertificate && {
      cert: readPem(clientCertificate.certFile, "the client's certificate"),
      key: readPem(clientCertificate.keyFile, "the key of the client's certificate"),
    };
    this.dispatcher = new Agent({
      // Said, so that NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing.
      connect: { timeout: 10_000, rejectUnauthorized: true, ...ca, ...own },
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connections: 8,
    });
  }

  get cloud(): string {
    return this.credentials.cloud;
  }

  /** Addresses beyond this machine that were sent a password or a token in clear, because the configuration allows it. */
  get plainHttp(): readonly string[] {
    return [...this.#plainHttp];
  }

  /**
   * JSON of one answer, which is hostile until its reader has checked it.
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

  /**
   * JSON of what a service says about the version of its endpoint: of `http://nova/v2.1/<project>` that is `http://nova/v2.1/`.
   * @param version asked for instead of the endpoint's own
   */
  async versionDocument<Answer>(service: string, version?: string): Promise<Answer> {
    const { id } = await this.authenticate();
    const url = new URL(await this.endpoint(service));
    const [, base, own] = /^(.*?)\/(v\d+(?:\.\d+)?)(?:\/.*)?$/.exec(url.pathname) ?? [];
    if (base === undefined || own === undefined)
      throw new UnrecoverableError(`the endpoint of "${service}" names no version of its API`, {
        where: `cloud ${this.cloud}`,
      });
    return this.ask(id, `${url.origin}${base}/${version ?? own}/`, {});
  }

  private async ask<Answer>(id: string, url: string, options: ApiRequest): Promise<Answer> {
    const answer = await this.send(url, { ...options, headers: { 'x-auth-token': id, ...options.headers } }, id);
    if (answer.status >= 200 && answer.status < 300) return answer.body as Answer;
    throw this.refused(answer, `${options.method ?? 'GET'} ${new URL(url).pathname}`, id);
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
    const answer = await this.send(url, {
      method: 'POST',
      body: { auth: authBody(this.credentials.identity) },
    });
    const { status, body, headers } = answer;
    if (status !== 201) throw this.refused(answer, `logging in at ${this.credentials.authUrl}`);
    const id = headers['x-subject-token'];
    const parsed = tokenAnswer.safeParse(body);
    if (parsed.success && typeof id === 'string' && tokenForm.test(id))
      return { id, catalog: parsed.data.token.catalog };
    const fault = parsed.success ? 'the header X-Subject-Token holds no token' : sayFault(parsed.error);
    throw new UnrecoverableError(
      `Keystone's answer to POST /v3/auth/tokens has an unknown form: ${fault}; see what answers at "auth_url"`,
      { where: `cloud ${this.cloud}` },
    );
  }

  private async endpoint(service: string): Promise<string> {
    const { catalog } = await this.authenticate();
    const { interface: face, region, networkUrl } = this.credentials;
    if (service === 'network' && networkUrl !== undefined)
      return this.checked(networkUrl, '"network_endpoint_override"');
    const endpoints = catalog.filter((entry) => entry.type === service).flatMap((entry) => entry.endpoints);
    const regionOf = (endpoint: (typeof endpoints)[number]): string => endpoint.region_id ?? endpoint.region ?? '';
    const found = endpoints.find(
      (endpoint) => endpoint.interface === face && (region === undefined || regionOf(endpoint) === region),
    );
    if (found) return this.checked(found.url ?? '', `the ${face} endpoint of "${service}" in the catalogue`);
    const there = endpoints.map((endpoint) => `${endpoint.interface} in ${regionOf(endpoint)}`).join(', ') || 'none';
    throw new InvalidConfiguration(
      `the catalogue has no ${face} endpoint of "${service}"${region === undefined ? '' : ` in region ${region}`}; there is: ${there}`,
      { where: `cloud ${this.cloud}` },
    );
  }

  private checked(address: string, what: string): string {
    const { allowPlainHttp = false } = this.options;
    const { plainHost } = checkedAddress(address, what, { allowPlainHttp, where: `cloud ${this.cloud}` });
    if (plainHost !== undefined) this.#plainHttp.add(plainHost);
    return address;
  }

  /** @param token in use, which no message may hold */
  private refused({ status, body, headers }: Answered, what: string, token?: string): StackwardError {
    return this.hushed(refusal(status, body, what, { cloud: this.cloud, location: headers['location'] }), token);
  }

  /** A service, or a proxy before it, may repeat what it was sent in its own words. */
  private hushed(error: StackwardError, token?: string): StackwardError {
    const secrets = [token, ...secretsOf(this.credentials.identity)].filter(
      (secret) => secret !== undefined && secret !== '',
    );
    const hide = (words: string): string =>
      secrets.reduce<string>((left, secret) => left.replaceAll(secret ?? '', '***'), words);
    const detail = hide(error.detail);
    return detail === error.detail ? error : new StackwardError(error.reason, detail, { where: `cloud ${this.cloud}` });
  }

  private async send(
    url: string,
    { method = 'GET', body, headers = {}, budget = { bytes: maxAnswerBytes } }: ApiRequest,
    token?: string,
  ): Promise<Answered> {
    try {
      const answer = await request(url, {
        method,
        dispatcher: this.dispatcher,
        // Of the whole answer: the bounds of the dispatcher are for each silence.
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const isGood = answer.statusCode >= 200 && answer.statusCode < 300;
      const said = await textOf(answer.body, budget, new URL(url), this.cloud);
      return {
        status: answer.statusCode,
        body: jsonOf(said, isGood, new URL(url), this.cloud),
        headers: answer.headers,
      };
    } catch (error) {
      const met = error instanceof StackwardError ? error : unreachable(error, new URL(url), this.cloud);
      throw this.hushed(asStackwardError(met), token);
    }
  }
}

/** @throws UnrecoverableError when it is longer than one answer, or the budget, allows */
async function textOf(
  body: Dispatcher.ResponseData['body'],
  budget: { bytes: number },
  { host, pathname }: URL,
  cloud: string,
): Promise<string> {
  const most = Math.min(maxAnswerBytes, budget.bytes);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most)
      throw new UnrecoverableError(
        `${host} answered ${pathname} with more than ${most >> 10} KiB, which is all that stackward reads of it; see what answers there`,
        { where: `cloud ${cloud}` },
      );
    parts.push(part);
  }
  budget.bytes -= size;
  return Buffer.concat(parts).toString();
}

/** A refusal may be a page of a proxy; whatever is no JSON has no reason in it. */
function jsonOf(text: string, isGood: boolean, { host, pathname }: URL, cloud: string): unknown {
  if (text === '') return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    if (!isGood) return undefined;
    throw new UnrecoverableError(
      `${host} answered ${pathname} with what can't be read as JSON: ${asStackwardError(error).detail}; see what answers there`,
      { where: `cloud ${cloud}`, cause: error },
    );
  }
}

/** What no message may hold. */
function secretsOf(identity: Identity): readonly string[] {
  switch (identity.method) {
    case 'token':
      return [identity.token];
    case 'password':
      return [identity.password];
    case 'application_credential':
      return [identity.secret];
  }
}

function readPem(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidConfiguration(`${what} can't be read: ${(error as Error).message}`, { where: path });
  }
}

/** Body of POST /v3/auth/tokens (Identity API v3, "Password authentication", "Token", "Application credential"). */
export function authBody(identity: Identity): unknown {
  const user = (who: { userId?: string; userName?: string; userDomain: DomainRef }): object =>
    who.userId === undefined ? { name: who.userName, domain: who.userDomain } : { id: who.userId };
  switch (identity.method) {
    case 'token':
      return { identity: { methods: ['token'], token: { id: identity.token } }, ...scopeOf(identity.scope) };
    case 'password':
      return {
        identity: { methods: ['password'], password: { user: { ...user(identity), password: identity.password } } },
        ...scopeOf(identity.scope),
      };
    case 'application_credential': {
      const who = identity.id === undefined ? { name: identity.name, user: user(identity) } : { id: identity.id };
      return {
        identity: { methods: ['application_credential'], application_credential: { ...who, secret: identity.secret } },
      };
    }
  }
}

function scopeOf(scope: Scope): object {
  if ('projectId' in scope) return { scope: { project: { id: scope.projectId } } };
  if ('projectName' in scope) return { scope: { project: { name: scope.projectName, domain: scope.projectDomain } } };
  if ('domain' in scope) return { scope: { domain: scope.domain } };
  if ('trustId' in scope) return { scope: { 'OS-TRUST:trust': { id: scope.trustId } } };
  return 'system' in scope ? { scope: { system: { all: true } } } : {};
}

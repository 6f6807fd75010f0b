/**
 * One authenticated session with a cloud: a Keystone v3 token, the catalogue, and requests to its services. Tokens are
 * kept only in memory. No message contains a header or a body that was sent.
 */
import { defined } from '../../lib/basics/defined';
import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher } from 'undici';
import { requestAgain } from '../request-again';
import type { CloudCredentials } from '../../lib/openstack/credentials';
import { checkedAddress } from '../../lib/openstack/cloud-address';
import { asStackwardError, InvalidConfiguration, StackwardError, UnrecoverableError } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { loginRefused, noKeystone, noVersion3, refusal, unreachable } from './openstack-errors';
import {
  authBody,
  isOfKeystone,
  secretsOf,
  toCorrect,
  tokenAnswer,
  sayIdentity,
  type TokenAnswer,
} from './openstack-login';
import pLimit, { type LimitFunction } from 'p-limit';
import { atOnce, maxAnswerBytes, maxHeaderBytes, timeoutMs } from './openstack-limits';
import { sayFault } from '../../lib/basics/schema-fault';

/** The characters that a token may have in a header. */
const tokenForm = /^[\x21-\x7e]{1,65536}$/;

interface Token extends Pick<TokenAnswer, 'catalog'> {
  readonly id: string;
  readonly said: TokenAnswer;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The bytes that this answer and later answers may have together. The length of this answer is subtracted. Default:
   * one answer's own bound.
   */
  readonly budget?: { bytes: number };
  /** A 404 returns undefined. Default: it is refused. */
  readonly mayBeAbsent?: boolean;
  /** Texts of the body that must not be in any message, such as a new password. */
  readonly secrets?: readonly string[];
  /** The time for the whole answer, from when the request is sent. Default: 60 s. */
  readonly withinMs?: number;
}

export interface SessionOptions {
  /**
   * Allows http:// for addresses beyond this machine, so the token and the password travel unencrypted. Default:
   * refused.
   */
  readonly allowPlainHttp?: boolean;
  /** The time for a login, and for a request without a token. Default: the time for any answer. */
  readonly firstAnswerMs?: number;
}

interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, unknown>;
}

/** The `Date` of an answer, and this machine's own clock at that moment. */
export interface DatedAnswer {
  readonly date: number;
  /** This machine's clock in milliseconds since 1970. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export class OpenStackSession {
  /** Host and port → the answer that took the least time so far. */
  readonly #dated = new Map<string, DatedAnswer>();
  private token: Promise<Token> | undefined;
  private readonly dispatcher: Agent;
  readonly #plainHttp = new Set<string>();
  /** Host and port → the turns of requests to it. */
  readonly #turns = new Map<string, LimitFunction>();

  /** @throws InvalidConfiguration when no password may be sent to the address of Keystone */
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
      // Set explicitly, so that NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing.
      connect: { timeout: 10_000, rejectUnauthorized: true, ...ca, ...own },
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connections: atOnce,
    });
  }

  get cloud(): string {
    return this.credentials.cloud;
  }

  /** Addresses beyond this machine that got a password or a token unencrypted, because the configuration allows it. */
  get plainHttp(): readonly string[] {
    return [...this.#plainHttp];
  }

  /**
   * The JSON of one answer. It is untrusted until its reader has checked it.
   * @param service type in the catalogue: `network`, `compute`
   * @param path below the endpoint, with its version: `/v2.0/subnets`
   */
  async call<Answer>(service: string, path: string, options: ApiRequest = {}): Promise<Answer> {
    const { id } = await this.authenticate();
    const url = `${(await this.endpoint(service)).replace(/\/+$/, '').replace(/\/v2\.0$/, '')}${path}`;
    return this.ask(id, url, options);
  }

  /**
   * The JSON of an answer of Keystone, at the address of the login.
   * @param path below `/v3`: `/roles`
   */
  async keystone<Answer>(path: string, options: ApiRequest = {}): Promise<Answer> {
    const { id } = await this.authenticate();
    return this.ask(id, `${this.credentials.authUrl}${path}`, options);
  }

  /**
   * The JSON of a service's version document. For the endpoint `http://nova/v2.1/<project>` it is at
   * `http://nova/v2.1/`.
   * @param version replaces the version of the endpoint
   */
  async versionDocument<Answer>(service: string, version?: string): Promise<Answer> {
    const { id } = await this.authenticate();
    const url = new URL(await this.endpoint(service));
    const [, base, own] = /^(.*?)\/(v\d+(?:\.\d+)?)(?:\/.*)?$/.exec(url.pathname) ?? [];
    if (base === undefined || own === undefined)
      throw new UnrecoverableError(
        `the endpoint of "${service}" names no version of its API; correct the endpoint in the catalogue`,
        { where: `cloud ${this.cloud}`, about: 'answer' },
      );
    return this.ask(id, `${url.origin}${base}/${version ?? own}/`, {});
  }

  /** Keystone's answer to the login. */
  async login(): Promise<TokenAnswer> {
    return (await this.authenticate()).said;
  }

  /** The interface and region of the credentials; undefined: every region. */
  get choice(): { readonly interface: string; readonly region: string | undefined } {
    return { interface: this.credentials.interface, region: this.credentials.region };
  }

  /**
   * The answer to a request without a token.
   * @throws StackwardError if nothing answers
   */
  async knock(url: string): Promise<Pick<Answered, 'status' | 'body'>> {
    checkedAddress(url, 'an endpoint of the catalogue', { allowPlainHttp: true, where: `cloud ${this.cloud}` });
    return this.send(url, defined({ withinMs: this.options.firstAnswerMs }), undefined, 'any');
  }

  /** The clock of the server at this address, from its quickest answer. */
  dated(url: string): DatedAnswer | undefined {
    return this.#dated.get(new URL(url).host);
  }

  /** The user and the address of the login, for messages. */
  get account(): string {
    return `${sayIdentity(this.credentials.identity)} at ${this.credentials.authUrl}`;
  }

  get authUrl(): string {
    return this.credentials.authUrl;
  }

  private async ask<Answer>(id: string, url: string, options: ApiRequest): Promise<Answer> {
    const answer = await this.send(url, { ...options, headers: { 'x-auth-token': id, ...options.headers } }, id);
    if (answer.status >= 200 && answer.status < 300) return answer.body as Answer;
    if (answer.status === 404 && options.mayBeAbsent === true) return undefined as Answer;
    throw this.refused(answer, `${options.method ?? 'GET'} ${new URL(url).pathname}`, [id, ...(options.secrets ?? [])]);
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
      ...defined({ withinMs: this.options.firstAnswerMs }),
    });
    const { status, body, headers } = answer;
    if (status >= 400 && !isOfKeystone(body))
      throw this.hushed(noKeystone(this.credentials, status, headers['server']));
    if (status === 401) throw this.hushed(loginRefused(this.credentials, body, toCorrect(this.credentials)));
    if (status === 404) throw noVersion3(this.credentials);
    if (status !== 201) throw this.refused(answer, `logging in at ${this.credentials.authUrl}`);
    const id = headers['x-subject-token'];
    const parsed = tokenAnswer.safeParse(body);
    if (parsed.success && typeof id === 'string' && tokenForm.test(id))
      return { id, catalog: parsed.data.token.catalog, said: parsed.data.token };
    const fault = parsed.success ? 'the header X-Subject-Token holds no token' : sayFault(parsed.error);
    throw new UnrecoverableError(
      `Keystone's answer to POST /v3/auth/tokens has an unknown form: ${fault}; see what answers at "auth_url"`,
      { where: `cloud ${this.cloud}`, about: 'answer' },
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
      { where: `cloud ${this.cloud}`, about: 'address' },
    );
  }

  private checked(address: string, what: string): string {
    const { allowPlainHttp = false } = this.options;
    const { plainHost } = checkedAddress(address, what, { allowPlainHttp, where: `cloud ${this.cloud}` });
    if (plainHost !== undefined) this.#plainHttp.add(plainHost);
    return address;
  }

  /** @param sent the token in use and other secrets of the request, which must not be in any message */
  private refused({ status, body, headers }: Answered, what: string, sent: readonly string[] = []): StackwardError {
    return this.hushed(refusal(status, body, what, { cloud: this.cloud, location: headers['location'] }), sent);
  }

  /** Removes secrets from a service's message. A service, or a proxy before it, may repeat what it was sent. */
  private hushed(error: StackwardError, sent: readonly string[] = []): StackwardError {
    const secrets = [...sent, ...secretsOf(this.credentials.identity)].filter(
      (secret) => secret !== undefined && secret !== '',
    );
    const hide = (words: string): string =>
      secrets.reduce<string>((left, secret) => left.replaceAll(secret ?? '', '***'), words);
    const detail = hide(error.detail);
    return detail === error.detail
      ? error
      : new StackwardError(error.reason, detail, {
          where: `cloud ${this.cloud}`,
          cause: error.cause,
          ...defined({ status: error.status, about: error.about }),
        });
  }

  /**
   * A request waits here, and not in the dispatcher, until a connection is free. So its deadline begins when it is sent:
   * a slow service answers any number of questions.
   */
  private send(url: string, request: ApiRequest, token?: string, content: 'json' | 'any' = 'json'): Promise<Answered> {
    const { host } = new URL(url);
    const turns = this.#turns.get(host) ?? pLimit(atOnce);
    this.#turns.set(host, turns);
    return turns(() => this.sendNow(url, request, token, content));
  }

  private async sendNow(
    url: string,
    {
      method = 'GET',
      body,
      headers = {},
      budget = { bytes: maxAnswerBytes },
      withinMs = timeoutMs,
      secrets = [],
    }: ApiRequest,
    token: string | undefined,
    content: 'json' | 'any',
  ): Promise<Answered> {
    try {
      const sentAt = Date.now();
      const { origin, pathname, search } = new URL(url);
      const answer = await requestAgain(this.dispatcher, {
        origin,
        path: `${pathname}${search}`,
        method,
        // A deadline for the whole answer, because the dispatcher's bounds start again with each byte.
        signal: AbortSignal.timeout(withinMs),
        headers: {
          accept: 'application/json',
          ...defined({ 'content-type': body === undefined ? undefined : 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      this.note(new URL(url).host, answer.headers.date, sentAt);
      const isGood = content === 'json' && answer.statusCode >= 200 && answer.statusCode < 300;
      const said = await textOf(answer.body, budget, new URL(url), this.cloud);
      return {
        status: answer.statusCode,
        body: jsonOf(said, isGood, new URL(url), this.cloud),
        headers: answer.headers,
      };
    } catch (error) {
      const met = error instanceof StackwardError ? error : unreachable(error, new URL(url), this.cloud, withinMs);
      throw this.hushed(asStackwardError(met), [...(token === undefined ? [] : [token]), ...secrets]);
    }
  }

  private note(host: string, header: string | string[] | undefined, sentAt: number): void {
    const date = typeof header === 'string' ? Date.parse(header) : NaN;
    if (Number.isNaN(date)) return;
    const receivedAt = Date.now();
    const before = this.#dated.get(host);
    if (before === undefined || receivedAt - sentAt < before.receivedAt - before.sentAt)
      this.#dated.set(host, { date, sentAt, receivedAt });
  }
}

/** @throws UnrecoverableError when the body is longer than the bound for one answer, or the budget, allows */
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
        { where: `cloud ${cloud}`, about: 'answer' },
      );
    parts.push(part);
  }
  budget.bytes -= size;
  return Buffer.concat(parts).toString();
}

/** Returns undefined for a refusal that is not JSON, such as a page of a proxy: it gives no reason. */
function jsonOf(text: string, isGood: boolean, { host, pathname }: URL, cloud: string): unknown {
  if (text === '') return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    if (!isGood) return undefined;
    throw new UnrecoverableError(
      `${host} answered ${pathname} with what can't be read as JSON: ${asStackwardError(error).detail}; see what answers there`,
      { where: `cloud ${cloud}`, cause: error, about: 'answer' },
    );
  }
}

function readPem(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InvalidConfiguration(`${what} can't be read: ${(error as Error).message}`, { where: path });
  }
}

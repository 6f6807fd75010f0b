/** Keystone's answer to the login, the answers of the endpoints in its catalogue, and the clocks of these servers. */
import { asStackwardError, type StackwardError } from '../../lib/basics/errors';
import type {
  ApiClock,
  CatalogueReader,
  Endpoint,
  KnockAnswer,
  KnockTrouble,
  Login,
} from '../../lib/contract/report-ports';
import type { OpenStackSession } from './openstack-session';
import { parseUtc, told } from './report-answers';

export class CloudCatalogue implements CatalogueReader {
  readonly #urls = new Map<string, string>();

  constructor(private readonly session: OpenStackSession) {}

  get interface(): string {
    return this.session.choice.interface;
  }

  get region(): string | undefined {
    return this.session.choice.region;
  }

  get account(): string {
    return this.session.account;
  }

  async login(): Promise<Login> {
    const said = await this.session.login();
    const endpoints = said.catalog.flatMap(({ type, endpoints: rows }) =>
      rows.map((row): Endpoint => {
        const region = row.region_id ?? row.region ?? '';
        return { service: type, interface: row.interface, region, url: row.url ?? '' };
      }),
    );
    for (const { service, interface: face, url } of endpoints)
      if (face === this.interface && URL.canParse(url)) this.#urls.set(service, url);
    this.#urls.set('identity', this.session.authUrl);
    return {
      roles: said.roles.map(({ name }) => name),
      endpoints,
      ...told({
        user: said.user?.name,
        project: said.project?.name,
        expiresAt: said.expires_at ? parseUtc(said.expires_at) : undefined,
      }),
    };
  }

  /**
   * Asks the endpoint for its version document. For `http://nova/v2.1/<project>` its address is `http://nova/v2.1/`.
   */
  async knock({ url }: Endpoint): Promise<KnockAnswer> {
    const [, versioned = url] = /^(.*?\/v\d+(?:\.\d+)?)(?:\/.*)?$/.exec(url) ?? [];
    try {
      const { status, body } = await this.session.knock(`${versioned.replace(/\/+$/, '')}/`);
      return { isAnswer: true, status, saysVersions: saysVersions(body) };
    } catch (error) {
      const met = asStackwardError(error);
      return { isAnswer: false, trouble: troubleOf(met), detail: met.message };
    }
  }

  clocks(): readonly ApiClock[] {
    return [...this.#urls].flatMap(([service, url]) => {
      const dated = this.session.dated(url);
      if (dated === undefined) return [];
      const { date, sentAt, receivedAt } = dated;
      // The header has whole seconds, so on average the clock was half a second ahead of it, give or take another half.
      const ahead = (date + 500 - (sentAt + receivedAt) / 2) / 1000;
      return [
        {
          service,
          machine: new URL(url).hostname,
          aheadSeconds: ahead,
          withinSeconds: 0.5 + (receivedAt - sentAt) / 2000,
        },
      ];
    });
  }
}

/**
 * True if a body is a service's version document. Its field is `version` (Nova, Keystone), `versions` (the others, and
 * Ironic), `resources` (Neutron's /v2.0/), or `links` (Magnum and others below a version).
 */
const saysVersions = (body: unknown): boolean =>
  typeof body === 'object' &&
  body !== null &&
  ['version', 'versions', 'resources', 'links'].some((field) => Object.hasOwn(body, field));

const troubleByCode: Readonly<Record<string, KnockTrouble>> = {
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  ECONNREFUSED: 'refused',
  UND_ERR_CONNECT_TIMEOUT: 'filtered',
  UND_ERR_HEADERS_TIMEOUT: 'hangs',
  UND_ERR_BODY_TIMEOUT: 'hangs',
};

/** stackward itself refuses some addresses. Such a refusal is no trouble of the network. */
function troubleOf({ reason, cause }: StackwardError): KnockTrouble {
  if (!(cause instanceof Error)) return reason === 'InvalidConfiguration' ? 'address' : 'other';
  if (cause.name === 'TimeoutError') return 'hangs';
  const { code = '' } = cause as NodeJS.ErrnoException;
  return troubleByCode[code] ?? (reason === 'InvalidConfiguration' ? 'TLS' : 'other');
}

/** Nova's services and servers through its API, from Icehouse's `/v2` on. */
import * as z from 'zod';
import { UnrecoverableError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import type { VersionReader } from '../../lib/contract/ports';
import type { ComputeReader, Server, ServiceRecord } from '../../lib/contract/report-ports';
import { novaMinor } from './nova-version';
import type { ApiRequest, OpenStackSession } from './openstack-session';
import { checkedAnswer, serverAnswer, serverOf, serviceOf, servicesAnswer } from './report-answers';

/** `forced_down` came with 2.11. */
const wantedMinor = 11;
const mostPages = 1_000;

const serversAnswer = z.object({ servers: z.array(serverAnswer) });

export class NovaApi implements ComputeReader {
  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {}

  async services(): Promise<readonly ServiceRecord[]> {
    const { services } = await this.get('/os-services', servicesAnswer);
    return services.map(serviceOf);
  }

  /**
   * A page ends at the API's own limit, 1,000 by default. The next page begins after its last server.
   * @param host whose servers alone are asked for
   */
  async servers(host?: string): Promise<readonly Server[]> {
    const ofHost = host === undefined ? '' : `&host=${encodeURIComponent(host)}`;
    const budget = { bytes: 256 << 20 };
    const result: Server[] = [];
    const seen = new Set<string>();
    let marker = '';
    for (let page = 0; page < mostPages; page++) {
      const path = `/servers/detail?all_tenants=1${ofHost}${marker === '' ? '' : `&marker=${encodeURIComponent(marker)}`}`;
      const { servers } = await this.get(path, serversAnswer, { budget });
      const fresh = servers.filter(({ id }) => !seen.has(id));
      if (fresh.length === 0) return result;
      for (const { id } of fresh) seen.add(id);
      append(result, fresh.map(serverOf));
      marker = fresh.at(-1)?.id ?? '';
    }
    throw new UnrecoverableError(
      `Nova's list of servers has more than ${mostPages} pages; see what answers at the compute endpoint`,
      { where: `cloud ${this.session.cloud}`, about: 'answer' },
    );
  }

  /**
   * @param minor the wanted minor version, if Nova has it; default: 11
   * @param more `mayBeAbsent`: a 404 gives undefined, which the schema must accept
   */
  async get<Answer>(
    path: string,
    schema: z.ZodType<Answer>,
    { minor = wantedMinor, ...more }: Pick<ApiRequest, 'budget' | 'mayBeAbsent'> & { readonly minor?: number } = {},
  ): Promise<Answer> {
    const answer = await this.session.call('compute', path, { headers: await this.headers(minor), ...more });
    return checkedAnswer(schema, answer, `Nova to GET ${path.replace(/\?.*/, '')}`, this.session.cloud);
  }

  /** Nova answers 406 if the requested version is newer than its own. */
  private async headers(minor: number): Promise<Readonly<Record<string, string>>> {
    const newest = (await novaMinor(this.versions)) ?? 0;
    return newest >= wantedMinor
      ? { 'x-openstack-nova-api-version': `2.${newest >= minor ? minor : wantedMinor}` }
      : {};
  }
}

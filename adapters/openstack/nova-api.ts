/** Nova's services and servers through its API, from Icehouse's `/v2` on. */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import type { VersionReader } from '../../lib/contract/ports';
import type { ComputeReader, Server, ServiceRecord } from '../../lib/contract/report-ports';
import { pagesByMarker } from './marker-pages';
import { novaMinor } from './nova-version';
import type { ApiRequest, OpenStackSession } from './openstack-session';
import { checkedAnswer, serverAnswer, serverOf, serviceOf, servicesAnswer } from './report-answers';

/** `forced_down` came with 2.11. */
const wantedMinor = 11;

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

  /** @param host whose servers alone are asked for */
  async servers(host?: string): Promise<readonly Server[]> {
    const budget = { bytes: 256 << 20 };
    const rows = await pagesByMarker(
      async (marker) => {
        const query = new URLSearchParams({ all_tenants: '1', ...defined({ host, marker }) });
        return (await this.get(`/servers/detail?${query}`, serversAnswer, { budget })).servers;
      },
      { collection: 'servers', cloud: this.session.cloud },
    );
    return rows.map(serverOf);
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

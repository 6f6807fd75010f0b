/** One server of Nova and what was asked of it, for `stackward trace`. */
import type * as z from 'zod';
import pLimit from 'p-limit';
import type { VersionReader } from '../../lib/contract/ports';
import type { ServerAction, ServerRecord, ServerTraceReader } from '../../lib/contract/trace-ports';
import { uuid } from '../../lib/basics/uuid';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';
import * as answers from './trace-answers';

/** From 2.84 on, events tell their host and what went wrong. */
const wantedMinor = 84;
const atOnce = 6;

export class NovaTrace implements ServerTraceReader {
  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {}

  async servers(wanted: string): Promise<readonly ServerRecord[]> {
    if (uuid.safeParse(wanted).success) return this.server(wanted);
    // Nova takes the name for a regular expression; older databases compare it without case.
    const pattern = `^${wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
    const query = new URLSearchParams({ all_tenants: '1', name: pattern });
    const { servers } = await this.get(`/servers?${query}`, answers.foundServers);
    const ids = servers.filter(({ name }) => name === wanted).map(({ id }) => id);
    return (await Promise.all(ids.map((id) => this.server(id)))).flat();
  }

  async actions(serverId: string): Promise<readonly ServerAction[]> {
    const path = `/servers/${serverId}/os-instance-actions`;
    const { instanceActions } = await this.get(path, answers.actionList);
    const limit = pLimit(atOnce);
    const actions = await Promise.all(
      instanceActions.map((row) =>
        limit(async () => {
          const { instanceAction } = await this.get(`${path}/${row.request_id}`, answers.oneAction);
          return answers.actionOf(row, instanceAction.events ?? []);
        }),
      ),
    );
    return actions.sort((a, b) => (a.start?.getTime() ?? 0) - (b.start?.getTime() ?? 0));
  }

  private async server(id: string): Promise<readonly ServerRecord[]> {
    const answer = await this.session.call('compute', `/servers/${id}`, { mayBeAbsent: true });
    if (answer === undefined) return [];
    return [checkedAnswer(answers.oneServer, answer, 'Nova to GET /servers/ID', this.session.cloud).server];
  }

  private async get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const answer = await this.session.call('compute', path, { headers: await this.headers() });
    return checkedAnswer(schema, answer, `Nova to GET ${path.replace(/\?.*/, '')}`, this.session.cloud);
  }

  /** A Nova that knows less than the version asked for answers 406. */
  private async headers(): Promise<Readonly<Record<string, string>>> {
    const { answers: apis } = await this.versions.apis();
    const nova = apis.find(({ service }) => service === 'nova');
    const newest = Number(nova?.service === 'nova' ? nova.version.split('.')[1] : NaN);
    if (!(newest >= 51)) return {};
    return { 'x-openstack-nova-api-version': `2.${Math.min(newest, wantedMinor)}` };
  }
}

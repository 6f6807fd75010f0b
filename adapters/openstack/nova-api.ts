/** Nova's services, servers, hypervisors and actions through its API, from Icehouse's `/v2` on. */
import * as z from 'zod';
import { UnrecoverableError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import type { VersionReader } from '../../lib/contract/ports';
import type { ComputeReader, Hypervisor, Server, ServerAction, ServiceRecord } from '../../lib/contract/report-ports';
import type { OpenStackSession } from './openstack-session';
import {
  actionAnswer,
  checkedAnswer,
  hypervisorAnswer,
  serverAnswer,
  serviceOf,
  servicesAnswer,
  told,
} from './report-answers';

/** `forced_down` came with 2.11. Hypervisors have numbers up to 2.87. */
const wantedMinor = 11;
const mostPages = 1_000;

const hypervisorsAnswer = z.object({ hypervisors: z.array(hypervisorAnswer).max(100_000) });
const serversAnswer = z.object({ servers: z.array(serverAnswer) });
const actionsAnswer = z.object({ instanceActions: z.array(actionAnswer).max(10_000) });

export class NovaApi implements ComputeReader {
  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {}

  async services(): Promise<readonly ServiceRecord[]> {
    const { services } = await this.get('/os-services', servicesAnswer);
    return services.map(serviceOf);
  }

  async hypervisors(): Promise<readonly Hypervisor[]> {
    const { hypervisors } = await this.get('/os-hypervisors/detail', hypervisorsAnswer);
    return hypervisors.map((row) => ({
      name: row.hypervisor_hostname,
      ...told({
        isUp: row.state && row.state === 'up',
        isEnabled: row.status && row.status === 'enabled',
        vcpus: row.vcpus,
        vcpusUsed: row.vcpus_used,
        memoryMiB: row.memory_mb,
        memoryUsedMiB: row.memory_mb_used,
      }),
    }));
  }

  /** A page ends at the API's own limit, 1,000 by default; the next begins behind its last server. */
  async servers(): Promise<readonly Server[]> {
    const budget = { bytes: 256 << 20 };
    const result: Server[] = [];
    const seen = new Set<string>();
    let marker = '';
    for (let page = 0; page < mostPages; page++) {
      const path = `/servers/detail?all_tenants=1${marker === '' ? '' : `&marker=${encodeURIComponent(marker)}`}`;
      const { servers } = await this.get(path, serversAnswer, budget);
      const fresh = servers.filter(({ id }) => !seen.has(id));
      if (fresh.length === 0) return result;
      for (const { id } of fresh) seen.add(id);
      append(result, fresh.map(serverOf));
      marker = fresh.at(-1)?.id ?? '';
    }
    throw new UnrecoverableError(`Nova's list of servers has more than ${mostPages} pages`, {
      where: `cloud ${this.session.cloud}`,
    });
  }

  async actions(serverId: string): Promise<readonly ServerAction[]> {
    const path = `/servers/${encodeURIComponent(serverId)}/os-instance-actions`;
    const { instanceActions } = await this.get(path, actionsAnswer);
    return instanceActions.map((row) => ({
      action: row.action,
      requestId: row.request_id ?? '',
      ...told({ startTime: row.start_time, message: row.message }),
    }));
  }

  private async get<Answer>(path: string, schema: z.ZodType<Answer>, budget?: { bytes: number }): Promise<Answer> {
    const headers = await this.headers();
    const answer = await this.session.call('compute', path, budget === undefined ? { headers } : { headers, budget });
    return checkedAnswer(schema, answer, `Nova to GET ${path.replace(/\?.*/, '')}`, this.session.cloud);
  }

  /** A Nova that knows less than the version asked for answers 406. */
  private async headers(): Promise<Readonly<Record<string, string>>> {
    const { answers } = await this.versions.apis();
    const nova = answers.find(({ service }) => service === 'nova');
    const newest = Number(nova?.service === 'nova' ? nova.version.split('.')[1] : NaN);
    return newest >= wantedMinor ? { 'x-openstack-nova-api-version': `2.${wantedMinor}` } : {};
  }
}

const serverOf = (row: z.infer<typeof serverAnswer>): Server => ({
  id: row.id,
  name: row.name,
  projectId: row.tenant_id,
  status: row.status,
  ...told({
    vmState: row['OS-EXT-STS:vm_state'],
    taskState: row['OS-EXT-STS:task_state'],
    host: row['OS-EXT-SRV-ATTR:host'],
    created: row.created,
    fault: row.fault && { message: row.fault.message, ...told({ created: row.fault.created }) },
  }),
});

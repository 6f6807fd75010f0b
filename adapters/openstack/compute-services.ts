/**
 * Nova's compute services. Up to 2.52 a request names a service by host and binary, since 2.53 (Pike) by its id, which
 * is unique in all cells.
 */
import * as z from 'zod';
import { UnrecoverableError } from '../../lib/basics/errors';
import type { VersionReader } from '../../lib/contract/ports';
import type { Server } from '../../lib/contract/report-ports';
import type {
  ComputeService,
  ComputeServiceReader,
  ComputeServiceWriter,
  Enablement,
} from '../../lib/contract/runbook-ports';
import { NovaApi } from './nova-api';
import { novaMinor, novaVersion } from './nova-version';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer, serviceAnswer, serviceOf, told } from './report-answers';

/** Since this minor version a service has a UUID, by which requests name it. */
const byIdMinor = 53;
const binary = 'nova-compute';

const id = z.union([z.int().min(0).transform(String), z.string().regex(/^[\w-]{1,64}$/, 'must be an id')]);
const servicesAnswer = z.object({ services: z.array(serviceAnswer.extend({ id: id.nullish() })).max(100_000) });

export class ComputeServices implements ComputeServiceReader, ComputeServiceWriter {
  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {}

  async computes(): Promise<readonly ComputeService[]> {
    const headers = await novaVersion(this.versions, byIdMinor);
    const answer = await this.session.call('compute', `/os-services?binary=${binary}`, { headers });
    const { services } = checkedAnswer(servicesAnswer, answer, 'Nova to GET /os-services', this.session.cloud);
    return services
      .filter((row) => row.binary === binary)
      .map((row) => ({ ...serviceOf(row), ...told({ id: row.id }) }));
  }

  async serversOn(host: string): Promise<readonly Server[]> {
    const servers = await new NovaApi(this.session, this.versions).servers(host);
    // A policy of its own may hide the host. Nova gives every server that the filter finds a host.
    if (servers.some((server) => server.host === undefined))
      throw new UnrecoverableError(`Nova tells these credentials no host of servers, so the servers on ${host} are not known; use credentials that may see extended server attributes`); // prettier-ignore
    // A Nova that ignores the filter returns all servers.
    return servers.filter((server) => server.host === host);
  }

  async remove({ id: service, host }: ComputeService): Promise<void> {
    if (service === undefined) throw new UnrecoverableError(`this Nova reports no id of ${binary} on ${host}, which its API needs to remove a service; name its database in stackward.yaml`); // prettier-ignore
    const headers = await novaVersion(this.versions, byIdMinor);
    await this.session.call('compute', `/os-services/${service}`, { method: 'DELETE', headers, mayBeAbsent: true });
  }

  async setEnablement(service: ComputeService, { isEnabled, reason }: Enablement): Promise<void> {
    const headers = await novaVersion(this.versions, byIdMinor);
    if (((await novaMinor(this.versions)) ?? 0) >= byIdMinor) {
      if (service.id === undefined) throw new UnrecoverableError(`Nova reports no id of ${binary} on ${service.host}; see what answers at the compute endpoint`); // prettier-ignore
      const status = isEnabled ? 'enabled' : 'disabled';
      const body = reason === undefined ? { status } : { status, disabled_reason: reason };
      await this.session.call('compute', `/os-services/${service.id}`, { method: 'PUT', body, headers });
      return;
    }
    const action = isEnabled ? 'enable' : reason === undefined ? 'disable' : 'disable-log-reason';
    const named = { host: service.host, binary };
    const body = reason === undefined ? named : { ...named, disabled_reason: reason };
    await this.session.call('compute', `/os-services/${action}`, { method: 'PUT', body, headers });
  }
}

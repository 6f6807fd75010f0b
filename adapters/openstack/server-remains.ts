/**
 * Reads the things of a server in Neutron, Cinder and placement, and makes the two changes of a stuck server that Nova
 * offers.
 */
import * as z from 'zod';
import type { VersionReader } from '../../lib/contract/ports';
import { volumeTypeIn } from '../../lib/contract/report-ports';
import type { ServerRemains, ServerRemainsReader, ServerVolumes, ServerWriter } from '../../lib/contract/runbook-ports';
import { InventoryApi } from './inventory-api';
import { NeutronLists } from './neutron-lists';
import { NovaApi } from './nova-api';
import type { OpenStackSession } from './openstack-session';
import { PlacementApi } from './placement-api';
import { askService, text } from './report-answers';
import { id } from './server-answers';

const portAnswer = z.object({ id, fixed_ips: z.array(z.object({ ip_address: z.string().max(64) })).max(1_000) });
const attachmentsAnswer = z.object({ volumeAttachments: z.array(z.object({ volumeId: id })).max(1_000) });
const volumeAnswer = z.object({
  volume: z.object({ id, status: text, attachments: z.array(z.object({ server_id: text.nullish() })).max(1_000) }),
});

export class ServerRemainsApi implements ServerRemainsReader {
  readonly #lists: NeutronLists;
  readonly #nova: NovaApi;
  readonly #placement: PlacementApi;

  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {
    this.#lists = new NeutronLists(session);
    this.#nova = new NovaApi(session, versions);
    this.#placement = new PlacementApi(session, versions);
  }

  async volumesOf(serverId: string): Promise<ServerVolumes> {
    const path = `/servers/${encodeURIComponent(serverId)}/os-volume_attachments`;
    const [found, byCinder] = await Promise.all([
      this.#nova.get(path, attachmentsAnswer.optional(), { mayBeAbsent: true }),
      this.volumesByCinder(serverId),
    ]);
    return { byNova: (found?.volumeAttachments ?? []).map(({ volumeId }) => volumeId), byCinder };
  }

  /** Cinder of no release before Ocata finds the volumes of a server, so all volumes are listed. */
  private async volumesByCinder(serverId: string): Promise<readonly string[]> {
    const { catalog } = await this.session.login();
    if (!catalog.some(({ type }) => type === volumeTypeIn(catalog))) return [];
    const volumes = await new InventoryApi(this.session, this.versions).volumes();
    return volumes.filter((volume) => volume.serverId === serverId).map(({ id: volume }) => volume);
  }

  async remains(serverId: string, volumes: readonly string[]): Promise<ServerRemains> {
    const query = new URLSearchParams({ device_id: serverId });
    const [ports, attached, allocations] = await Promise.all([
      this.#lists.get(portAnswer, 'ports', `?${query}`),
      Promise.all(volumes.map((volume) => this.attached(serverId, volume))),
      this.allocations(serverId),
    ]);
    return {
      ports: ports.map(({ id: port, fixed_ips: fixed }) => ({ id: port, addresses: fixed.map(({ ip_address: address }) => address) })), // prettier-ignore
      volumes: attached.flatMap((volume) => volume ?? []),
      allocations,
    };
  }

  private async attached(serverId: string, volumeId: string): Promise<ServerRemains['volumes'][number] | undefined> {
    const type = volumeTypeIn((await this.session.login()).catalog);
    const answer = await askService(this.session, type, `/volumes/${volumeId}`, volumeAnswer.optional());
    if (answer?.volume.attachments.some(({ server_id: server }) => server === serverId) !== true) return undefined;
    return { id: answer.volume.id, status: answer.volume.status };
  }

  private async allocations(serverId: string): Promise<readonly string[] | undefined> {
    const isThere = await this.#placement.isThere();
    return isThere === true ? this.#placement.allocationsOf(serverId) : isThere === false ? [] : undefined;
  }
}

export class ServerChanges implements ServerWriter {
  constructor(private readonly session: OpenStackSession) {}

  async resetState(serverId: string, to: 'active' | 'error'): Promise<void> {
    const path = `/servers/${encodeURIComponent(serverId)}/action`;
    await this.session.call('compute', path, { method: 'POST', body: { 'os-resetState': { state: to } } });
  }

  async delete(serverId: string): Promise<void> {
    const path = `/servers/${encodeURIComponent(serverId)}`;
    await this.session.call('compute', path, { method: 'DELETE', mayBeAbsent: true });
  }
}

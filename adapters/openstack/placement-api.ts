/** Placement's trees of resource providers, and its allocations. */
import * as z from 'zod';
import { StackwardError } from '../../lib/basics/errors';
import type { VersionReader } from '../../lib/contract/ports';
import type { HostProvider } from '../../lib/contract/runbook-ports';
import { novaMinor } from './nova-version';
import type { OpenStackSession } from './openstack-session';
import { askService, checkedAnswer, text } from './report-answers';
import { allocationsAnswer, id, providerAnswer } from './server-answers';

const providerRow = z.object({ uuid: id, name: text, parent_provider_uuid: id.nullish() });
const providersAnswer = z.object({ resource_providers: z.array(providerRow).max(10_000) });

type Row = z.infer<typeof providerRow>;

/** Since version 1.14 (Queens) placement tells which providers are in which. */
const withTrees = { 'OpenStack-API-Version': 'placement 1.14' };

const pikeMinor = 53;

export class PlacementApi {
  constructor(
    private readonly session: OpenStackSession,
    private readonly versions: VersionReader,
  ) {}

  /**
   * False if the release has no placement; undefined if the catalogue doesn't name it, and it may have one. Nova needs
   * placement since Ocata, and its API since Pike shows that the release is later than that.
   */
  async isThere(): Promise<boolean | undefined> {
    const { catalog } = await this.session.login();
    if (catalog.some(({ type }) => type === 'placement')) return true;
    const minor = await novaMinor(this.versions);
    return minor === undefined || minor >= pikeMinor ? undefined : false;
  }

  /** The providers of these names, and all that are in them. Each comes before the provider that it is in. */
  async trees(names: readonly string[]): Promise<readonly HostProvider[]> {
    const named = await Promise.all(names.map((name) => this.list(new URLSearchParams({ name }))));
    const nested = await Promise.all(named.flat().map((root) => this.tree(root)));
    const rows = [...new Map(nested.flat().map((row) => [row.uuid, row])).values()];
    return Promise.all(childrenFirst(rows).map((row) => this.withConsumers(row)));
  }

  /** Undefined if placement has no such provider. */
  async provider(provider: string): Promise<HostProvider | undefined> {
    const found = await askService(
      this.session,
      'placement',
      `/resource_providers/${provider}`,
      providerRow.optional(),
    );
    return found && this.withConsumers(found);
  }

  /** The names of the providers on which the consumer has an allocation. */
  async allocationsOf(consumer: string): Promise<readonly string[]> {
    const path = `/allocations/${encodeURIComponent(consumer)}`;
    const found = await askService(this.session, 'placement', path, allocationsAnswer);
    const names = Object.keys(found.allocations).map(async (provider) => {
      const answer = await askService(this.session, 'placement', `/resource_providers/${provider}`, providerAnswer.optional()); // prettier-ignore
      return answer?.name ?? provider;
    });
    return (await Promise.all(names)).sort();
  }

  private async withConsumers({ uuid: provider, name }: Row): Promise<HostProvider> {
    const path = `/resource_providers/${provider}/allocations`;
    const { allocations } = await askService(this.session, 'placement', path, allocationsAnswer);
    return { id: provider, name, consumers: Object.keys(allocations).sort() };
  }

  /** A placement without trees refuses the version by 406. Then the provider is in no other. */
  private async tree(root: Row): Promise<readonly Row[]> {
    try {
      return await this.list(new URLSearchParams({ in_tree: root.uuid }), withTrees);
    } catch (error) {
      if (error instanceof StackwardError && error.status === 406) return [root];
      throw error;
    }
  }

  private async list(query: URLSearchParams, headers: Readonly<Record<string, string>> = {}): Promise<readonly Row[]> {
    const answer = await this.session.call('placement', `/resource_providers?${query}`, { headers });
    return checkedAnswer(providersAnswer, answer, 'placement to GET /resource_providers', this.session.cloud)
      .resource_providers;
  }
}

function childrenFirst(rows: readonly Row[]): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.uuid, row]));
  const depthOf = (row: Row): number => {
    let depth = 0;
    // A hostile answer may have parents in a circle.
    for (let above = parentOf(row, byId); above !== undefined && depth < rows.length; above = parentOf(above, byId))
      depth += 1;
    return depth;
  };
  const depths = new Map(rows.map((row) => [row, depthOf(row)]));
  return rows.toSorted((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0) || (a.name < b.name ? -1 : 1));
}

const parentOf = ({ parent_provider_uuid: parent }: Row, byId: ReadonlyMap<string, Row>): Row | undefined =>
  byId.get(parent ?? '');

/** Counts the things of a cloud that have this name or id, in the way Terraform looks them up. */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import type { DeclaredThing, NameReader } from '../../lib/contract/report-ports';
import { pagesByMarker } from './marker-pages';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';

const named = z.object({ id: z.string().max(255), name: z.string().max(1024).nullish() });
type Named = z.infer<typeof named>;
const listOf = (collection: string) => z.object({ [collection]: z.array(named).max(100_000) });

interface Place {
  readonly collection: string;
  ask(session: OpenStackSession, query: string): Promise<unknown>;
}

const places: Readonly<Record<Exclude<DeclaredThing['kind'], 'flavor'>, Place>> = {
  image: { collection: 'images', ask: (session, query) => session.call('image', `/v2/images?${query}`) },
  network: { collection: 'networks', ask: (session, query) => session.call('network', `/v2.0/networks?${query}`) },
  role: { collection: 'roles', ask: (session, query) => session.keystone(`/roles?${query}`) },
  user: { collection: 'users', ask: (session, query) => session.keystone(`/users?${query}`) },
};

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class CloudNames implements NameReader {
  /** The same for each name, because Nova can't filter flavors by name. */
  #flavors: Promise<readonly Named[]> | undefined;

  constructor(private readonly session: OpenStackSession) {}

  async count({ kind, name, domainId }: DeclaredThing): Promise<number> {
    if (kind === 'flavor') return matchesIn(await (this.#flavors ??= this.flavors()), name);
    const { collection, ask } = places[kind];
    const isId = uuidForm.test(name);
    // Before Newton, Glance can't filter by id.
    if (isId && kind === 'image') return this.countImage(name);
    const query = new URLSearchParams({ [isId ? 'id' : 'name']: name, ...defined({ domain_id: domainId }) });
    return matchesIn(this.listed(collection, await ask(this.session, query.toString())), name);
  }

  private flavors(): Promise<readonly Named[]> {
    const [collection, { cloud }] = ['flavors', this.session];
    return pagesByMarker(
      async (marker) => {
        const query = new URLSearchParams({ is_public: 'None', ...defined({ marker }) });
        return this.listed(collection, await this.session.call('compute', `/flavors?${query}`));
      },
      { collection, cloud },
    );
  }

  private listed(collection: string, answer: unknown): readonly Named[] {
    const what = `the service of ${collection} to GET /${collection}`;
    return checkedAnswer(listOf(collection), answer, what, this.session.cloud)[collection] ?? [];
  }

  private async countImage(id: string): Promise<number> {
    const answer = await this.session.call('image', `/v2/images/${id}`, { mayBeAbsent: true });
    if (answer === undefined) return 0;
    const image = checkedAnswer(named, answer, 'Glance to GET /v2/images/ID', this.session.cloud);
    return image.id.toLowerCase() === id.toLowerCase() ? 1 : 0;
  }
}

const matchesIn = (listed: readonly Named[], name: string): number =>
  listed.filter((item) => item.name === name || item.id === name).length;

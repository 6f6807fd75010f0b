/** Counts the things of a cloud that have this name or id, in the way Terraform looks them up. */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import type { DeclaredThing, NameReader } from '../../lib/contract/report-ports';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';

const named = z.object({ id: z.string().max(255), name: z.string().max(1024).nullish() });
const listOf = (collection: string) => z.object({ [collection]: z.array(named).max(100_000) });

interface Place {
  readonly collection: string;
  ask(session: OpenStackSession, query: string): Promise<unknown>;
}

const places: Readonly<Record<DeclaredThing['kind'], Place>> = {
  image: { collection: 'images', ask: (session, query) => session.call('image', `/v2/images?${query}`) },
  // Nova can't filter flavors by name.
  flavor: { collection: 'flavors', ask: (session) => session.call('compute', '/flavors?is_public=None') },
  network: { collection: 'networks', ask: (session, query) => session.call('network', `/v2.0/networks?${query}`) },
  role: { collection: 'roles', ask: (session, query) => session.keystone(`/roles?${query}`) },
  user: { collection: 'users', ask: (session, query) => session.keystone(`/users?${query}`) },
};

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class CloudNames implements NameReader {
  /** Nova's list of flavors is the same for each name. */
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(private readonly session: OpenStackSession) {}

  async count({ kind, name, domainId }: DeclaredThing): Promise<number> {
    const { collection, ask } = places[kind];
    const isId = uuidForm.test(name);
    // Before Newton, Glance can't filter by id.
    if (isId && kind === 'image') return this.countImage(name);
    const query = new URLSearchParams({ [isId ? 'id' : 'name']: name, ...defined({ domain_id: domainId }) });
    const key = kind === 'flavor' ? kind : `${kind} ${query.toString()}`;
    const asked = this.#asked.get(key) ?? ask(this.session, query.toString());
    this.#asked.set(key, asked);
    const answer = await asked;
    const what = `the service of ${collection} to GET /${collection}`;
    const found = checkedAnswer(listOf(collection), answer, what, this.session.cloud)[collection] ?? [];
    return found.filter((item) => item.name === name || item.id === name).length;
  }

  private async countImage(id: string): Promise<number> {
    const answer = await this.session.call('image', `/v2/images/${id}`, { mayBeAbsent: true });
    if (answer === undefined) return 0;
    const image = checkedAnswer(named, answer, 'Glance to GET /v2/images/ID', this.session.cloud);
    return image.id.toLowerCase() === id.toLowerCase() ? 1 : 0;
  }
}

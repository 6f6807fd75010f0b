/** Whether a cloud has a thing of this name or id, and how many, as Terraform would look it up. */
import * as z from 'zod';
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
  // Nova filters flavors by no name.
  flavor: { collection: 'flavors', ask: (session) => session.call('compute', '/flavors?is_public=None') },
  network: { collection: 'networks', ask: (session, query) => session.call('network', `/v2.0/networks?${query}`) },
  role: { collection: 'roles', ask: (session, query) => session.keystone(`/roles?${query}`) },
  user: { collection: 'users', ask: (session, query) => session.keystone(`/users?${query}`) },
};

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export class CloudNames implements NameReader {
  constructor(private readonly session: OpenStackSession) {}

  async count({ kind, name }: DeclaredThing): Promise<number> {
    const { collection, ask } = places[kind];
    const field = uuidForm.test(name) ? 'id' : 'name';
    // Glance filters by no id: `id=in:` is of Newton and later.
    const query =
      field === 'id' && kind === 'image' ? `id=in:${name}` : new URLSearchParams([[field, name]]).toString();
    const answer = await ask(this.session, query);
    const what = `the service of ${collection} to GET /${collection}`;
    const found = checkedAnswer(listOf(collection), answer, what, this.session.cloud)[collection] ?? [];
    return found.filter((item) => item.name === name || item.id === name).length;
  }
}

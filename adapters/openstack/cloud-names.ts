/**
 * Counts the things of a cloud that have this name or id, in the way Terraform looks them up. Where there is none it lists
 * those that there are, since most such names are misspelt.
 */
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { UnrecoverableError } from '../../lib/basics/errors';
import type { DeclaredThing, NameCount, NameReader } from '../../lib/contract/report-ports';
import { pagesByMarker } from './marker-pages';
import type { OpenStackSession } from './openstack-session';
import { checkedAnswer } from './report-answers';

const named = z.object({
  id: z.string().max(255),
  name: z.string().max(1024).nullish(),
  /** Of images. */
  visibility: z.string().max(64).nullish(),
  owner: z.string().max(255).nullish(),
});
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

/** Of 1,000 images each. The list is a help for whoever misspelt a name, and no answer waits for more of it. */
const mostPagesOfNames = 10;

export class CloudNames implements NameReader {
  /** The same for each name, because Nova can't filter flavors by name. */
  #flavors: Promise<readonly Named[]> | undefined;
  /** Those of other kinds, by the query. */
  readonly #lists = new Map<string, Promise<readonly Named[]>>();
  /** Those that this project may use. */
  #ownFlavors: Promise<readonly Named[]> | undefined;

  constructor(private readonly session: OpenStackSession) {}

  async count(thing: DeclaredThing): Promise<NameCount> {
    const counted = await this.counted(thing);
    return counted.all > 0 ? counted : { ...counted, ...defined({ others: await this.others(thing) }) };
  }

  private async counted(thing: DeclaredThing): Promise<NameCount> {
    const { kind, name, by, domainId, needsAccess } = thing;
    if (kind === 'flavor') return this.countFlavors(thing);
    const { collection, ask } = places[kind];
    // Before Newton, Glance can't filter by id.
    if (by === 'id' && kind === 'image') return { all: await this.countImage(name), private: 0 };
    const query = new URLSearchParams({ [by]: name, ...defined({ domain_id: domainId }) });
    const found = matching(this.listed(collection, await ask(this.session, query.toString())), thing);
    const isAsked = kind === 'image' && needsAccess === true;
    return { all: found.length, private: isAsked ? await this.countOfOthers(found) : 0 };
  }

  /** The answer is right without them, so whatever fails here is left out. */
  private async others({ kind, by, domainId }: DeclaredThing): Promise<readonly string[] | undefined> {
    try {
      const all = await (kind === 'flavor' ? this.allFlavors() : this.list(kind, domainId));
      const names = [...new Set(all.flatMap((item) => item[by] ?? []))];
      return names.length === 0 && all.length > 0 ? undefined : names;
    } catch {
      return undefined;
    }
  }

  private list(kind: keyof typeof places, domainId: string | undefined): Promise<readonly Named[]> {
    const key = `${kind} ${domainId ?? ''}`;
    const listed = this.#lists.get(key) ?? this.readList(places[kind], domainId);
    this.#lists.set(key, listed);
    return listed;
  }

  private async readList({ collection, ask }: Place, domainId: string | undefined): Promise<readonly Named[]> {
    const query = new URLSearchParams(defined({ domain_id: domainId }));
    // Of these services Glance alone cuts a list into pages by default, of 25.
    if (collection !== 'images') return this.listed(collection, await ask(this.session, query.toString()));
    let pages = 0;
    return pagesByMarker(
      async (marker) => {
        if (++pages > mostPagesOfNames) throw new UnrecoverableError('there are too many images to name some of them');
        const page = new URLSearchParams({ limit: '1000', ...defined({ marker }) });
        return this.listed(collection, await ask(this.session, page.toString()));
      },
      { collection, cloud: this.session.cloud },
    );
  }

  private allFlavors(): Promise<readonly Named[]> {
    return (this.#flavors ??= this.flavors({ is_public: 'None' }));
  }

  private async countFlavors(thing: DeclaredThing): Promise<NameCount> {
    const all = matching(await this.allFlavors(), thing).length;
    if (thing.needsAccess !== true || all === 0) return { all, private: 0 };
    // Only an administrator's list has more, and the same list without the parameter is the one that Terraform reads.
    const usable = matching(await (this.#ownFlavors ??= this.flavors({})), thing).length;
    return { all, private: Math.max(0, all - usable) };
  }

  private flavors(which: { readonly is_public?: 'None' }): Promise<readonly Named[]> {
    const [collection, { cloud }] = ['flavors', this.session];
    return pagesByMarker(
      async (marker) => {
        const query = new URLSearchParams({ ...which, ...defined({ marker }) });
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
    const path = `/v2/images/${encodeURIComponent(id)}`;
    const answer = await this.session.call('image', path, { mayBeAbsent: true });
    if (answer === undefined) return 0;
    const image = checkedAnswer(named, answer, 'Glance to GET /v2/images/ID', this.session.cloud);
    return image.id.toLowerCase() === id.toLowerCase() ? 1 : 0;
  }

  /** Images that an administrator sees in another project, and that only some projects may use. */
  private async countOfOthers(images: readonly Named[]): Promise<number> {
    const closed = images.filter(({ visibility }) => visibility === 'private' || visibility === 'shared');
    if (closed.length === 0) return 0;
    const { project } = await this.session.login();
    return closed.filter(({ owner }) => owner !== project?.id).length;
  }
}

const matching = (listed: readonly Named[], { by, name }: DeclaredThing): readonly Named[] =>
  listed.filter((item) => item[by] === name);

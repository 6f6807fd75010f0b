/** Neutron's lists, page by page, within bounds. Each item has the form that its reader asks for. */
import type * as z from 'zod';
import { UnrecoverableError } from '../../lib/basics/errors';
import { append } from '../../lib/basics/lists';
import { sayFault } from '../../lib/basics/schema-fault';
import { pageAnswer } from './neutron-answers';
import type { OpenStackSession } from './openstack-session';

/** Bounds of one question: several times what a cloud of 100,000 ports needs. */
const mostPages = 1_000;
const mostItems = 500_000;
const mostBytes = 64 << 20;

export class NeutronLists {
  /** Questions under way. Several kinds ask for the same agents and ports in the same turn. */
  readonly #underWay = new Map<string, Promise<unknown[]>>();

  constructor(private readonly session: OpenStackSession) {}

  /** A caller who asks while the same question is under way shares its answer. */
  get<Item>(item: z.ZodType<Item>, collection: string, query: string): Promise<Item[]> {
    const key = `${collection}${query}`;
    const answer =
      this.#underWay.get(key) ?? this.pages(item, collection, query).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    return answer as Promise<Item[]>;
  }

  /**
   * Only the query of a `next` link is followed. Whatever host the link names, the token goes to the endpoint of the
   * catalogue.
   */
  private async pages<Item>(item: z.ZodType<Item>, collection: string, first: string): Promise<Item[]> {
    const path = `/v2.0/${collection}`;
    // `security-groups` are `security_groups` in the answer.
    const field = collection.replaceAll('-', '_');
    const schema = pageAnswer(field, item);
    const budget = { bytes: mostBytes };
    const asked = new Set<string>();
    const result: Item[] = [];
    for (let query: string | undefined = first; query !== undefined;) {
      if (asked.has(query))
        throw this.refused(collection, 'links to a page that was read before, so that it never ends');
      if (asked.size === mostPages) throw this.refused(collection, `has more than ${mostPages} pages`);
      asked.add(query);
      const parsed = schema.safeParse(await this.session.call('network', `${path}${query}`, { budget }));
      if (!parsed.success) throw this.refused(collection, `has an unknown form: ${sayFault(parsed.error)}`);
      append(result, parsed.data[field] as Item[]);
      if (result.length > mostItems) throw this.refused(collection, `has more than ${mostItems} entries`);
      query = this.nextOf(collection, parsed.data[`${field}_links`] as Links | undefined);
    }
    return result;
  }

  private nextOf(collection: string, links: Links = []): string | undefined {
    const next = links.find((link) => link.rel === 'next')?.href;
    if (next === undefined) return undefined;
    const url = URL.canParse(next) ? new URL(next) : undefined;
    if (url?.pathname.endsWith(`/v2.0/${collection}`) !== true)
      throw this.refused(collection, 'links to a next page that is not of this collection');
    return url.search;
  }

  refused(collection: string, fault: string): UnrecoverableError {
    return new UnrecoverableError(
      `Neutron's answer to GET /v2.0/${collection} ${fault}; see what answers at the network endpoint`,
      { where: `cloud ${this.session.cloud}`, about: 'answer' },
    );
  }
}

type Links = readonly { readonly rel: string; readonly href: string }[];

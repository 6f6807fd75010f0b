/** Reads a list of Nova or Cinder page by page. A page ends at the API's own limit, 1,000 by default. */
import { UnrecoverableError } from '../../lib/basics/errors';

export const mostPages = 1_000;

interface ListName {
  readonly collection: string;
  readonly cloud: string;
}

export const endlessList = ({ collection, cloud }: ListName): UnrecoverableError =>
  new UnrecoverableError(`the list of ${collection} has more than ${mostPages} pages; see what answers there`, {
    where: `cloud ${cloud}`,
    about: 'answer',
  });

/**
 * The next page begins after the last item of a page, and the list ends with a page that has nothing new.
 * @param ask reads the page behind the item with this id, or the first page
 * @throws UnrecoverableError if the list has more than 1,000 pages
 */
export async function pagesByMarker<Row extends { readonly id: string }>(
  ask: (marker: string | undefined) => Promise<readonly Row[]>,
  list: ListName,
): Promise<readonly Row[]> {
  const all = new Map<string, Row>();
  let marker: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const fresh = (await ask(marker)).filter(({ id }) => !all.has(id));
    if (fresh.length === 0) return [...all.values()];
    for (const row of fresh) all.set(row.id, row);
    marker = fresh.at(-1)?.id;
  }
  throw endlessList(list);
}

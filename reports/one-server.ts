/** The server that somebody named: none and several are refused, with what to give instead. */
import { InvalidConfiguration } from '../lib/basics/errors';
import { nameFirst } from '../lib/basics/name-first';
import type { WholeServer } from '../lib/contract/server-ports';

/** A list that is longer helps nobody. */
const mostNamed = 20;

export const noServer = (wanted: string): InvalidConfiguration =>
  new InvalidConfiguration(
    `there is no server "${wanted}" in any project that these credentials see; \`stackward inventory --columns id,name\` lists all`,
    { about: 'name' },
  );

/** @throws InvalidConfiguration where the name is that of no server, or of several */
export function oneServer(found: readonly WholeServer[], wanted: string): WholeServer {
  const [first, ...more] = found;
  if (first === undefined) throw noServer(wanted);
  if (more.length === 0) return first;
  const list = found.map(({ id, projectId }) => `${id} (project ${projectId})`);
  throw new InvalidConfiguration(
    `${found.length} servers have the name "${wanted}"; give the id of one of them: ${nameFirst(list, mostNamed)}`,
    { about: 'name' },
  );
}

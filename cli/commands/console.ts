import { InvalidConfiguration } from '../../lib/basics/errors';
import { printableJson } from '../../lib/basics/printable';
import type { WholeServer } from '../../lib/contract/server-ports';
import { formatVersion } from '../../lib/render/json';
import type { ConsoleOptions } from '../options';
import { runReading } from '../run-report';
import { complain, say } from '../terminal';

/**
 * The address is written to stdout or opened in the browser, and appears nowhere else, because it gives access to the
 * console.
 */
export const consoleOf = (idOrName: string, options: ConsoleOptions): Promise<void> =>
  runReading(options, async ({ readers }) => {
    const server = single(await (await readers.servers()).find(idOrName), idOrName);
    const url = await (await readers.console()).url(server.id);
    if (options.open) {
      const { openInDesktop } = await import('../../adapters/process/desktop-page.js');
      await openInDesktop(url, process.env);
      return 0;
    }
    const { id, name } = server;
    say(options.json ? printableJson({ formatVersion, command: 'console', server: { id, name }, url }) : url);
    complain('Whoever has this address has the console, until Nova’s token in it ends.\n');
    return 0;
  });

/** A longer list helps nobody. */
const mostNamed = 20;

function single(found: readonly WholeServer[], idOrName: string): WholeServer {
  const [first, ...more] = found;
  if (first === undefined)
    throw new InvalidConfiguration(
      `these credentials see no server with the id or name "${idOrName}"; \`stackward inventory\` lists all`,
    );
  if (more.length === 0) return first;
  const list = found.slice(0, mostNamed).map(({ id, projectId }) => `${id} (project ${projectId})`);
  const rest = found.length > mostNamed ? ` and ${found.length - mostNamed} more` : '';
  throw new InvalidConfiguration(
    `${found.length} servers have the name "${idOrName}"; give the id of one of them: ${list.join(', ')}${rest}`,
  );
}

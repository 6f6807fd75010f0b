import { printableJson } from '../../lib/basics/printable';
import { formatVersion } from '../../lib/render/json';
import { oneServer } from '../../reports/one-server';
import type { ConsoleOptions } from '../options';
import { runReading } from '../run-report';
import { complain, say } from '../terminal';

/**
 * The address is written to stdout or opened in the browser, and appears nowhere else, because it gives access to the
 * console.
 */
export const consoleOf = (idOrName: string, options: ConsoleOptions): Promise<void> =>
  runReading(options, async ({ readers }) => {
    const server = oneServer(await (await readers.servers()).find(idOrName), idOrName);
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

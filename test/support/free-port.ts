/** Ports for the servers of suites that run side by side. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ListenOptions, type Server } from 'node:net';

/**
 * A port of 127.0.0.1 on which nothing listens, and that no other suite is given while this process lives. Between the question
 * whether a port is free and the server that listens there lies up to a second. So this process holds a socket whose name has
 * the port: the kernel gives a name to one process, and frees it when that process ends.
 *
 * The ports are above those of labs (lab/environment.ts), and below those that Linux gives to connections (32768 to 60999), so
 * no connection can take one before its server listens.
 *
 * @param draw for its own test
 */
export async function freePort(draw = (): number => randomInt(20_100, 32_000)): Promise<number> {
  for (;;) {
    const port = draw();
    const claim = await listening({ path: `\0stackward-test-port-${port}` });
    if (claim === undefined) continue;
    claim.unref();
    const probe = await listening({ port, host: '127.0.0.1' });
    if (probe !== undefined) {
      probe.close();
      await once(probe, 'close');
      return port;
    }
    claim.close();
  }
}

/** Undefined where somebody has the place. */
async function listening(place: ListenOptions): Promise<Server | undefined> {
  const server = createServer().listen(place);
  return once(server, 'listening').then(
    () => server,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') return undefined;
      throw error;
    },
  );
}

/** A port that accepts no further connection, and refuses none. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * If no program accepts and the queue is full, the kernel drops new packets. To a client this looks like a packet
 * filter.
 */
export async function listenWithoutAccepting(): Promise<{ child: ChildProcess; port: number; fillers: Socket[] }> {
  const listen = `
    const server = require('node:net').createServer().listen({ port: 0, backlog: 1 });
    require('node:fs').writeSync(1, String(server.address().port) + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  const fillers: Socket[] = [];
  for (let joined = true; joined;) {
    const socket = connect({ port, host: '127.0.0.1' });
    fillers.push(socket);
    joined = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 200)),
    ]);
  }
  return { child, port, fillers };
}

/** A port that one suite was given is given to no other, also before the first one's server listens there. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { freePort } from '../support/free-port';

/** Gives these ports one after the other, and any port after them. */
const drawn = (...ports: readonly number[]) => {
  const left = [...ports];
  return () => left.shift() ?? randomInt(20_100, 32_000);
};

test('a port is given once, as long as the process lives that has it', async () => {
  const [first, second] = [await freePort(), await freePort()];
  expect([first, second]).not.toContain(await freePort(drawn(first, first, second)));
});

test('a port of another process is given again when that process has ended', async () => {
  const claiming =
    "require('./test/support/free-port.ts').freePort().then((port) => (console.log(port), setInterval(() => 0, 1e6)))";
  const holder = spawn(process.execPath, ['--import', 'tsx', '-e', claiming], {
    cwd: resolve(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  expect(await freePort(drawn(port))).not.toBe(port);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(await freePort(drawn(port))).toBe(port);
});

test('a port on which somebody listens is not given, and stays free for whoever takes it later', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await freePort(drawn(port))).not.toBe(port);
  server.close();
  await once(server, 'close');
  expect(await freePort(drawn(port))).toBe(port);
});

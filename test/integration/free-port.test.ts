/** A port that one suite was given is given to no other, also before the first one's server listens there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { freePort } from '../support/free-port';

/** Gives these ports one after the holder. */
const drawn = (...ports: readonly number[]) => {
  const left = [...ports];
  return () => left.shift() ?? 0;
};

test('a port is given once, as long as the process lives that has it', async () => {
  const [first, second] = [await freePort(), await freePort()];
  expect(await freePort(drawn(first, first, second, 20_042))).toBe(20_042);
});

test('a port of another process is given again when that process has ended', async () => {
  const port = await freePort();
  const claiming = `require('./test/support/free-port.ts').freePort(() => ${port + 1}).then(() => (console.log('given'), setInterval(() => 0, 1e6)))`;
  const holder = spawn(process.execPath, ['--import', 'tsx', '-e', claiming], {
    cwd: resolve(__dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(await freePort(drawn(port + 1, 20_043))).toBe(20_043);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  expect(await freePort(drawn(port + 1))).toBe(port + 1);
});

test('a port on which somebody listens is not given, and stays free for whoever takes it later', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await freePort(drawn(port, 20_044))).toBe(20_044);
  server.close();
  await once(server, 'close');
  expect(await freePort(drawn(port))).toBe(port);
});

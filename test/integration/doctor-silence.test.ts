/** Addresses where nobody, something else, or nothing in time answers: each is told apart, and nobody waits in the dark. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../support/certificates';
import { doctorBench } from '../support/doctor-run';
import { listenWithoutAccepting } from '../support/full-listener';
import { RogueServer } from '../support/rogue-cloud';

const bench = doctorBench();

test('an API that hangs, one whose packets are dropped and one with a strange certificate are told apart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-silence-'));
  const strange = await RogueServer.start(new Authority(folder, 'strange').certificate('api', 'api', 'IP:127.0.0.1'));
  const full = await listenWithoutAccepting();
  bench.cloud.silent.add('/hangs/');
  bench.cloud.catalogue = {
    ...bench.cloud.catalogue,
    image: `${bench.cloud.url}/hangs`,
    placement: `http://127.0.0.1:${full.port}`,
    orchestration: strange.url(),
  };
  try {
    const { results } = await bench.doctor('--only', 'SW-5001');
    expect(results.map(({ subject, found }) => `${subject}: ${found}`).sort()).toEqual([
      'API image: Its endpoint accepts the connection, and does not answer in time.',
      'API orchestration: The certificate of its endpoint is not trusted here.',
      'API placement: The connection to its endpoint gets no answer: packets are dropped on the way, or the host is down.',
    ]);
  } finally {
    for (const socket of full.fillers) socket.destroy();
    full.child.kill('SIGKILL');
    await once(full.child, 'exit');
    await strange.stop();
    rmSync(folder, { recursive: true });
  }
});

test('a login that hangs ends after ten seconds, and stderr says meanwhile for what it waits', async () => {
  bench.cloud.silent.add('/v3/auth/tokens');
  const { code, stdout, stderr } = await bench.folder.run(['doctor', '--only', 'SW-1001']);
  expect([code, stderr]).toEqual([2, 'Waiting for the login.\n']);
  expect(stdout).toContain('fault SW-9001  credentials');
  expect(stdout.replace(/\s+/g, ' ')).toContain('had not ended its answer after 10 s');
});

const page = '<html>no';
const ofKeystone = '{"error":{"message":"The resource could not be found.","code":404,"title":"Not Found"}}';

test.each<[string, number, string, RegExp]>([
  [
    'a web server',
    501,
    page,
    /^cloud private: SimpleHTTP\/0\.6, and no Keystone, answers at \S+, with 501; correct "auth_url"/,
  ],
  ['a Keystone whose API v3 is off', 404, ofKeystone, /^cloud private: Keystone answers at \S+, and has no API v3 there; correct/], // prettier-ignore
  ['a proxy without a Keystone behind it', 503, page, /a proxy does that where the Keystone behind it is not there/],
])('%s at auth_url is said to be what it is', async (_, status, body, why) => {
  const server = await RogueServer.start();
  server.answer = (_request, response) =>
    void response.writeHead(status, { server: 'SimpleHTTP/0.6', 'content-type': 'text/html' }).end(body);
  try {
    bench.folder.write('clouds.yaml', bench.cloud.clouds().replaceAll(bench.cloud.url, server.url()));
    const { results } = await bench.doctor('--only', 'SW-1001');
    expect(results[0]).toMatchObject({ code: 'SW-9001', evidence: expect.arrayContaining([expect.stringMatching(why)]) as unknown }); // prettier-ignore
  } finally {
    await server.stop();
  }
});

test('a password in the words of a service is in no report', async () => {
  const words = 'no connection to mysql+pymysql://nova:s3/cr3t?x@db1/nova';
  bench.cloud.nova = [{ binary: 'nova-compute', host: 'c1', state: 'up', age: 3, isAlive: true, status: 'disabled', disabled_reason: `AUTO: ${words}` }]; // prettier-ignore
  for (const command of [['doctor', '--only', 'SW-1004'], ['doctor', '--only', 'SW-1004', '--json'], ['services'], ['services', '--json']]) {
    const { stdout } = await bench.folder.run(command);
    expect(stdout).toContain('mysql+pymysql://***');
    expect(stdout).not.toMatch(/s3|cr3t/);
  }
}); // prettier-ignore

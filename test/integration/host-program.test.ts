/** A host that is reached and can't run the program, or whose program hangs, dies or never ends, in one sentence each. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { SshHost, type SshOptions } from '../../adapters/host/ssh-host';
import type { StackwardError } from '../../lib/basics/errors';
import { askFacts, create, failure, sentAlong, transient, unrecoverable } from '../support/host-failure';
import { hostSource } from '../support/host-releases';
import { makeLogin, type Login } from '../support/login';
import { Sshd } from '../support/sshd';

let sshd: Sshd;
let login: Login;
let folder: string;
let opened: SshHost[] = [];
beforeAll(async () => {
  sshd = await Sshd.start();
  folder = mkdtempSync('/tmp/stackward-program-');
  login = makeLogin('/bin/sh', [sentAlong]);
  sshd.addWay('host', { user: login.name });
});
afterEach(async () => {
  await Promise.all(opened.map((host) => host.close()));
  opened = [];
});
afterAll(async () => {
  login.remove();
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

function open(destination: string, more: Partial<SshOptions> = {}): SshHost {
  const host = new SshHost('cnode01', { destination, configFile: sshd.configFile, ...more });
  opened.push(host);
  return host;
}

const bin = (name: string, python?: string): string => {
  const path = join(folder, name);
  mkdirSync(path);
  for (const tool of ['id', 'sh', 'cat'])
    writeFileSync(join(path, tool), `#!/bin/sh\nexec /usr/bin/${tool} "$@"\n`, { mode: 0o755 });
  if (python !== undefined) writeFileSync(join(path, 'python3'), python, { mode: 0o755 });
  chmodSync(folder, 0o755);
  return path;
};
/** The machine's own shell, with this PATH alone. */
const withPath = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const { PATH } = process.env;
  process.env.PATH = path;
  return work().finally(() => (process.env.PATH = PATH));
};

test('a host without Python, and one whose python is a shim without a Python, are named', async () => {
  for (const path of [bin('none'), bin('shim', '#!/bin/sh\nexit 127\n')])
    expect(await failure(withPath(path, () => askFacts(new LocalHost('cnode01'))))).toMatchObject(
      unrecoverable(/^neither python3, python2 nor python runs there; install Python/),
    );
});

/** Of no other run on this machine. */
const sleepSeconds = `4711.${process.pid}`;

test('a host program that hangs is ended by the deadline on the host and by the one here', async () => {
  // The host's deadline is 1 s. Its program has started before, so the answer has the rest of the time.
  const host = open('host', { requestTimeoutMs: 2400 });
  await askFacts(host);
  const hang = spawn('/usr/bin/python3', ['-c', lockFolder, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(hang.stdout, 'data');
  const outcomes = await host.write([
    [create(join(folder, 'late'), 1), create(join(folder, 'later'), 1)],
    [create(join(folder, 'latest'), 1)],
  ]);
  expect(outcomes).toMatchObject([
    [{ reason: 'overdue', error: { reason: 'TransientError' } }, { reason: 'skipped' }],
    [{ reason: 'skipped' }],
  ]);
  hang.stdin.end();
  await once(hang, 'exit');
  expect(readdirSync(folder).filter((name) => name.startsWith('late'))).toEqual([]);

  const sleeper = bin('sleeper', `#!/bin/sh\nexec /usr/bin/sleep ${sleepSeconds}\n`);
  const local = new LocalHost('cnode01', { requestTimeoutMs: 1000 });
  expect(await failure(withPath(sleeper, () => local.write([[create(join(folder, 'late'), 1)]])))).toMatchObject(
    transient(/^no answer within 1 s, and the program was ended.*done whole or not at all/),
  );
  expect(spawnSync('pgrep', ['-f', `sleep ${sleepSeconds}`]).status).toBe(1);
});

test('a host program that dies by itself or under sudo fails the request', async () => {
  // Its last word is one character, which comes in two pieces.
  const words = "printf '\\354' >&2; /usr/bin/sleep 0.2; printf '\\225\\204' >&2";
  const path = bin('dying', `#!/bin/sh\n${words}\nkill -KILL $$\n`);
  expect(await failure(withPath(path, () => askFacts(new LocalHost('cnode01'))))).toMatchObject(
    transient(/^the program ended without an answer \(아.*nothing was changed/),
  );
  const program = join(bin('dying-as-root'), 'python3');
  const host = open(sshd.addWay('dying', { user: login.name, path: `${dirname(program)}:/usr/bin` }));
  login.allow([`${program} -ES -c *`]);
  const dying = async (signal: string): Promise<StackwardError> => {
    writeFileSync(program, `#!/bin/sh\nkill -${signal} $$\n`, { mode: 0o755 });
    return failure(host.write([[create(join(folder, 'unwritten'), 1)]]));
  };
  for (const signal of ['KILL', 'TERM'])
    expect(await dying(signal)).toMatchObject(
      transient(/^the program ended without an answer.*each write that was asked for is done whole or not at all/),
    );
  expect(await dying('ALRM')).toMatchObject(transient(/^no answer within 120 s.*done whole or not at all/));
  login.allow([sentAlong]);
  expect(await dying('KILL')).toMatchObject(
    unrecoverable(new RegExp(`^sudo doesn't let this login run ${program} as root`)),
  );
});

test('a host program that ends with 1 before its answer may have written, and one that no shell could start wrote nothing', async () => {
  const made = join(folder, 'made');
  const outOfMemory = join(folder, 'out-of-memory');
  const source = hostSource.replace('put_answer(answer_to(body))', 'answer_to(body)\n        raise MemoryError()');
  writeFileSync(outOfMemory, source, { mode: 0o755 });
  writeFileSync(`${outOfMemory}.limits`, JSON.stringify({ write: [made] }));
  const mute = { installed: outOfMemory, requestTimeoutMs: 20_000 };
  expect(await failure(new LocalHost('cnode01', mute).write([[create(made, 1)]]))).toMatchObject(
    transient(/^the program ended without an answer \(exit code 1\); each write .* is done whole or not at all/),
  );
  expect(readdirSync(folder)).toContain('made');
  expect(await failure(askFacts(new LocalHost('cnode01', mute)))).toMatchObject(
    unrecoverable(/^the program could not be run \(exit code 1\): it said nothing/),
  );
  const installed = join(folder, 'not-runnable');
  writeFileSync(installed, '#!/usr/bin/python-of-nobody\n', { mode: 0o755 });
  expect(await failure(new LocalHost('cnode01', { installed }).write([[create(made, 1)]]))).toMatchObject(
    unrecoverable(/^the program could not be run \(exit code 12[67]\)/),
  );
});

test('a host program that never stops printing is ended, and the failure is not a passing one', async () => {
  for (const to of ['1', '2']) {
    const path = bin(`endless-${to}`, `#!/bin/sh\nexec /usr/bin/yes >&${to}\n`);
    expect(await failure(withPath(path, () => askFacts(new LocalHost('cnode01'))))).toMatchObject(
      unrecoverable(/^more than 32 MiB came back, and no more is taken/),
    );
  }
});

test('a login script may print, also what looks like an answer', async () => {
  const path = bin('noisy', '#!/bin/sh\nprintf "hello\\nstackward-answer 2\\n{}"\nexec /usr/bin/python3 "$@"\n');
  expect(await withPath(path, () => askFacts(new LocalHost('cnode01')))).toMatchObject([{ ok: true }]);
});

/** Holds the lock that our own writers take on a folder, until its stdin ends. */
const lockFolder = `
import fcntl, os, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print('held', flush=True)
sys.stdin.read()
`;

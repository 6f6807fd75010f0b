/**
 * The verbs of the host program for throughput, over a real ssh and sudo, by the installed program: what its limits allow, and
 * that nothing of iperf3 stays when the connection is cut (case 1029).
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshHost } from '../../adapters/host/ssh-host';
import type { HostWrite } from '../../lib/hosts/host';
import { hostSource } from '../support/host-releases';
import { makeLogin, type Login } from '../support/login';
import { comesTrue, programsIn } from '../support/namespace-programs';
import { findPython2 } from '../support/python2';
import { Sshd } from '../support/sshd';

const namespace = `tpc${randomBytes(4).toString('hex')}`;
const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
let sshd: Sshd;
let login: Login;
const opened: SshHost[] = [];

beforeAll(async () => {
  ip('netns', 'add', namespace);
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  sshd = await Sshd.start();
  login = makeLogin('/bin/sh', []);
});
afterAll(async () => {
  await Promise.all(opened.map((host) => host.close()));
  login.remove();
  await sshd.stop();
  ip('netns', 'del', namespace);
});

let ways = 0;
/** Two ways to one machine, which is client and server here. */
function open(limits: object, interpreter?: string): readonly [SshHost, SshHost] {
  const path = join(sshd.folder, `program-${++ways}`);
  const text =
    interpreter === undefined ? hostSource : hostSource.replace('#!/usr/bin/python3 -Es', `#!${interpreter} -Es`);
  writeFileSync(path, text, { mode: 0o755 });
  writeFileSync(`${path}.limits`, JSON.stringify(limits), { mode: 0o644 });
  login.allow([`${path} ""`]);
  const host = () => {
    const destination = sshd.addWay(`way-${++ways}`, { user: login.name, namespace });
    return new SshHost('web1', { destination, configFile: sshd.configFile, installed: path });
  };
  const both = [host(), host()] as const;
  opened.push(...both);
  return both;
}

const serve = { verb: 'serve-throughput', address: '127.0.0.1', seconds: 1 } as const;
const measure = { verb: 'measure-throughput', address: '127.0.0.1', seconds: 1, mbit: 20, reverse: false } as const;
const allowed = { throughput: ['serve', '127.0.0.1'] };

async function outcomeOf(host: SshHost, write: HostWrite) {
  const [[outcome] = []] = await host.write([[write]]);
  return outcome?.ok === true ? outcome.value : `${outcome?.reason}: ${outcome?.error.message}`;
}

const tools = () => programsIn(namespace).filter(({ name }) => name.startsWith('iperf3'));

test('an installed program measures at the addresses of its limits, and serves where they have the word', async () => {
  const [none, another] = open({ throughput: ['192.0.2.7'] });
  expect(await outcomeOf(none, serve)).toMatch(
    /^outside-limits: .*the limits of the host program name no serve in "throughput"/,
  );
  expect(await outcomeOf(another, measure)).toMatch(/^outside-limits: .*name no 127\.0\.0\.1 in "throughput"/);
  const [server, client] = open(allowed);
  const [served, measured] = await Promise.all([outcomeOf(server, serve), outcomeOf(client, measure)]);
  expect(served).toEqual({ isServed: true });
  expect((measured as { said: string }).said).toContain('"sum_received"');
});

const python2 = findPython2('the verbs for throughput');
test('the verbs measure with Python 2.7 as well', async () => {
  const [server, client] = open(allowed, python2);
  const [served, measured] = await Promise.all([
    outcomeOf(server, serve),
    outcomeOf(client, { ...measure, reverse: true }),
  ]);
  expect(served).toEqual({ isServed: true });
  expect((measured as { said: string }).said).toContain('"sum_received"');
});

test('a client without a server ends with what iperf3 says of it', async () => {
  const [client] = open(allowed);
  expect(await outcomeOf(client, measure)).toMatchObject({ said: expect.stringContaining('Connection refused') });
});

test.each<[HostWrite, RegExp]>([
  [{ ...measure, seconds: 31 }, /"seconds" must be a number of 1 to 30/],
  [{ ...measure, mbit: 100_001 }, /"mbit" must be a number of 1 to 100000/],
  [{ ...measure, address: '-R' }, /"address" must be an address/],
  [{ ...serve, address: 'web1' }, /"address" must be an address/],
  [{ ...serve, seconds: 0 }, /"seconds" must be a number of 1 to 30/],
])('the program refuses %j', async (write, words) => {
  const [host] = open(allowed);
  expect(await outcomeOf(host, write)).toMatch(words);
});

/** By itself iperf3 would end after 42 s, and the test fails before. */
const beforeAlarmMs = 30_000;
test(
  'iperf3 ends at once when the connection is cut',
  async () => {
    const [server] = open(allowed);
    const cut = outcomeOf(server, { ...serve, seconds: 30 }).catch((error: unknown) => String(error));
    await comesTrue(() => tools().length === 1);
    const ssh = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'ssh .*way-'], { encoding: 'utf8' });
    for (const pid of ssh.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
    await comesTrue(() => tools().length === 0);
    expect(await cut).toMatch(/connection|ended/);
  },
  beforeAlarmMs,
);

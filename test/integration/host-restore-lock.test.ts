/** Tables are restored though the lock of iptables is held for a while, also where iptables-restore knows no `--wait`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalHost } from '../../adapters/host/local-host';
import type { HostWrite, Outcome } from '../../lib/hosts/host';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
const chain = 'stackward-0a1b2c3d';
const rule =
  '-s 192.0.2.1/32 -m physdev --physdev-in tap0 --physdev-out qvb0 --physdev-is-bridged -m comment --comment "stackward:acme/Branch" -j ACCEPT';
const hook = 'neutron-filter-top';
const made = `*filter\n-N ${chain}\n-A ${chain} ${rule}\n-A ${hook} -j ${chain}\nCOMMIT\n`;

let folder: string;
let namespace: Namespace;
let holder: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync('/tmp/stackward-restore-');
  namespace = makeNamespace();
  for (const variant of ['nft', 'legacy']) namespace.run(`iptables-${variant}`, '-N', hook);
});
afterEach(() => {
  holder?.kill();
  holder = undefined;
  namespace.remove();
  rmSync(folder, { recursive: true });
});

/** A host with iptables-restore of these lines, which write each try into a file. */
function hostWith(restoreOf: (variant: string) => string, lockSeconds: number): LocalHost {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const variant of ['legacy', 'nft'])
    writeFileSync(join(bin, `iptables-${variant}-restore`), `#!/bin/sh\n${restoreOf(variant)}\n`, { mode: 0o755 });
  const installed = join(folder, 'stackward-host');
  const program = source
    .replace("{'PATH': '", `{'PATH': '${bin}:`)
    .replace(/^LOCK_SECONDS = .*$/m, `LOCK_SECONDS = ${lockSeconds}`);
  writeFileSync(installed, program, { mode: 0o755 });
  return new LocalHost('cnode01', { namespace: namespace.name, installed });
}

/** A program whose iptables-restore is of before 1.6.2, with a lock of its own that the real one takes. */
const oldHost = (lockSeconds: number): LocalHost =>
  // One second is the shortest time that the real iptables-restore waits before it gives up.
  hostWith(
    (variant) => `case "$*" in --help) echo 'Usage: iptables-restore [-c] [-n]'; exit 1;; -n) ;; *) exit 2;; esac
echo tried >>${folder}/tries
XTABLES_LOCKFILE=${folder}/lock exec /usr/sbin/iptables-${variant}-restore -n --wait=1`,
    lockSeconds,
  );

/** A program whose iptables-restore is the real one, which knows --wait, with a lock of its own. */
const newHost = (lockSeconds: number, firstTry = ':'): LocalHost =>
  hostWith(
    (variant) => `export XTABLES_LOCKFILE=${folder}/lock
case "$*" in *--help*) ;; *) echo tried >>${folder}/tries; test $(wc -l <${folder}/tries) != 1 || { ${firstTry}; };; esac
exec /usr/sbin/iptables-${variant}-restore "$@"`,
    lockSeconds,
  );

const tries = (): number =>
  existsSync(join(folder, 'tries')) ? readFileSync(join(folder, 'tries'), 'utf8').split('\n').length - 1 : 0;

async function holdLock(): Promise<void> {
  const hold =
    'import fcntl, sys\nlock = open(sys.argv[1], "w")\nfcntl.flock(lock, fcntl.LOCK_EX)\nprint("held", flush=True)\nsys.stdin.read()';
  holder = spawn('/usr/bin/python3', ['-c', hold, join(folder, 'lock')], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(holder.stdout!, 'data');
}

async function restore(
  host: LocalHost,
  text: string,
  variant: 'legacy' | 'nft' = 'legacy',
): Promise<Outcome<object> | undefined> {
  const write: HostWrite = { verb: 'restore-tables', family: 4, variant, text };
  return (await host.write([[write]]))[0]?.[0];
}

test('the program tries again until the lock of the tables is given back', async () => {
  const host = oldHost(60);
  await holdLock();
  let ended = false;
  const restoring = restore(host, made).finally(() => (ended = true));
  while (tries() < 2 && !ended) await sleep(10);
  expect(namespace.run('iptables-legacy-save')).not.toContain(chain);
  holder?.stdin?.end();
  expect(await restoring).toEqual({ ok: true, value: {} });
  expect(namespace.run('iptables-legacy-save')).toContain(`-A ${chain} ${rule}\n`);
});

test('the program reports a lock of the tables that stays held as busy, and changes nothing', async () => {
  const host = oldHost(1);
  await holdLock();
  expect(await restore(host, made)).toMatchObject({ ok: false, reason: 'busy', error: { reason: 'TransientError' } });
  expect(namespace.run('iptables-legacy-save')).not.toContain(chain);
});

test('the program waits once for a lock of the tables that stays held where iptables-restore waits itself', async () => {
  const host = newHost(1);
  await holdLock();
  expect(await restore(host, made)).toMatchObject({
    ok: false,
    reason: 'busy',
    error: { message: expect.stringMatching(/xtables lock\. Stopped waiting after 1s/) as unknown },
  });
  expect(tries()).toBe(1);
  expect(namespace.run('iptables-legacy-save')).not.toContain(chain);
});

test('the program tries again where it loses a race after iptables-restore got the lock', async () => {
  const waited =
    'Another app is currently holding the xtables lock; still 1s 0us time ahead to have a chance to grab the lock...';
  const host = newHost(1, `echo '${waited}' >&2; echo 'iptables-restore: line 4 failed' >&2; exit 4`);
  expect(await restore(host, made)).toEqual({ ok: true, value: {} });
  expect(tries()).toBe(2);
});

test('the program reports a chain that is not empty at once', async () => {
  const host = oldHost(60);
  await restore(host, made, 'nft');
  const before = tries();
  expect(await restore(host, `*filter\n-X ${chain}\nCOMMIT\n`, 'nft')).toMatchObject({
    ok: false,
    reason: 'busy',
    error: { message: expect.stringMatching(/iptables-nft-restore ended with 4: /) as unknown },
  });
  expect(tries() - before).toBe(1);
  expect(namespace.run('iptables-nft-save')).toContain(`-A ${chain} ${rule}\n`);
});

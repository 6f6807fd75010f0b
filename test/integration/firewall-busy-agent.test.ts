/**
 * Beside an agent that writes without a pause. iptables-nft takes no lock: where the agent's commit falls between its look at the
 * tables and its own commit, it fails, though nobody touched our chain.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import type { HostWrite, Outcome } from '../../lib/hosts/host';
import { findOwnChains, renderReplacement, type OwnRules } from '../../lib/iptables/own-chain';
import { parseRuleset } from '../../lib/iptables/ruleset';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const chain = 'stackward-0a1b2c3d';
const agent =
  '*filter\n:neutron-filter-top - [0:0]\n:neutron-openvswi-sg - [0:0]\n-A FORWARD -j neutron-filter-top\nCOMMIT\n';
const busy = `while [ -e "$0/busy" ]; do
  printf '%s\\n' '*filter' ':neutron-openvswi-sg - [0:0]' '-A neutron-openvswi-sg -s 192.0.2.1/32 -j RETURN' COMMIT |
    iptables-nft-restore -n || exit
  echo >>"$0/written"
done`;

const between = '-m physdev --physdev-in tap0 --physdev-out qvb0 --physdev-is-bridged';
const comment = '-m comment --comment "stackward:acme/Branch"';
/** The `marked` form: the two tables are two transactions. */
const rulesFor = (source: string): OwnRules => ({
  mangle: [
    `-s ${source}/32 ${between} -m mac --mac-source fa:16:3e:9b:da:ee ${comment} -j MARK --set-xmark 0x80000000/0x80000000`,
  ],
  filter: [
    `${between} -m mark --mark 0x80000000/0x80000000 ${comment} -j ACCEPT`,
    `-s ${source}/32 ${between} ${comment} -j ACCEPT`,
  ],
});

let folder: string;
let namespace: Namespace;
let host: LocalHost;
let writer: ChildProcess;
beforeEach(async () => {
  folder = mkdtempSync('/tmp/stackward-busy-');
  namespace = makeNamespace();
  namespace.feed(agent, 'iptables-nft-restore');
  host = countingHost();
  writeFileSync(join(folder, 'busy'), '');
  writer = spawn('ip', ['netns', 'exec', namespace.name, 'sh', '-c', busy, folder], { stdio: 'inherit' });
  while (lines('written') === 0) await new Promise((resolve) => setTimeout(resolve, 5));
});
afterEach(async () => {
  rmSync(join(folder, 'busy'));
  const [code] = writer.exitCode === null ? ((await once(writer, 'exit')) as [number]) : [writer.exitCode];
  namespace.remove();
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
});

const lines = (name: string): number => {
  try {
    return readFileSync(join(folder, name), 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
};

/** A host program whose iptables-nft-restore adds a line to `tried` each time. */
function countingHost(): LocalHost {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const tool = `#!/bin/sh\n[ "$1" = --help ] || echo >>${folder}/tried\nexec /usr/sbin/iptables-nft-restore "$@"\n`;
  writeFileSync(join(bin, 'iptables-nft-restore'), tool, { mode: 0o755 });
  const installed = join(folder, 'stackward-host');
  const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
  writeFileSync(installed, source.replace("{'PATH': '", `{'PATH': '${bin}:`), { mode: 0o755 });
  return new LocalHost('cnode01', { namespace: namespace.name, installed });
}

const saved = (): string => namespace.run('iptables-nft-save');
const ours = () => findOwnChains(parseRuleset(saved()), chain);

async function write(text: string): Promise<Outcome<object> | undefined> {
  const restore: HostWrite = { verb: 'restore-tables', family: 4, variant: 'nft', text };
  return (await host.write([[restore]]))[0]?.[0];
}

test("each write beside a busy agent is done, though the agent's commits make the first try of some fail", async () => {
  let races = 0;
  for (let done = 0; done < 300 && races < 3; done += 1) {
    const wanted = rulesFor(`10.1.${done >> 8}.${done & 255}`);
    const before = lines('tried');
    expect(await write(renderReplacement(chain, ours(), wanted))).toEqual({ ok: true, value: {} });
    expect(ours()).toEqual({
      mangle: { exists: true, jumps: 1, rules: wanted.mangle },
      filter: { exists: true, jumps: 1, rules: wanted.filter },
    });
    races += lines('tried') - before - 2;
  }
  expect(races).toBeGreaterThanOrEqual(3);
  expect(saved()).toContain('-A neutron-openvswi-sg -s 192.0.2.1/32 -j RETURN');
});

test('a rule that somebody put into one table has its write refused, and the message names the table that is done', async () => {
  const [first, second] = [rulesFor('10.1.0.1'), rulesFor('10.1.0.2')];
  expect(await write(renderReplacement(chain, ours(), first))).toEqual({ ok: true, value: {} });
  const text = renderReplacement(chain, ours(), second);
  namespace.run('iptables-nft', '-t', 'mangle', '-A', chain, '-p', 'udp', '-j', 'DROP');
  const message = expect.stringMatching(/failed: filter is done; then iptables-nft-restore ended with/) as unknown;
  expect(await write(text)).toMatchObject({ ok: false, error: { message } });
  expect([ours().filter.rules, ours().mangle.rules]).toEqual([second.filter, [...first.mangle, '-p udp -j DROP']]);
});

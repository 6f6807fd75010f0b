/** Requests to `restore-tables` that no stackward sends: a login that can talk to the host program changes no foreign chain through it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const chain = 'stackward-0a1b2c3d';
const way = '-m physdev --physdev-in tap28f25940-63 --physdev-out qvb28f25940-63 --physdev-is-bridged';
const rule = (word: string): string => `-s 10.99.0.0/24 ${way} -m comment --comment stackward:acme/${word} -j ACCEPT`;
const agent = `*filter
:FORWARD DROP [0:0]
:some-foreign-chain - [0:0]
:neutron-filter-top - [0:0]
-A FORWARD -j neutron-filter-top
-A some-foreign-chain -s 203.0.113.9/32 -j DROP
COMMIT
`;

/** iptables-restore reads 10,239 bytes of a line, and takes the rest of it for the next line. */
const padded = (rest: string): string => `-A ${chain} ${rule('Branch')}`.padEnd(10_239) + rest;

let folder: string;
let namespace: Namespace;
let host: LocalHost;
beforeEach(() => {
  folder = mkdtempSync('/tmp/stackward-tables-');
  namespace = makeNamespace();
  host = new LocalHost('cnode01', { namespace: namespace.name });
});
afterEach(() => {
  namespace.remove();
  rmSync(folder, { recursive: true });
});

const outcomeOf = async (variant: 'nft' | 'legacy', lines: readonly string[]) =>
  (await host.write([[{ verb: 'restore-tables', family: 4, variant, text: `${lines.join('\n')}\n` }]]))[0]?.[0];

describe.each(['nft', 'legacy'] as const)('iptables-%s', (variant) => {
  const save = (): string => namespace.run(`iptables-${variant}-save`).replace(/^#.*\n|\[\d+:\d+\]/gm, '');

  test.each([
    ['flushes a foreign chain', padded('-F some-foreign-chain')],
    ['opens a policy', padded('-P FORWARD ACCEPT')],
    ['adds to a foreign chain', padded('-A some-foreign-chain -j ACCEPT')],
    ['deletes a rule of a foreign chain', padded('-D some-foreign-chain -s 203.0.113.9/32 -j DROP')],
  ])(
    "is not given a line of stackward's that is padded beyond the buffer of iptables-restore and %s",
    async (_, line) => {
      namespace.feed(agent, `iptables-${variant}-restore`);
      const before = save();
      const outcome = await outcomeOf(variant, ['*filter', `-N ${chain}`, line, 'COMMIT']);
      expect(save()).toBe(before);
      expect(outcome).toMatchObject({ ok: false, reason: 'refused' });
    },
  );

  test.each([
    ['a jump elsewhere', `-A ${chain} -j some-foreign-chain`],
    ['a pass for everybody', `-A ${chain} -s 10.99.0.0/24 -j ACCEPT`],
    ['a rule that writes to the log', `-A ${chain} -s 10.99.0.0/24 ${way} -j LOG --log-prefix x`],
    ['a rule with another table in it', `-A ${chain} -t nat ${rule('x')}`],
    ['a device that is a pattern', `-A ${chain} ${rule('x').replace('qvb28f25940-63', '+')}`],
    ['a device on both sides that is a tap', `-A ${chain} ${rule('x').replace('qvb28f25940-63', 'tap+')}`],
    ['a negated source', `-A ${chain} ! ${rule('x')}`],
  ])('is not given %s', async (_, line) => {
    namespace.feed(agent, `iptables-${variant}-restore`);
    const before = save();
    const outcome = await outcomeOf(variant, ['*filter', `-N ${chain}`, line, 'COMMIT']);
    expect(save()).toBe(before);
    expect(outcome).toMatchObject({ ok: false, reason: 'refused' });
  });

  test('is not given a rule that names a program for iptables-restore to run', async () => {
    const [ran, program] = [join(folder, 'ran'), join(folder, 'program')];
    writeFileSync(program, `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    const lines = [`-A ${chain} ${rule('x').replace('-j', `--modprobe=${program} -m nosuchmatch -j`)}`];
    const outcome = await outcomeOf(variant, ['*filter', `-N ${chain}`, ...lines, 'COMMIT']);
    expect([existsSync(ran), outcome]).toEqual([false, expect.objectContaining({ ok: false, reason: 'refused' })]);
  });
});

test('a chain that exists is not emptied, so whoever wrote into it keeps the rule', async () => {
  namespace.feed(agent, 'iptables-nft-restore');
  namespace.feed(`*filter\n:${chain} - [0:0]\n-A ${chain} -p udp -j DROP\nCOMMIT\n`, 'iptables-nft-restore', '-n');
  const flush = [`:${chain} - [0:0]`, `-A ${chain} ${rule('x')}`, `-A neutron-filter-top -j ${chain}`];
  const outcome = await outcomeOf('nft', ['*filter', ...flush, 'COMMIT']);
  expect(namespace.run('iptables-nft-save')).toContain(`-A ${chain} -p udp -j DROP\n`);
  expect(outcome).toMatchObject({ ok: false, reason: 'refused' });
});

test.each([
  ['a second owner in one request', ['*filter', `-X ${chain}`, 'COMMIT', '*mangle', `-X ${chain}0`, 'COMMIT']],
  ['a jump to a chain of another owner', ['*filter', `-D neutron-filter-top -j ${chain}0`, `-X ${chain}`, 'COMMIT']],
  ['a jump in the table that has no such place', ['*mangle', `-D neutron-filter-top -j ${chain}`, 'COMMIT']],
  ['a rule of filter in mangle', ['*mangle', `-D ${chain} ${rule('x')}`, 'COMMIT']],
  ['a rule outside of every table', [`-N ${chain}`, '*filter', 'COMMIT']],
  ['a table that is not committed', ['*filter', `-X ${chain}`]],
  ['a table twice', ['*filter', `-X ${chain}`, 'COMMIT', '*filter', `-X ${chain}`, 'COMMIT']],
  ['a table that is never ours', ['*nat', `-N ${chain}`, 'COMMIT']],
  ['an empty line', ['*filter', '', 'COMMIT']],
  ['a name of a chain that no owner has', ['*filter', '-X stackward-0a1b2c3', 'COMMIT']],
])('%s is refused', async (_, lines) => {
  expect(await outcomeOf('nft', lines)).toMatchObject({ ok: false, reason: 'refused' });
});

/** Packet-filter tables and bridge flags of a `Host`, in a network namespace of the suite's own. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenHost } from '../../adapters/host/host-pool';
import { ownerMark, valueOf, type HostTables, type HostWrite, type Outcome } from '../../lib/hosts/host';

const text = (part: string | RegExp): unknown => expect.stringMatching(part);
const refused = (reason: string, kind: string, part: string | RegExp): unknown => ({
  ok: false,
  reason,
  error: expect.objectContaining({ reason: kind, message: text(part) }) as unknown,
});

export interface Namespace {
  readonly name: string;
  run(...argv: string[]): string;
  feed(input: string, ...argv: string[]): string;
  remove(): void;
}

export function makeNamespace(): Namespace {
  const name = `swh-${randomBytes(4).toString('hex')}`;
  execFileSync('ip', ['netns', 'add', name]);
  const feed = (input: string, ...argv: string[]): string =>
    execFileSync('ip', ['netns', 'exec', name, ...argv], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 << 20,
    });
  return {
    name,
    feed,
    run: (...argv) => feed('', ...argv),
    remove: () => execFileSync('ip', ['netns', 'delete', name]),
  };
}

const agent =
  '*filter\n:neutron-filter-top - [0:0]\n-A FORWARD -j neutron-filter-top\n-A neutron-filter-top -s 192.0.2.1/32 -j RETURN\nCOMMIT\n';
const chain = `stackward-${ownerMark('team-a')}`;
const rule = (address: string): string =>
  `-A ${chain} -s ${address}/32 -m physdev --physdev-in tap0 --physdev-out qvb0 --physdev-is-bridged -m comment --comment "stackward:acme/Branch" -j ACCEPT`;
const first = `*filter\n-N ${chain}\n${rule('198.51.100.1')}\n-A neutron-filter-top -j ${chain}\nCOMMIT\n`;
const replace = (from: string, to: string): string =>
  `*filter\n-D neutron-filter-top -j ${chain}\n${rule(from).replace('-A', '-D')}\n-X ${chain}\n-N ${chain}\n${rule(to)}\n-A neutron-filter-top -j ${chain}\nCOMMIT\n`;

/** @param open a host that works as root in this namespace */
export function networkContract(name: string, open: (namespace: string) => Promise<OpenHost>): void {
  describe(`Host, tables and bridges: ${name}`, () => {
    let host: OpenHost;
    let namespace: Namespace;
    beforeEach(async () => {
      namespace = makeNamespace();
      host = await open(namespace.name);
    });
    afterEach(async () => {
      await host.close();
      namespace.remove();
    });
    const save = async (family: 4 | 6): Promise<HostTables> => {
      const [outcome] = await host.read([{ verb: 'save-tables', family }]);
      return valueOf(outcome);
    };
    const restore = (family: 4 | 6, variant: HostTables['variant'], lines: string): HostWrite => ({
      verb: 'restore-tables',
      family,
      variant,
      text: lines,
    });
    const write = async (request: HostWrite): Promise<Outcome<object> | undefined> =>
      (await host.write([[request]]))[0]?.[0];

    test.each([
      [4, 'nft', 'iptables'],
      [4, 'legacy', 'iptables'],
      [6, 'nft', 'ip6tables'],
    ] as const)(
      'writes IPv%d rules with %s where the agent has its tables, as one change, and keeps foreign rules',
      async (family, variant, tool) => {
        const to6 = (lines: string): string =>
          family === 4 ? lines : lines.replace(/[\d.]+\.(\d+)\/32/g, '2001:db8::$1/128');
        namespace.feed(to6(agent), `${tool}-${variant}-restore`);
        expect(await save(family)).toMatchObject({ variant, hasHook: true });
        expect(await write(restore(family, variant, to6(first)))).toEqual({ ok: true, value: {} });
        const done = await save(family);
        for (const line of to6(`${agent}${first}`)
          .split('\n')
          .filter((line) => line.startsWith('-A')))
          expect(done.text).toContain(`${line}\n`);
        expect(await write(restore(family, variant, to6(replace('198.51.100.1', '198.51.100.2'))))).toMatchObject({
          ok: true,
        });
        expect((await save(family)).text).not.toContain(to6(rule('198.51.100.1')));

        // These texts expect things that are no longer there, so none of them is written.
        const before = await save(family);
        const stale = await write(restore(family, variant, to6(replace('198.51.100.1', '198.51.100.3'))));
        expect(stale).toEqual(refused('rejected', 'StalePlan', /-restore ended with 1: .*plan again/));
        namespace.run(`${tool}-${variant}`, '-A', chain, '-p', 'udp', '-j', 'DROP');
        const foreign = await write(restore(family, variant, to6(replace('198.51.100.2', '198.51.100.3'))));
        expect(foreign).toMatchObject({ ok: false, reason: text(/busy|rejected/) });
        const rules = (tables: string): string[] =>
          tables.split('\n').filter((line) => line.startsWith('-A') && !line.includes('udp'));
        expect(rules((await save(family)).text)).toEqual(rules(before.text));
      },
    );

    test('reports a missing neutron-filter-top, and leaves tables alone that have it in both variants', async () => {
      expect(await save(4)).toMatchObject({ hasHook: false, variant: 'nft' });
      expect(await write(restore(4, 'nft', first))).toEqual(
        refused('rejected', 'StalePlan', /iptables-nft-restore ended with/),
      );
      expect((await save(4)).text).not.toContain(chain);
      for (const variant of ['nft', 'legacy']) namespace.feed(agent, `iptables-${variant}-restore`);
      const [outcome] = await host.read([{ verb: 'save-tables', family: 4 }]);
      expect(outcome).toEqual(refused('two-variants', 'Blocked', /both iptables-nft and iptables-legacy/));
    });

    test("refuses each line about chains or rules that are not stackward's", async () => {
      namespace.feed(agent, 'iptables-nft-restore');
      const before = rulesOf((await save(4)).text);
      const lines = [
        ':neutron-filter-top - [0:0]',
        ':FORWARD ACCEPT [0:0]',
        '-F',
        '-A FORWARD -j ACCEPT',
        '-D neutron-filter-top -s 192.0.2.1/32 -j RETURN',
        '-A neutron-filter-top -j stackward-neutron-openvswi-x',
        '*nat',
        `-X ${chain}\r`,
        `-A ${chain}\u2028-j ACCEPT`,
      ];
      const outcomes = await host.write(lines.map((line) => [restore(4, 'nft', `*filter\n${line}\nCOMMIT\n`)]));
      for (const [index, line] of lines.entries())
        expect([line, outcomes[index]]).toEqual([
          line,
          [refused('refused', 'UnrecoverableError', /not about a chain of ours/)],
        ]);
      expect(rulesOf((await save(4)).text)).toEqual(before);
    });

    test("waits for the agent's lock and never makes its file", async () => {
      namespace.feed(agent, 'iptables-nft-restore');
      const folder = mkdtempSync('/tmp/stackward-lock-');
      try {
        const lockFile = join(folder, 'neutron-iptables é');
        const locked: HostWrite = { ...restore(4, 'nft', first), lockFile } as HostWrite;
        expect(await write(locked)).toEqual(
          refused('absent', 'UnrecoverableError', /neutron-iptables é: No such file/),
        );
        writeFileSync(lockFile, '');
        const holder = spawn('/usr/bin/python3', ['-c', holdLock, lockFile], { stdio: ['pipe', 'pipe', 'inherit'] });
        await new Promise((resolve) => holder.stdout.once('data', resolve));
        const waiting = write(locked);
        // A question of another connection is answered meanwhile, and our chain is not there.
        expect(namespace.run('iptables-nft-save')).not.toContain(chain);
        holder.stdin.end();
        expect(await waiting).toEqual({ ok: true, value: {} });
        expect((await save(4)).text).toContain(`-A neutron-filter-top -j ${chain}\n`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test('reads flags of bridge ports all at once, and writes them if they are as seen', async () => {
      namespace.feed(
        'link add qbr0 type bridge\nlink add tap0 type veth peer tap0p\nlink add qvb0 type veth peer qvo0\nlink set tap0 master qbr0\nlink set qvb0 master qbr0\n',
        'ip',
        '-batch',
        '-',
      );
      const ports = async (): Promise<unknown> => valueOf((await host.read([{ verb: 'bridge-ports' }]))[0]).ports;
      const untouched = {
        bridge: 'qbr0',
        port: 'qvb0',
        flags: { hairpin_mode: false, learning: true, unicast_flood: true },
      };
      const tap = { ...untouched, port: 'tap0' };
      expect(await ports()).toEqual([untouched, tap]);
      const set = (port: string, expected: boolean): HostWrite => ({
        verb: 'set-bridge-flag',
        bridge: 'qbr0',
        flag: 'hairpin_mode',
        value: true,
        port,
        expect: expected,
      });
      expect(await write(set('tap0', false))).toEqual({ ok: true, value: {} });
      expect(await write(set('tap0', false))).toEqual(
        refused('changed', 'StalePlan', /hairpin_mode of tap0 on qbr0 is 1 already/),
      );
      expect(await write(set('tap1', false))).toEqual(refused('absent', 'UnrecoverableError', /No such file/));
      expect(await write(set('../../x', false))).toEqual(
        refused('invalid', 'UnrecoverableError', /"port" must be the name of a network device/),
      );
      expect(await ports()).toEqual([untouched, { ...tap, flags: { ...tap.flags, hairpin_mode: true } }]);
    });
  });
}

const rulesOf = (tables: string): string[] => tables.split('\n').filter((line) => /^[-:]/.test(line));

/** Holds fcntl.lockf, as oslo's lock does, until its stdin ends. */
const holdLock = `
import fcntl, sys
stream = open(sys.argv[1], 'w')
fcntl.lockf(stream, fcntl.LOCK_EX)
print('held', flush=True)
sys.stdin.read()
`;

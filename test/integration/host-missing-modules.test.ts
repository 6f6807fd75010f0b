/** A kernel that lacks the modules of one iptables, or of both: real tools, to which the kernel refuses what it would refuse then. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, mark, out, portId, storedWith } from '../support/firewall-texts';
import { findPython2 } from '../support/python2';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
const without = join(__dirname, '../support/kernel-without.py');
const python2 = findPython2('the host program without modules');

type Module = 'nf_tables' | 'ip_tables';
const tools: Readonly<Record<Module, readonly string[]>> = {
  nf_tables: ['iptables-nft-save', 'ip6tables-nft-save', 'iptables-nft-restore', 'ip6tables-nft-restore'],
  ip_tables: ['iptables-legacy-save', 'ip6tables-legacy-save', 'iptables-legacy-restore', 'ip6tables-legacy-restore'],
};

let folder: string;
beforeEach(() => (folder = mkdtempSync('/tmp/stackward-modules-')));
afterEach(() => rmSync(folder, { recursive: true }));

/** The host program, installed on a host whose kernel lacks these modules, for all tools or for those of IPv6 alone. */
function install(
  lacking: readonly Module[],
  { only = '', python = '/usr/bin/python3', iptables = 'nft' } = {},
): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const module of lacking)
    for (const tool of tools[module].filter((name) => name.startsWith(only)))
      writeFileSync(join(bin, tool), `#!/bin/sh\nexec /usr/bin/python3 ${without} ${module} /usr/sbin/${tool} "$@"\n`, {
        mode: 0o755,
      });
  for (const name of ['iptables', 'ip6tables'])
    for (const word of ['', '-save', '-restore']) {
      const text = `#!/bin/sh\nexec ${name}-${iptables}${word} "$@"\n`;
      writeFileSync(join(bin, `${name}${word}`), text, { mode: 0o755 });
    }
  const installed = join(folder, 'stackward-host');
  const program = source.replace(/^#!.*/, `#!${python} -Es`).replace("{'PATH': '", `{'PATH': '${bin}:`);
  writeFileSync(installed, program, { mode: 0o755 });
  writeFileSync(`${installed}.limits`, JSON.stringify({ read: [], write: ['/tmp/'] }));
  return installed;
}

describe.each(['/usr/bin/python3', ...(python2 === undefined ? [] : [python2])])('save-tables, run by %s', (python) => {
  let namespace: Namespace;
  beforeEach(() => (namespace = makeNamespace()));
  afterEach(() => namespace.remove());

  const save = async (lacking: readonly Module[], iptables: 'nft' | 'legacy') => {
    const installed = install(lacking, { python, iptables });
    const host = new LocalHost('cnode01', { namespace: namespace.name, installed });
    return (await host.read([{ verb: 'save-tables', family: 4 }]))[0];
  };
  const refused = (message: RegExp, reason = 'no-module'): unknown => ({
    ok: false,
    reason,
    error: expect.objectContaining({ message: expect.stringMatching(message) as unknown }) as unknown,
  });

  test.each([
    ['nf_tables', 'legacy'],
    ['ip_tables', 'nft'],
  ] as const)('without %s, where the agent uses %s: its tables are found', async (lacking, variant) => {
    namespace.run(`iptables-${variant}`, '-N', 'neutron-filter-top');
    // A legacy tool asks the kernel for its tables only where there are some.
    namespace.run('iptables-legacy', '-N', 'other');
    for (const iptables of ['nft', 'legacy'] as const) {
      expect(await save([lacking], iptables)).toMatchObject({ ok: true, value: { variant, hasHook: true } });
      rmSync(join(folder, 'bin'), { recursive: true });
    }
  });

  test('needs the iptables of the host to work where no agent has run yet', async () => {
    expect(await save(['nf_tables'], 'legacy')).toMatchObject({
      ok: true,
      value: { variant: 'legacy', hasHook: false },
    });
    rmSync(join(folder, 'bin'), { recursive: true });
    expect(await save(['nf_tables'], 'nft')).toEqual(
      refused(
        /iptables-nft-save needs the kernel module nf_tables, which `modprobe nf_tables` loads \(.*Protocol not supported\); load it, then run it again$/,
      ),
    );
  });

  test.each([
    ['1.8.9', 'exec setpriv --bounding-set -net_admin --inh-caps -net_admin /usr/sbin/$0 "$@"'],
    ['1.8.5', "echo 'iptables-save/1.8.5 Failed to initialize nft: Permission denied' >&2; exit 1"],
    ['in a user namespace', "echo 'Failed to initialize nft: Operation not permitted' >&2; exit 1"],
  ])('blames no kernel module where iptables %s lacks the right to ask the kernel', async (_, line) => {
    namespace.run('iptables-legacy', '-N', 'neutron-filter-top');
    const installed = install([], { python });
    for (const variant of ['nft', 'legacy']) {
      const tool = `iptables-${variant}-save`;
      writeFileSync(join(folder, 'bin', tool), `#!/bin/sh\n${line.replace('$0', tool)}\n`, { mode: 0o755 });
    }
    const host = new LocalHost('cnode01', { namespace: namespace.name, installed });
    const [outcome] = await host.read([{ verb: 'save-tables', family: 4 }]);
    expect(outcome).toEqual(
      refused(/iptables-nft-save: .*(Permission denied|not permitted).*CAP_NET_ADMIN/, 'not-allowed'),
    );
  });

  test('names both modules where neither variant works', async () => {
    namespace.run('iptables-legacy', '-N', 'neutron-filter-top');
    expect(await save(['nf_tables', 'ip_tables'], 'nft')).toEqual(
      refused(
        /iptables-nft-save needs the kernel module nf_tables, .*; iptables-legacy-save needs the kernel module ip_tables, /,
      ),
    );
  });
});

test('an exception of IPv4 is written on a host whose kernel filters no IPv6', async () => {
  const installed = install(['nf_tables'], { only: 'ip6tables' });
  const world = new FirewallHosts(['cnode01'], {
    open: (host) =>
      new LocalHost('cnode01', { namespace: host.namespace.name, installed, stateFolder: '/tmp/stackward-state' }),
  });
  try {
    world.network.putPort({ id: portId, hostId: 'cnode01' });
    const { problems } = await world.run([manifestOf({ Branch: exception() })]);
    expect(problems).toEqual([]);
    expect(world.get().ours().join()).toContain('10.99.0.0/24');
  } finally {
    world.remove();
  }
});

test('rules of iptables-legacy come back at boot on a host without nf_tables', () => {
  const namespace = makeNamespace();
  try {
    const installed = install(['nf_tables'], { iptables: 'legacy' });
    const [text = ''] = Object.values(storedWith([out], '# iptables: legacy\n'));
    writeFileSync(join(folder, `firewall-exception-${mark}.ipv4`), text, { mode: 0o600 });
    namespace.run(installed, '--restore-at-boot', folder);
    expect(namespace.run('iptables-legacy-save')).toContain('-A neutron-filter-top -j stackward-');
  } finally {
    namespace.remove();
  }
});

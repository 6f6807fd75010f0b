/**
 * A file system of a host is full, over its quota or read-only from the n-th change on that it would refuse, for each n and each kind that
 * writes there: the report says so in one sentence, nothing is lost, and the next run converges when it has been mended.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { BridgeHosts, qvbOf, tapOf } from '../support/bridge-hosts';
import { FirewallHosts } from '../support/firewall-hosts';
import { FirewallMachine } from '../support/firewall-machine';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { HostFuse, type Strike } from '../support/host-fuse';
import { PolicySite } from '../support/policy-site';
import { icehouse } from '../support/policy-texts';
import { anyOf, visitMoments } from '../support/moments';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const sweep = [{ owner: 'team-a', stacks: 'all' as const }];

/** A host on which one kind has something to do. */
interface Site {
  readonly fuse: HostFuse;
  /** The report's messages about the things that were not done. */
  apply(): Promise<readonly string[]>;
  remove(): Promise<readonly string[]>;
  /** The things that the kind changes, and those that it must not change. */
  look(): unknown;
  /** Whether each thing that is not as it was stands in a record, or the report says that it does not. */
  isRecorded(said: readonly string[]): boolean;
  /** The files in the state folder. */
  left(): readonly string[];
  end(): unknown;
}
const failures = (report: {
  readonly results?: readonly { outcome: string; message?: string }[];
  readonly messages?: readonly (string | undefined)[];
  readonly problems: readonly (string | { message: string })[];
}): string[] => [
  ...(report.results ?? []).filter(({ outcome }) => outcome === 'failed').map(({ message = '' }) => message),
  ...(report.messages ?? []).flatMap((message) => message ?? []),
  ...report.problems.map((problem) => (typeof problem === 'string' ? problem : problem.message)),
];

function policySite(): Site {
  const site = new PolicySite();
  const fuse = new HostFuse(site.folder);
  site.owner = 'team-a';
  site.open = (name) => new LocalHost(name, { stateFolder: site.stateFolder, installed: fuse.path });
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write('neutron/policy.json', icehouse);
  const file = 'neutron/policy.json';
  return {
    fuse,
    left: () => readdirSync(site.stateFolder),
    apply: async () => failures(await site.apply([site.manifest({ Grant: {}, Other: { role: 'operator' } })])),
    remove: async () => failures(await site.apply([site.manifest({})], sweep)),
    look: () => site.read(file),
    isRecorded: () =>
      ['member', 'operator'].every(
        (role) =>
          !site.read(file).includes(`role:${role}"`) ||
          `${site.path(file)} create_port:fixed_ips ${role}` in site.records,
      ),
    end: () => site.remove(),
  };
}

function bridgeSite(): Site {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-fuse-'));
  const fuse = new HostFuse(folder);
  const world = new BridgeHosts(['cnode01'], ({ name, namespace, stateFolder }) => {
    return new LocalHost(name, { namespace: namespace.name, stateFolder, installed: fuse.path });
  });
  const host = world.get();
  host.plug(portId);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  const untouched = '0 1 1';
  return {
    fuse,
    left: () => readdirSync(host.stateFolder),
    apply: async () => failures(await world.run([world.manifest({ Port: { portId, hairpin: true, flood: false } })])),
    remove: async () => failures(await world.run([world.manifest({})], { sweep })),
    look: () => host.flags(portId),
    isRecorded: () => {
      const recorded = Object.values(host.records()).flatMap((entries) => Object.keys(entries));
      return [tapOf(portId), qvbOf(portId)].every(
        (device) => host.flags(portId)[device] === untouched || recorded.some((key) => key.startsWith(`${device} `)),
      );
    },
    end: () => {
      world.remove();
      rmSync(folder, { recursive: true });
    },
  };
}

function firewallSite(): Site {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-fuse-'));
  const fuse = new HostFuse(folder);
  const world = new FirewallHosts(['cnode01'], {
    open: ({ name, namespace, stateFolder }) =>
      new LocalHost(name, { namespace: namespace.name, stateFolder, installed: fuse.path }),
  });
  const host = world.get();
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  return {
    fuse,
    left: () => readdirSync(host.stateFolder),
    apply: async () => failures(await world.run([manifestOf({ Branch: exception() })])),
    remove: async () => failures(await world.run([manifestOf({})], { sweep })),
    look: () => [host.foreign(), host.ours()],
    isRecorded: (said) =>
      host.ours().length === 0 ||
      Object.keys(host.stored()).length > 0 ||
      said.some((message) => message.includes('does not come back when the host starts')),
    end: () => {
      world.remove();
      rmSync(folder, { recursive: true });
    },
  };
}

async function bootSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-fuse-'));
  const fuse = new HostFuse(folder);
  const machines: FirewallMachine[] = [];
  const [portOf, state] = [{ portId, placement: 'bound', firewallDriver: 'iptables_hybrid' }, '/var/lib/stackward'];
  const world = new FirewallHosts(['cnode01'], {
    open: ({ name }) => (machines[0] as FirewallMachine).host(name, { installed: fuse.path }),
  });
  const machine = await FirewallMachine.start(world.get().namespace.name);
  machines.push(machine);
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  const exceptions = manifestOf({ Branch: exception() });
  const boot = manifestOf({ BootRestore: { exceptions: [portOf] } }, { kind: 'boot-restore' });
  const wish = { ...exceptions, resources: [...exceptions.resources, ...boot.resources] };
  return {
    fuse,
    left: () =>
      machine
        // Lists temporary files as well. The next write in a folder removes those that an earlier write could not
        // remove.
        .run('sh', '-c', `ls -A ${state} 2>/dev/null; find /etc/systemd/system -name '.stackward-*'`)
        .split('\n')
        .filter((name) => name !== ''),
    apply: async () => failures(await world.run([wish])),
    remove: async () => failures(await world.run([manifestOf({})], { sweep })),
    look: () => [
      world.get().foreign(),
      world.get().ours(),
      machine.run('sh', '-c', "find /etc/systemd/system -name 'stackward*' -type f | sort | xargs -r cat"),
    ],
    isRecorded: () => true,
    end: async () => {
      await machine.stop();
      world.remove();
      rmSync(folder, { recursive: true });
    },
  };
}

const saying: Readonly<Record<Exclude<Strike, 'kill'>, RegExp>> = {
  ENOSPC: /^.*: No space left on device; free space on that file system; the file is as it was(;.*)?$/,
  EDQUOT: /^.*: Disk quota exceeded; free space on that file system; the file is as it was(;.*)?$/,
  EROFS: /^.*: Read-only file system; mount that file system writable(;.*)?$/,
};

describe.each([
  ['policy-rule', policySite, 1],
  ['bridge-port', bridgeSite, 0],
  ['firewall-exception', firewallSite, 0],
  ['boot-restore', bootSite, 0],
])('%s', (_, open, leastOnRemoval) => {
  let site: Site;
  let before: unknown;
  beforeEach(async () => {
    site = await open();
    before = site.look();
  });
  afterEach(() => site.end());

  /** Strikes a run at its 1st, 2nd, … change that such a file system refuses, until it has none left. Answers how often it was struck. */
  async function strikeEverywhere(
    strike: Exclude<Strike, 'kill'>,
    run: () => Promise<readonly string[]>,
    then: () => unknown,
  ) {
    return visitMoments(async (change) => {
      site.fuse.set(change, strike);
      const said = await run();
      const { isStruck } = site.fuse;
      for (const message of said) expect(message).toMatch(saying[strike]);
      expect([change, site.isRecorded(said)]).toEqual([change, true]);
      site.fuse.set(0);
      await then();
      return isStruck;
    });
  }

  const isGone = () => {
    expect(site.look()).toEqual(before);
    expect(site.left()).toEqual([]);
  };

  test.each(anyOf(['ENOSPC', 'EROFS'] as const))(
    '%s while applying fails, the next run converges, and all of it goes again',
    async (strike) => {
      expect(await site.apply()).toEqual([]);
      const after = site.look();
      expect(after).not.toEqual(before);
      expect(await site.remove()).toEqual([]);
      const struck = await strikeEverywhere(
        strike,
        () => site.apply(),
        async () => {
          expect(await site.apply()).toEqual([]);
          expect(site.look()).toEqual(after);
          expect(await site.remove()).toEqual([]);
          isGone();
        },
      );
      expect(struck).toBeGreaterThan(2);
    },
  );

  test.each(anyOf(['EDQUOT', 'EROFS'] as const))(
    '%s while removing fails, and the next run converges',
    async (strike) => {
      await site.apply();
      const struck = await strikeEverywhere(
        strike,
        () => site.remove(),
        async () => {
          expect(await site.remove()).toEqual([]);
          isGone();
          await site.apply();
        },
      );
      // A removal that only deletes files needs no free space.
      expect(struck).toBeGreaterThanOrEqual(strike === 'EROFS' ? 1 : leastOnRemoval);
    },
  );
});

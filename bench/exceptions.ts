/** Packet-filter exceptions on hosts in namespaces, beside the loop that an operator would write. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshHost } from '../adapters/host/ssh-host';
import { ComputeHosts } from '../test/support/compute-hosts';
import { median, runNode, runProgram, secondsSince } from './measure';
import { measured, type Measured } from './results';

/** Runs of stackward. The loop takes so long by itself that one run is enough. */
const rounds = 3;

export async function benchExceptions(bundle: string, say: (text: string) => void): Promise<Measured[]> {
  say('100 packet-filter exceptions on one host, and 10 on each of 10, and a loop over ssh …');
  return [
    ...(await against(bundle, '100 exceptions on one host', 1, 100)),
    ...(await against(bundle, '10 exceptions on each of 10 hosts', 10, 10)),
  ];
}

interface Wish {
  readonly host: string;
  readonly portId: string;
}

/** A cloud with so many hosts, because a full run looks for leftovers on each of them. */
async function against(bundle: string, what: string, count: number, each: number): Promise<Measured[]> {
  const hosts = await ComputeHosts.make(count);
  try {
    return await compare(hosts, bundle, what, each);
  } finally {
    await hosts.remove();
  }
}

async function compare(hosts: ComputeHosts, bundle: string, what: string, each: number): Promise<Measured[]> {
  const wishes = hosts.names.flatMap((host) =>
    Array.from({ length: each }, (): Wish => ({ host, portId: hosts.neutron.network.putPort({ hostId: host }) })),
  );
  const manifest = `${what.replaceAll(' ', '-')}.json`;
  const none = `none-${manifest}`;
  hosts.command.write(manifest, manifestOf(wishes));
  hosts.command.write(none, manifestOf([]));
  const ours = (args: readonly string[], file: string, allowed: readonly number[]) =>
    runNode([bundle, ...args, '--manifest', file], {
      cwd: hosts.command.folder,
      env: { ...process.env, ...hosts.env },
      allowed,
    });
  const loop = (options: readonly string[]) => runProgram('sh', [shellLoop(hosts, wishes, options)]);
  const [applied, planned, logins, sessions] = [[], [], [], []] as [number[], number[], number[], number[]];
  for (let round = 0; round < rounds; round++) {
    applied.push((await ours(['apply', '--auto-approve'], manifest, [0])).seconds);
    planned.push((await ours(['plan'], manifest, [0])).seconds);
    await ours(['apply', '--auto-approve'], none, [0]);
    logins.push(await everywhere(hosts, (host) => login(hosts, host)));
    sessions.push(await everywhere(hosts, (host) => askOnce(hosts, host)));
  }
  const shared = await loop(sharedConnection(hosts));
  flush(hosts, wishes);
  const apart = await loop([]);
  const checked = await loop([]);
  flush(hosts, wishes);
  const oneByOne = '`iptables -C || iptables -I` over ssh, one connection per rule';
  return [
    measured(`apply of ${what}`, [median(applied), apart], 's', oneByOne, target(each)),
    measured(
      `apply of ${what}, connection shared`,
      [median(applied), shared],
      's',
      'the same loop over one connection',
    ),
    measured(`plan of ${what}, all there`, [median(planned), checked], 's', oneByOne, target(each)),
    measured(`floor of ${what}: logins alone`, [median(logins), apart], 's', oneByOne, {
      remark: '`ssh HOST true` on all hosts side by side',
    }),
    measured(`floor of ${what}: logins, and one question`, [median(sessions), apart], 's', oneByOne, {
      remark: "the host program is sent, answers the host's clock, and ends; on all hosts side by side",
    }),
  ];
}

/** Seconds of this work on all hosts side by side. */
async function everywhere(hosts: ComputeHosts, work: (host: string) => Promise<unknown>): Promise<number> {
  const started = process.hrtime.bigint();
  await Promise.all(hosts.names.map(work));
  return secondsSince(started);
}

async function askOnce({ sshd: { configFile } }: ComputeHosts, destination: string): Promise<void> {
  const host = new SshHost(destination, { destination, configFile });
  await host.read([{ verb: 'clock' }]);
  await host.close();
}

/** Seconds of `ssh HOST true`. */
export const login = (hosts: ComputeHosts, host: string): Promise<number> =>
  runProgram('ssh', ['-F', hosts.sshd.configFile, host, 'true']);

/** The targets: 20 times faster at 100 rules on one host, and 15 times at 10 rules on each of 10 hosts. */
const target = (each: number): { target: { of: 'ratio'; atMost: number } } => ({
  target: { of: 'ratio', atMost: each === 100 ? 1 / 20 : 1 / 15 },
});

function manifestOf(wishes: readonly Wish[]): object {
  const entry = ({ portId }: Wish): object => ({
    kind: 'firewall-exception',
    spec: {
      portId,
      mode: 'routed',
      sources: ['10.99.0.0/24'],
      destinations: ['10.77.0.0/24'],
      reason: 'bench',
      placement: 'bound',
      release: 'zed',
      firewallDriver: 'iptables_hybrid',
    },
    dependsOn: [],
  });
  const resources = Object.fromEntries(wishes.map((wish, index) => [`bench/Utm${index}/Transit`, entry(wish)]));
  return { schemaVersion: '1.0', owner: 'bench', stack: 'bench', resources };
}

const ruleOf = ({ portId }: Wish): string => {
  const device = portId.slice(0, 11);
  return `-s 10.99.0.0/24 -d 10.77.0.0/24 -m physdev --physdev-in tap${device} --physdev-out qvb${device} --physdev-is-bridged -j ACCEPT`;
};

/** The rules go through a file, because one line per rule would exceed what an argument may hold. */
function shellLoop(hosts: ComputeHosts, wishes: readonly Wish[], options: readonly string[]): string {
  const ssh = ['ssh', '-F', hosts.sshd.configFile, ...options].join(' ');
  const lines = wishes.map((wish) => {
    const rule = `neutron-filter-top ${ruleOf(wish)}`;
    return `${ssh} ${wish.host} 'iptables -C ${rule} 2>/dev/null || iptables -I ${rule}'\n`;
  });
  const file = join(hosts.folder, `loop${options.length}-${wishes.length}-${wishes[0]?.portId}.sh`);
  writeFileSync(file, lines.join(''));
  return file;
}

const sharedConnection = (hosts: ComputeHosts): string[] => [
  ...['-o', 'ControlMaster=auto', '-o', `ControlPath=${hosts.folder}/%C`, '-o', 'ControlPersist=5'],
];

/** The rules that the loops add. */
function flush(hosts: ComputeHosts, wishes: readonly Wish[]): void {
  for (const host of new Set(wishes.map((wish) => wish.host)))
    hosts.inside(host, ['iptables', '-F', 'neutron-filter-top']);
}

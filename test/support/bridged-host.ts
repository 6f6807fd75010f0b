/**
 * A host with bridges in a network namespace. The other end of every bridge port is in a second namespace, where frames
 * are sent and arrive. The kernel's own tables decide in between, and its counters show which rules were met.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

export interface Bridge {
  readonly name: string;
  /** Each port has an address. A frame to that address leaves only through that port. */
  readonly ports: readonly { readonly name: string; readonly mac: string }[];
}

export interface Exchange {
  /** For each frame the ports at whose other ends it arrived. */
  readonly arrived: readonly (readonly string[])[];
  /** `iptables-save -c` afterwards. */
  readonly saved: string;
}

const path = '/usr/sbin:/usr/bin:/sbin:/bin';

export class BridgedHost {
  readonly #host = `swb-${randomBytes(4).toString('hex')}`;
  readonly #ends = `${this.#host}-e`;
  readonly #endOf = new Map<string, string>();
  readonly #portOf = new Map<string, string>();
  #child: ChildProcess | undefined;
  #lines: Interface | undefined;
  #answers: AsyncIterator<string> | undefined;

  /** @param save prints the tables with counters, such as `iptables-nft-save -c` */
  constructor(
    private readonly bridges: readonly Bridge[],
    private readonly save: readonly string[],
  ) {
    for (const namespace of [this.#host, this.#ends]) {
      execFileSync('ip', ['netns', 'add', namespace]);
      // The kernel would count its own messages for IPv6 neighbours as well.
      this.#in(namespace, [
        'sysctl',
        '-qw',
        'net.ipv6.conf.all.disable_ipv6=1',
        'net.ipv6.conf.default.disable_ipv6=1',
      ]);
    }
    const lines = bridges.flatMap(({ name, ports }) => [
      `link add ${name} type bridge forward_delay 0 mcast_snooping 0`,
      ...ports.flatMap((port) => this.#portLines(name, port)),
      `link set ${name} up`,
    ]);
    this.#in(this.#host, ['ip', '-batch', '-'], lines.join('\n'));
    const fdb = bridges.flatMap(({ ports }) =>
      ports.map(({ name, mac }) => `fdb add ${mac} dev ${name} master static`),
    );
    this.#in(this.#host, ['bridge', '-batch', '-'], fdb.join('\n'));
    for (const end of this.#endOf.values()) this.#in(this.#ends, ['ip', 'link', 'set', end, 'up']);
    this.#in(this.#host, ['sysctl', '-qw', ...settings]);
    this.#in(this.#host, ['sh', '-c', untilForwarding]);
  }

  #portLines(bridge: string, { name }: { readonly name: string }): string[] {
    const end = `e${String(this.#endOf.size)}`;
    this.#endOf.set(name, end);
    this.#portOf.set(end, name);
    return [`link add ${name} type veth peer name ${end} netns ${this.#ends}`, `link set ${name} master ${bridge} up`];
  }

  /** Runs a program on the host. */
  run(argv: readonly string[], input = ''): string {
    return this.#in(this.#host, argv, input);
  }

  #in(namespace: string, argv: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', namespace, ...argv], {
      input,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      env: { PATH: path },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Frames in hex, each with the port into which it goes. */
  async exchange(frames: readonly { readonly port: string; readonly hex: string }[]): Promise<Exchange> {
    this.#start();
    this.#child?.stdin?.write(`${JSON.stringify(frames.map(({ port, hex }) => [this.#endOf.get(port), hex]))}\n`);
    const { value, done } = await this.#answers!.next();
    if (done) throw new Error('the program that sends frames ended by itself');
    const { arrived, saved } = JSON.parse(value as string) as Exchange;
    return { arrived: arrived.map((ends) => ends.map((end) => this.#portOf.get(end) ?? end)), saved };
  }

  #start(): void {
    if (this.#child) return;
    const program = join(__dirname, 'bridged-host.py');
    this.#child = spawn('/usr/bin/python3', [program, this.#host, this.#ends, ...this.save], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: path },
    });
    const neighbours = this.bridges.flatMap(({ ports }) =>
      ports.map(({ name }) => [
        this.#endOf.get(name),
        ports.flatMap((port) => (port.name === name ? [] : [this.#endOf.get(port.name)])),
      ]),
    );
    this.#child.stdin?.write(`${JSON.stringify(Object.fromEntries(neighbours))}\n`);
    this.#lines = createInterface({ input: this.#child.stdout! });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  async remove(): Promise<void> {
    this.#lines?.close();
    this.#child?.stdin?.end();
    if (this.#child && this.#child.exitCode === null) await once(this.#child, 'exit');
    for (const namespace of [this.#host, this.#ends]) execFileSync('ip', ['netns', 'delete', namespace]);
  }
}

/**
 * Waits until the bridge forwards. It sends with other source addresses, so that no address moves in the bridge's
 * table.
 */
const untilForwarding = `
for port in /sys/class/net/*/brport; do echo 0 >"$port/learning"; done
while cat /sys/class/net/*/brport/state | grep -qv 3; do sleep 0.05; done
`;

/** Connections outlive the test, so that a reply finds its connection. */
const settings = [
  'net.bridge.bridge-nf-call-iptables=1',
  'net.bridge.bridge-nf-call-ip6tables=1',
  'net.netfilter.nf_conntrack_generic_timeout=3600',
  'net.netfilter.nf_conntrack_udp_timeout=3600',
  'net.netfilter.nf_conntrack_icmp_timeout=3600',
  'net.netfilter.nf_conntrack_icmpv6_timeout=3600',
];

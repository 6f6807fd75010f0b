/** Hosts for packets: recorded tables of Neutron's agents, the bridges that these name, and random rules. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bridge } from './bridged-host';
import type { Random } from './random';

const folder = join(__dirname, '../fixtures/iptables');

export interface Scene {
  readonly name: string;
  readonly version: 4 | 6;
  /** Input of iptables-restore. */
  readonly tables: string;
  /** Input of `ipset restore`. */
  readonly sets: string;
  readonly bridges: readonly Bridge[];
  readonly tracking: Tracking;
  /** True if an agent made the tables: then the walk knows each of their conditions. */
  readonly isRecorded: boolean;
}

/**
 * `replies`: a reply finds its connection. `zones`: rules put packets into zones, or have them not tracked, so that a reply may
 * find nothing. `none`: no rule asks for connections, so that the kernel leaves fragments as they are.
 */
export type Tracking = 'replies' | 'zones' | 'none';

const macOf = (index: number): string => `fa:16:3e:00:00:${(index + 16).toString(16)}`;

const tapsOf = (tables: string): string[] => [...new Set(tables.match(/\btap[0-9a-f-]{11}\b/g))];

/** One bridge per port, as the Open vSwitch agent makes them; or one for all ports, as the Linux bridge agent does. */
function bridgesOf(tables: string): Bridge[] {
  const taps = tapsOf(tables);
  const [brq] = /brq[0-9a-f-]{11}/.exec(tables) ?? [];
  const port = (name: string, index: number) => ({ name, mac: macOf(index) });
  if (brq !== undefined) return [{ name: brq, ports: ['eth1', ...taps].map(port) }];
  return taps.map((tap, index) => {
    const id = tap.slice(3);
    return { name: `qbr${id}`, ports: [port(tap, index * 2), port(`qvb${id}`, index * 2 + 1)] };
  });
}

/** The text of the tables as another release would write it. */
type Change = (tables: string) => string;

export function neutronScene(file: string, name = file, change: Change = (tables) => tables): Scene {
  const tables = change(readFileSync(join(folder, `${file}.iptables-save.txt`), 'utf8'));
  const sets = readFileSync(join(folder, `${file}.ipset-save.txt`), 'utf8');
  // Such a packet doesn't match the rule that puts it into its port's zone, and its connection is in that zone.
  const tracking = /-A PREROUTING -s \S+ -j ACCEPT/.test(tables) ? 'zones' : 'replies';
  return { name, version: 4, tables, sets, bridges: bridgesOf(tables), tracking, isRecorded: true };
}

/**
 * Icehouse has no table raw, names the MAC address before the source, and looks at the connection first.
 * Source: neutron@icehouse-eol neutron/agent/linux/iptables_firewall.py `_convert_sgr_to_iptables_rules`.
 */
export const asIcehouse: Change = (tables) => {
  const lines = tables
    .replace(/\*raw[\s\S]*?COMMIT\n/, '')
    .replace(/ -m comment --comment "(?:[^"\\]|\\.)*"/g, '')
    .split('\n');
  const isInvalid = (line: string): boolean => line.includes('--state INVALID');
  const begins = new Set<string>();
  return lines
    .flatMap((line) => {
      if (isInvalid(line)) return [];
      const [, chain = ''] = /^-A (\S+-[io][0-9a-f]{8}-.) .*--state RELATED,ESTABLISHED/.exec(line) ?? [];
      if (chain === '' || begins.has(chain)) return [line];
      begins.add(chain);
      return [`-A ${chain} -m state --state INVALID -j DROP`, line];
    })
    .join('\n');
};

/** Both of stackward's chains: a source prefix that may leave through the first tap, and one that is bound to its MAC. */
export const withException: Change = (tables) => {
  const [tap = ''] = tapsOf(tables);
  const chain = 'stackward-0a1b2c3d4e5f6071';
  const out = `-m physdev --physdev-in ${tap} --physdev-out qvb${tap.slice(3)} --physdev-is-bridged`;
  const comment = '-m comment --comment "stackward:acme/Utm/Transit"';
  return tables
    .replace('*filter\n', `$&:${chain} - [0:0]\n`)
    .replace(
      '-A neutron-filter-top -j neutron-openvswi-local\n',
      `$&-A neutron-filter-top -j ${chain}
-A ${chain} -s 192.0.2.0/24 ${out} ${comment} -j ACCEPT
-A ${chain} ${out} -m mark --mark 0x80000000/0x80000000 ${comment} -j ACCEPT
`,
    )
    .concat(
      `*mangle
:PREROUTING ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:${chain} - [0:0]
-A FORWARD -j ${chain}
-A ${chain} -s 203.0.113.0/24 ${out} -m mac --mac-source fa:16:3e:aa:bb:cc ${comment} -j MARK --set-xmark 0x80000000/0x80000000
COMMIT
`,
    );
};

const prefixes: Readonly<Record<4 | 6, readonly string[]>> = {
  4: ['10.20.2.0/24', '10.20.2.26/32', '192.0.2.0/24', '203.0.113.0/25', '10.0.0.0/8', '0.0.0.0/32'],
  6: ['2001:db8:1::/64', '2001:db8:1::5/128', '2001:db8::/32', 'fe80::/10', '2001:db8:2::/48'],
};

export const randomBridge: Bridge = {
  name: 'br-int',
  ports: ['tap0', 'tap1', 'uplink'].map((name, index) => ({ name, mac: macOf(index) })),
};

/** A condition as a person would write it for iptables-restore. */
function condition(random: Random, hook: string, version: 4 | 6, tracking: Tracking): string {
  const isTracked = tracking !== 'none';
  const not = random.chance(0.25) ? '! ' : '';
  const port = () => random.pick(['22', '53', '67', '68', '80', '443', '1000:2000', ':1023', '1024:']);
  const ports = () => random.pick(['22,80,443', '53', '1000:2000,22', '67,68']);
  const protocol = random.pick(['tcp', 'udp']);
  const physical = hook === 'PREROUTING' ? ['in'] : ['in', 'out'];
  const isDevice = random.pick(physical);
  const bridged = hook === 'PREROUTING' ? '' : ' --physdev-is-bridged';
  const [first, last] = version === 4 ? ['10.20.2.20', '10.20.2.30'] : ['2001:db8:1::2', '2001:db8:1::9'];
  const [icmp, module, option] =
    version === 4 ? ['icmp', 'icmp', '--icmp-type'] : ['ipv6-icmp', 'icmp6', '--icmpv6-type'];
  const state = isTracked
    ? [
        `-m state ${not}--state ${random.pick(['NEW', 'INVALID', 'RELATED,ESTABLISHED', 'UNTRACKED,NEW'])}`,
        `-m conntrack ${not}--ctstate ${random.pick(['NEW', 'INVALID,UNTRACKED', 'ESTABLISHED', 'RELATED,NEW'])}`,
        `-m connmark ${not}--mark ${random.pick(['0x0', '0x1/0x1', '0x3'])}`,
      ]
    : [];
  return random.pick([
    `${not}-s ${random.pick(prefixes[version])}`,
    `${not}-d ${random.pick(prefixes[version])}`,
    `${not}-p ${random.pick(['tcp', 'udp', icmp as string, 'gre', '50'])}`,
    `-p ${protocol} -m ${protocol} ${not}--sport ${port()}`,
    `-p ${protocol} -m ${protocol} ${not}--dport ${port()}`,
    `-p ${protocol} -m multiport ${not}--${random.pick(['sports', 'dports', 'ports'])} ${ports()}`,
    `-p tcp -m tcp ${not}--tcp-flags ${random.pick(['FIN,SYN,RST,ACK SYN', 'SYN,ACK ACK', 'ALL NONE', 'RST RST'])}`,
    `-p ${icmp} -m ${module} ${not}${option} ${random.pick(version === 4 ? ['8', '0', '3/1', '3'] : ['128', '134', '1/4', '135'])}`,
    ...(hook === 'POSTROUTING' ? [] : [`-m mac ${not}--mac-source ${random.pick(['fa:16:3e:aa:bb:cc', macOf(0)])}`]),
    `-m physdev ${not}--physdev-${isDevice} ${random.pick(['tap0', 'tap1', 'uplink', 'tap+'])}${isDevice === 'out' ? bridged : ''}`,
    `-m physdev ${random.pick(hook === 'PREROUTING' ? ['--physdev-is-in', '! --physdev-is-in'] : ['--physdev-is-bridged', '--physdev-is-out', '--physdev-is-in'])}`,
    `-m mark ${not}--mark ${random.pick(['0x1/0x1', '0x2/0x3', '0x5', '0x0'])}`,
    ...(hook === 'POSTROUTING' ? [] : [`${not}-i ${random.pick(['br-int', 'br+', 'eth0', 'tap0'])}`]),
    ...(hook === 'PREROUTING' ? [] : [`${not}-o ${random.pick(['br-int', 'br+', 'eth0'])}`]),
    `-m iprange ${not}--${random.pick(['src', 'dst'])}-range ${first as string}-${last as string}`,
    `-m set ${not}--match-set members ${random.pick(['src', 'dst'])}`,
    ...(version === 4 && !isTracked ? [`${not}-f`] : []),
    ...state,
    `-m comment --comment ${random.pick(['x', '"-j DROP"', '"a \\"b\\" c"', '"--dport 22"'])}`,
    // Table and packet alone don't tell whether these match.
    ...(random.chance(0.3)
      ? [
          random.pick([
            '-m length --length 0:40',
            '-m statistic --mode random --probability 0.5',
            '-m limit --limit 1/hour',
          ]),
        ]
      : []),
  ]);
}

const options = /^(?:! )?(-[a-z]) /;

/** Never two conditions with the same option: iptables refuses a rule with two of `-s`, `-p` or one module. */
function conditions(random: Random, ...more: readonly [string, 4 | 6, Tracking]): string {
  const taken = new Set<string>();
  const chosen: string[] = [];
  for (let left = random.pick([0, 1, 1, 2, 2, 3]); left > 0; left--) {
    const text = condition(random, ...more);
    const names = [options.exec(text)?.[1] ?? '', ...[...text.matchAll(/-m (\S+)/g)].map(([, module = '']) => module)];
    const keys = names.filter((name) => name !== '-m' && name !== '');
    if (text.includes('-p ')) keys.push('-p');
    if (keys.some((key) => taken.has(key))) continue;
    for (const key of keys) taken.add(key);
    chosen.push(text);
  }
  return chosen.join(' ');
}

const places = [
  ['raw', 'PREROUTING'],
  ['mangle', 'PREROUTING'],
  ['mangle', 'FORWARD'],
  ['filter', 'FORWARD'],
  ['mangle', 'POSTROUTING'],
] as const;

/** A chain jumps only to later chains, so there is no loop. */
function chainsOf(random: Random, table: string, hook: string, version: 4 | 6, tracking: Tracking): string[] {
  const isTracked = tracking !== 'none';
  const chains = [hook, ...Array.from({ length: 4 }, (_, index) => `${hook.slice(0, 4)}-${String(index)}`)];
  const target = (index: number): string => {
    const later = chains.slice(index + 1);
    const change = [
      `MARK --set-xmark ${random.pick(['0x1/0x1', '0x2/0xffffffff', '0x4/0x6', '0x0/0x1'])}`,
      ...(isTracked
        ? [`CONNMARK ${random.pick(['--set-xmark 0x1/0xffffffff', '--save-mark', '--restore-mark'])}`]
        : []),
      ...(tracking === 'zones' && table === 'raw' ? ['CT --notrack', 'CT --zone 7'] : []),
      'NFLOG --nflog-group 9',
    ];
    const enter =
      later.length === 0 ? [] : [`-j ${random.pick(later)}`, `-j ${random.pick(later)}`, `-g ${random.pick(later)}`];
    const ends = random.pick(['ACCEPT', 'RETURN', ...(random.chance(0.4) ? ['DROP'] : ['RETURN'])]);
    return random.pick([`-j ${ends}`, `-j ${random.pick(change)}`, ...enter, ...(random.chance(0.1) ? [''] : [])]);
  };
  return chains.flatMap((chain, index) =>
    Array.from({ length: index === 0 ? 5 : 3 }, () =>
      `-A ${chain} ${conditions(random, hook, version, tracking)} ${target(index)}`.replace(/ +/g, ' ').trimEnd(),
    ),
  );
}

/** Rules of all hooks that a bridged packet passes. */
export function randomScene(random: Random, name: string, version: 4 | 6, tracking: Tracking): Scene {
  const tables = ['raw', 'mangle', 'filter'].map((table) => {
    const hooks = places.flatMap(([place, hook]) => (place === table ? [hook] : []));
    const policy = (): string => (random.chance(0.15) ? 'DROP' : 'ACCEPT');
    return [
      `*${table}`,
      ...hooks.map((hook) => `:${hook} ${table === 'filter' ? policy() : 'ACCEPT'} [0:0]`),
      ...hooks.flatMap((hook) => [0, 1, 2, 3].map((index) => `:${hook.slice(0, 4)}-${String(index)} - [0:0]`)),
      ...hooks.flatMap((hook) => chainsOf(random, table, hook, version, tracking)),
      'COMMIT',
      '',
    ].join('\n');
  });
  const [family, members] =
    version === 4
      ? ['inet', ['10.20.2.0/25', '10.20.2.26 nomatch', '192.0.2.7']]
      : ['inet6', ['2001:db8:1::/64', '2001:db8:1::5 nomatch', '2001:db8:2::7']];
  const sets = [
    `create members hash:net family ${family as string}`,
    ...(members as string[]).map((member) => `add members ${member}`),
    '',
  ];
  return {
    name,
    version,
    tables: tables.join(''),
    sets: sets.join('\n'),
    bridges: [randomBridge],
    tracking,
    isRecorded: false,
  };
}

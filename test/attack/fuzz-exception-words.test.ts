/**
 * What a plan says of an exception holds for every packet. The rules are run by another program than the one that makes the words: it
 * compares lines of text with packets one by one, and Node's own BlockList tells whether a prefix holds an address.
 */
import fc from 'fast-check';
import { BlockList, SocketAddress } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { kernelFindings } from '../../lib/synth/exception-checks';
import { formatAddress, parseCidr } from '../../lib/net/ip-ranges';
import type { Port } from '../../lib/contract/ports';
import { describeExposure } from '../../reconcilers/firewall-exception/chain/exposure';
import { rulesFor, type ExceptionRules } from '../../reconcilers/firewall-exception/chain/rules';
import type { FirewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { exception, portId } from '../support/firewall-texts';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';

interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly isDhcp: boolean;
}

const own = ['10.77.0.10', '2001:db8:77::10'];
const subnets = [
  { cidr: '10.77.0.0/24', gatewayIp: '10.77.0.1' },
  { cidr: '2001:db8:77::/64', gatewayIp: '2001:db8:77::1' },
];
const port = {
  id: portId,
  macAddress: 'fa:16:3e:9b:da:ee',
  portSecurity: true,
  fixedIps: own.map((address) => ({ subnetId: 'green', address })),
} as unknown as Port;

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);
const lists = new Map<string, BlockList>();
const sockets = new Map<string, SocketAddress>();

function socketOf(address: string): SocketAddress {
  const socket = sockets.get(address) ?? new SocketAddress({ address, family: `ipv${familyOf(address)}` });
  sockets.set(address, socket);
  return socket;
}

function holds(prefix: string, address: string): boolean {
  const [net = '', length] = prefix.split('/');
  if (familyOf(net) !== familyOf(address)) return false;
  const list = lists.get(prefix) ?? new BlockList();
  if (!lists.has(prefix)) list.addSubnet(net, Number(length), `ipv${familyOf(net)}`);
  lists.set(prefix, list);
  return list.check(socketOf(address));
}

type Test = (packet: Packet, isMarked: boolean) => boolean;
interface Line {
  readonly matches: Test;
  readonly isReturn: boolean;
  readonly isAccept: boolean;
}

function readLine(line: string): Line {
  const [, source] = / -s (\S+) /.exec(` ${line}`) ?? [];
  const [, destination] = / -d (\S+) /.exec(` ${line}`) ?? [];
  const [isLeaving, isDhcpAlone, needsMark] = ['--physdev-in tap', '-p udp', '-m mark'].map((word) =>
    line.includes(word),
  );
  return {
    matches: (packet, isMarked) =>
      isLeaving === true &&
      (!isDhcpAlone || packet.isDhcp) &&
      (!needsMark || isMarked) &&
      (source === undefined || holds(source, packet.source)) &&
      (destination === undefined || holds(destination, packet.destination)),
    isReturn: line.includes('-j RETURN'),
    isAccept: line.endsWith('-j ACCEPT'),
  };
}

/** Whether the chain of one exception lets a packet out of the port. */
function readChain({ ipv4, ipv6 }: ExceptionRules): (packet: Packet) => boolean {
  const families = [ipv4, ipv6].map(({ mangle, filter }) => ({
    mangle: mangle.map(readLine),
    filter: filter.map(readLine),
  }));
  return (packet) => {
    const { mangle = [], filter = [] } = families[familyOf(packet.source) === 4 ? 0 : 1] ?? {};
    let isMarked = false;
    for (const line of mangle) {
      if (!line.matches(packet, isMarked)) continue;
      if (line.isReturn) break;
      isMarked = true;
    }
    return filter.find((line) => line.matches(packet, isMarked))?.isAccept === true;
  };
}

const prefix = fc.oneof(
  fc.constantFrom(
    '0.0.0.0/1',
    '128.0.0.0/2',
    '192.0.0.0/3',
    '160.0.0.0/3',
    '169.0.0.0/8',
    '10.77.0.0/24',
    '10.77.0.0/29',
  ),
  fc.constantFrom('10.99.0.0/24', '10.77.0.10/32', '224.0.0.0/4', '255.255.255.255/32', '169.254.169.254/32'),
  fc.constantFrom(
    '::/1',
    '8000::/1',
    'fe80::/9',
    'fe80::/10',
    'f000::/4',
    '2001:db8:99::/48',
    '2001:db8:77::/64',
    'ff02::/16',
  ),
  fc.tuple(fc.nat(0xffffffff), fc.integer({ min: 1, max: 32 })).map(([value, length]) => {
    const hosts = BigInt(32 - length);
    return `${formatAddress(4, (BigInt(value) >> hosts) << hosts)}/${length}`;
  }),
);
const prefixes = fc.oneof(
  { weight: 1, arbitrary: fc.constant('any' as const) },
  { weight: 4, arbitrary: fc.uniqueArray(prefix, { minLength: 1, maxLength: 5 }) },
);
const wish = fc
  .record({
    sources: prefixes,
    destinations: prefixes,
    way: fc.constantFrom(
      { mode: 'routed' as const, release: 'zed' as const },
      { mode: 'routed' as const, release: 'mitaka' as const },
      { mode: 'bridged' as const, release: 'kilo' as const },
    ),
  })
  .map(({ way, ...more }): FirewallExceptionSpec => exception({ ...way, ...more }))
  .filter((spec) => kernelFindings(spec).length === 0);

const neighbours = ['10.77.0.1', '10.77.0.30', '10.77.0.254', '2001:db8:77::1', '2001:db8:77::30'];
const local = ['fe80::bad', 'febf:ffff::1', '169.254.0.1', '169.254.169.254'];

/** Addresses at and beside the ends of what the spec names, and those that words are about. */
function addressesOf(named: FirewallExceptionSpec['sources']): string[] {
  const ends = (named === 'any' ? [] : named.map(parseCidr)).flatMap(({ version, first, last }) =>
    [first, last].map((value) => formatAddress(version, value)),
  );
  const many = ['255.255.255.255', '224.0.0.1', 'ff02::1', '203.0.113.9', '2001:db8:1::9'];
  return [...new Set([...own, ...neighbours, ...local, ...many, ...ends])];
}

/** Fails with the words of the plan. To ask `expect` for each of 100,000 equal answers takes a quarter of the time. */
function expectSame(said: string, answer: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(answer, wanted)) expect([said, answer]).toEqual([said, wanted]);
}

test(
  'no packet does what the plan says that a port cannot do, and the port can pose as everybody whom the plan names',
  () => {
    let [opened, safe] = [0, 0];
    fc.assert(
      fc.property(wish, (spec) => {
        const rules = rulesFor({ spec, port, path: 'acme/Branch', ends: ['qvb28f25940-63'] });
        const said = describeExposure({ spec, port, subnets, rules }).join('\n');
        const leaves = readChain(rules);
        const destinations = addressesOf(spec.destinations);
        const passes = (source: string, isDhcp = false): boolean =>
          destinations
            .filter((destination) => familyOf(destination) === familyOf(source))
            .some((destination) => leaves({ source, destination, isDhcp }));
        const sources = addressesOf(spec.sources);
        const posed = neighbours.filter((source) => passes(source));
        const can = (what: RegExp): boolean => what.test(said);
        for (const { cidr } of subnets) {
          const near = neighbours.filter((address) => holds(cidr, address));
          const isSafe = can(new RegExp(`can't pose as its neighbours in [^\\n]*${cidr}`));
          if (isSafe)
            expectSame(
              said,
              near.filter((address) => posed.includes(address)),
              [],
            );
          else expectSame(said, said.includes(` of ${cidr}`), true);
          if (said.includes(`every other address of ${cidr}`))
            expectSame(
              said,
              near.every((address) => posed.includes(address)),
              true,
            );
          if (isSafe) safe += 1;
          else opened += 1;
        }
        expectSame(
          said,
          own.filter((source) => passes(source)),
          [],
        );
        if (can(/can't answer DHCP/))
          expectSame(
            said,
            sources.filter((source) => passes(source, true)),
            [],
          );
        else expectSame(said, said.includes('the port can answer DHCP'), true);
        const isRouter = can(/(can|, and) advertise itself as a router/);
        expectSame(said, local.some((address) => address.startsWith('fe') && passes(address)) && !isRouter, false);
        expectSame(said, passes('169.254.169.254'), can(/pose as the metadata service/));
        if (spec.mode === 'routed')
          expectSame(
            said,
            local.filter((address) => passes(address)),
            [],
          );
      }),
      fuzzing,
    );
    expect([opened > 0, safe > 0]).toEqual([true, true]);
  },
  fuzzTimeoutMs,
);

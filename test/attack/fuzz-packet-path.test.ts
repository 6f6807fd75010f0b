/** The walk through tables that nobody made in good faith: it always ends, never throws, and is never sure by mistake. */
import fc from 'fast-check';
import type { Packet, Way } from '../../lib/packet-path/packet';
import { parseIpSets } from '../../lib/packet-path/ip-sets';
import { parseTables } from '../../lib/packet-path/tables';
import { deciderOf, listOf, walk, type Verdict } from '../../lib/packet-path/walk';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';

const way: Way = { is: 'bridged', bridge: 'br-int', from: 'tap0', to: 'qvb0' };
const address = (value: bigint) => ({ version: 4 as const, value });
const packet: Packet = {
  version: 4,
  protocol: 6,
  source: address(0x0a140209n),
  destination: address(0xcb007107n),
  destinationPort: 443,
};

const chainName = fc.constantFrom('PREROUTING', 'FORWARD', 'POSTROUTING', 'a', 'b', 'c', '__proto__', 'constructor');
const word = fc.oneof(
  fc.constantFrom(
    ...['-s', '-d', '-p', '-i', '-o', '-m', '-f', '!', '-j', '-g', '--sport', '--dport', '--dports', '--tcp-flags'],
    ...['--comment', '--match-set', '--mark', '--mac-source', '--src-range', '--physdev-in', '--physdev-is-bridged'],
    ...['tcp', 'udp', 'multiport', 'physdev', 'set', 'mark', 'state', '--state', 'mac', 'iprange', 'comment', 'limit'],
    ...['10.0.0.0/8', '0.0.0.0/0.255.0.255', '::/0', '1:2:3', '65536', ':', '-1', '0x', '0x1/0x1', '0xfffffffff', ','],
    ...[
      'toString',
      '__proto__',
      'constructor',
      'sw',
      'src',
      'NEW',
      'tap+',
      '+',
      '"',
      '"a \\" b"',
      '\\',
      '\u202e',
      '\0',
    ],
    ...['ACCEPT', 'DROP', 'RETURN', 'MARK', '--set-xmark', 'CT', '--notrack', 'CONNMARK', '--restore-mark', 'FOO'],
  ),
  fc.string({ maxLength: 12 }),
);
const target = fc.oneof(
  fc.constantFrom('', '-j ACCEPT', '-j DROP', '-j RETURN', '-j MARK --set-xmark 0x1/0x1', '-j NFQUEUE', '-j'),
  fc.tuple(fc.constantFrom('-j', '-g'), chainName).map(([letter, name]) => `${letter} ${name}`),
);
const rule = fc
  .tuple(chainName, fc.array(word, { maxLength: 8 }), target)
  .map(([chain, words, end]) => `-A ${chain} ${[...words, end].join(' ')}`.trimEnd());
const line = fc.oneof(
  { weight: 8, arbitrary: rule },
  { weight: 2, arbitrary: chainName.map((name) => `:${name} - [0:0]`) },
  { weight: 1, arbitrary: fc.constantFrom('COMMIT', '*filter', '*raw', '*mangle', ':FORWARD DROP [1:2]', '-A', ':x') },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
);
const dump = fc
  .array(line, { maxLength: 25 })
  .map((lines) =>
    ['*raw', ':PREROUTING ACCEPT', 'COMMIT', '*filter', ':FORWARD ACCEPT', ':a -', ':b -', ...lines].join('\n'),
  );
const sets = fc
  .array(fc.array(word, { maxLength: 6 }), { maxLength: 4 })
  .map((lines) => ['create sw hash:net', ...lines.map((words) => `add sw ${words.join(' ')}`)].join('\n'));

/** Properties of every verdict, whatever the tables are. */
function check({ is, ends }: Verdict): void {
  expect(ends.length).toBeGreaterThan(0);
  expect(ends.length).toBeLessThanOrEqual(256);
  const kinds = new Set(ends.map((end) => end.is));
  if (is === 'unknown') expect(kinds.has('open') || kinds.size > 1).toBe(true);
  else expect([...kinds]).toEqual([is]);
  for (const end of ends) {
    expect(end.why !== undefined).toBe(end.is === 'open');
    if (end.is === 'dropped') expect(deciderOf(end)?.text).toMatch(/DROP|REJECT/);
  }
}

test(
  'any text for tables and sets gives a verdict',
  () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(dump, sets, (text, members) => {
        const verdict = walk({ tables: parseTables(text), sets: parseIpSets(members) }, { packet, way });
        check(verdict);
        seen.add(verdict.is);
      }),
      fuzzing,
    );
    expect([...seen].sort()).toEqual(['accepted', 'dropped', 'unknown']);
  },
  fuzzTimeoutMs,
);

const filterOf = (lines: readonly string[]) => ({
  tables: parseTables(['*filter', ':FORWARD ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n')),
  sets: parseIpSets(''),
});
const whyOf = ({ ends }: Verdict): (string | undefined)[] =>
  ends.flatMap(({ is, why }) => (is === 'open' ? [why] : []));
const numbered = (count: number, lineOf: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => lineOf(index));

test.each(['-j', '-g'])('chains that lead to themselves by %s are said, and not followed', (letter) => {
  const lines = ['-A FORWARD -j a', `-A a ${letter} b`, `-A b ${letter} a`];
  const verdict = walk(filterOf([':a - [0:0]', ':b - [0:0]', ...lines]), { packet, way });
  expect(whyOf(verdict)).toEqual(['the chain a leads to itself']);
});

test('10,000 chains that lead into each other end the walk', () => {
  const lines = numbered(10_000, (index) => `-A c${String(index)} -j c${String(index + 1)}`);
  const verdict = walk(filterOf(['-A FORWARD -j c0', ...lines, ':c10000 - [0:0]']), { packet, way });
  expect(whyOf(verdict)).toEqual(['chains lead 512 deep into each other']);
});

test('10,000 chains beside each other are walked to their end', () => {
  const lines = numbered(10_000, (index) => `:c${String(index)} - [0:0]\n-A FORWARD -j c${String(index)}`);
  const verdict = walk(filterOf([...lines, '-A c9999 -j DROP']), { packet, way });
  expect(verdict.is).toBe('dropped');
  expect(listOf(verdict.ends[0]?.last)).toHaveLength(10_001);
});

test('chains that double the work 40 times end the walk', () => {
  const lines = numbered(
    40,
    (index) => `-A c${String(index)} -j c${String(index + 1)}\n-A c${String(index)} -j c${String(index + 1)}`,
  );
  const verdict = walk(filterOf(['-A FORWARD -j c0', ...lines, ':c40 - [0:0]']), { packet, way });
  expect(whyOf(verdict)).toEqual([expect.stringMatching(/^the walk ended after \d+ rules$/)]);
});

test('10,000 rules that nobody can judge end the walk with the ways that it knows', () => {
  const lines = numbered(10_000, (index) => `-A FORWARD -m limit --limit ${String(index)}/sec -j RETURN`);
  const verdict = walk(filterOf(lines), { packet, way });
  expect(verdict.is).toBe('unknown');
  expect(new Set(whyOf(verdict))).toEqual(new Set(['more than 128 ways are possible']));
});

/**
 * Random rules of every shape that stackward writes, with any prefix, device, MAC address and path; and the changes
 * that an attacker could make to them.
 */
import { defined } from '../../lib/basics/defined';
import fc from 'fast-check';
import { formatAddress } from '../../lib/net/ip-ranges';
import type { OwnTable } from '../../lib/iptables/own-chain';
import { commentOf } from '../../lib/iptables/rule-comment';
import { renderRule, type OwnRule } from '../../reconcilers/firewall-exception/chain/rule-shape';

export interface GeneratedRule {
  readonly table: OwnTable;
  readonly family: 4 | 6;
  readonly text: string;
}

const prefixOf = (family: 4 | 6): fc.Arbitrary<string> => {
  const bits = family === 4 ? 32 : 128;
  const sparse = fc.array(fc.constantFrom(0n, 0n, 0n, 1n, 0xffffn, 0xfe80n), { minLength: 8, maxLength: 8 });
  const value = fc.oneof(
    fc.bigInt(1n, (1n << BigInt(bits)) - 1n),
    sparse.map((words) => words.reduce<bigint>((sum, word) => (sum << 16n) | word, 0n) & ((1n << BigInt(bits)) - 1n)),
  );
  return fc.tuple(value, fc.integer({ min: 1, max: bits })).map(([address, length]) => {
    const hosts = BigInt(bits - length);
    return `${formatAddress(family, (address >> hosts) << hosts)}/${length}`;
  });
};

const letters = (from: string, length: fc.StringConstraints): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...from), ...length });

const tap = letters('0123456789abcdef-', { minLength: 1, maxLength: 11 }).map((end) => `tap${end}`);
const device = letters('abeqvx09_.:@-', { minLength: 1, maxLength: 14 }).map((end) => `e${end}`);
const path = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 40 });
const mac = letters('0123456789abcdef', { minLength: 12, maxLength: 12 }).map((text) => text.match(/../g)!.join(':'));
const bit = fc.nat(31).map((position) => `0x${((1 << position) >>> 0).toString(16)}`);

/** All parts that rules are made of. Each shape uses those that it needs. */
const shapes: readonly ((parts: Parts) => { table: OwnTable; rule: OwnRule })[] = [
  (p) => ({ table: 'mangle', rule: { source: p.source, ...p.leaving, verdict: 'RETURN' } }),
  (p) => ({ table: 'mangle', rule: { ...p.ends, ...p.leaving, mac: p.mac, verdict: { setMark: p.bit } } }),
  (p) => ({ table: 'filter', rule: { source: p.source, ...p.leaving, verdict: 'RETURN' } }),
  (p) => ({ table: 'mangle', rule: { dhcp: p.family, ...p.leaving, verdict: 'RETURN' } }),
  (p) => ({ table: 'filter', rule: { dhcp: p.family, ...p.leaving, verdict: 'RETURN' } }),
  (p) => ({ table: 'filter', rule: { ...p.ends, ...p.leaving, verdict: 'ACCEPT' } }),
  (p) => ({ table: 'filter', rule: { ...p.leaving, mark: p.bit, verdict: 'ACCEPT' } }),
  (p) => ({ table: 'filter', rule: { destination: p.destination, ...p.entering, verdict: 'RETURN' } }),
  (p) => ({ table: 'filter', rule: { ...p.ends, ...p.entering, verdict: 'ACCEPT' } }),
];

type Way = Pick<OwnRule, 'in' | 'out' | 'comment'>;
interface Parts {
  readonly family: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly ends: Pick<OwnRule, 'source' | 'destination'>;
  readonly leaving: Way;
  readonly entering: Way;
  readonly mac: string;
  readonly bit: string;
}

const partsOf = (family: 4 | 6): fc.Arbitrary<Parts> =>
  fc
    .record({
      source: prefixOf(family),
      destination: prefixOf(family),
      tap,
      device,
      path,
      mac,
      bit,
      has: fc.tuple(fc.boolean(), fc.boolean()),
    })
    .map(({ source, destination, has, tap: port, device: far, path: parts, ...more }) => {
      const comment = commentOf(parts.join('/'));
      const ends = {
        ...defined({ source: has[0] ? source : undefined, destination: has[1] ? destination : undefined }),
      };
      const leaving = { in: port, out: far, comment };
      return { family, source, destination, ends, leaving, entering: { in: far, out: port, comment }, ...more };
    });

/** Addresses of rules.ts. One may be an IPv4 address written as IPv6, which no rule of stackward has. */
export const generatedRule: fc.Arbitrary<GeneratedRule> = fc.constantFrom(4 as const, 6 as const).chain((family) =>
  fc.tuple(partsOf(family), fc.constantFrom(...shapes)).map(([parts, shape]) => {
    const { table, rule } = shape(parts);
    return { table, family, text: renderRule(rule) };
  }),
);

/** The rule as iptables before 1.8 prints it. */
export const oldSpelling = (rule: string): string =>
  rule
    .replace('physdev --', 'physdev  --')
    .replace(/--comment "(\S+)"/, '--comment $1')
    .replace(/(?<=--mac-source )\S+/, (found) => found.toUpperCase());

const pieces = [
  ...[
    '!',
    '-j DROP',
    '-j ACCEPT',
    '-j some-chain',
    '--modprobe=/tmp/x',
    '-t nat',
    '-F',
    '-m mark',
    '-i eth0',
    '-p udp',
    '-m udp --sport 67 --dport 68',
    '-m udp --sport 547 --dport 546',
    '-m udp --sport 67 --dport 546',
    '+',
    'tap+',
  ],
  ...[
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1/8',
    '10.99.0.0/24',
    '010.0.0.0/8',
    '2001:DB8::/32',
    '::ffff:10.0.0.0/104',
    '::1.2.3.4/128',
  ],
  ...[
    '"',
    '\\',
    "'",
    '\n',
    '\r',
    '\t',
    '\0',
    '\u2028',
    '\u0660',
    '\u212a',
    'neutron-openvswi',
    '%2d',
    '%',
    '~',
    '0x3/0x3',
    '0x8/0x4',
    ' ',
  ],
];

/**
 * One to three changes: a character or a word goes, comes, is exchanged or is doubled, or the rule is put into the
 * other table or family.
 */
export const mutatedRule: fc.Arbitrary<GeneratedRule> = fc
  .tuple(
    generatedRule,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...pieces), fc.nat(8)), { minLength: 1, maxLength: 3 }),
  )
  .map(([rule, changes]) => changes.reduce(change, rule));

function change(rule: GeneratedRule, [index, piece, how]: readonly [number, string, number]): GeneratedRule {
  const { table, family, text } = rule;
  const words = text.split(' ');
  const [letter, word] = [index % (text.length + 1), index % words.length];
  const changed = [
    () => text.slice(0, letter) + text.slice(letter + 1),
    () => text.slice(0, letter) + piece + text.slice(letter),
    () => text.slice(0, letter) + piece.slice(0, 1) + text.slice(letter + 1),
    () => words.toSpliced(word, 1).join(' '),
    () => words.toSpliced(word, 0, piece).join(' '),
    () => words.toSpliced(word, 1, piece).join(' '),
    () => words.toSpliced(word, 0, words[word] ?? '').join(' '),
    () => oldSpelling(text),
    () => text.replace(' ', ' '.repeat(index % 1100)),
  ];
  const elsewhere = { table: table === 'filter' ? 'mangle' : 'filter', family: family === 4 ? 6 : 4 } as const;
  if (piece === '-F') return { ...rule, table: elsewhere.table };
  if (piece === '-t nat') return { ...rule, family: elsewhere.family };
  return { ...rule, text: changed[how]?.() ?? text };
}

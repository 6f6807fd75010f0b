import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findForeignJumps, findOwnChains } from '../../lib/iptables/own-chain';
import { chainsOf, parseRuleset, renderRuleset, rulesOf } from '../../lib/iptables/ruleset';

const folder = join(__dirname, '../fixtures/iptables');
const dumps = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.txt'));
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

test.each(dumps)('%s: parsed, and rendered back byte for byte', (name) => {
  expect(renderRuleset(parseRuleset(read(name)))).toBe(read(name));
});

test('every line of a dump is known but its comments', () => {
  const saves = dumps.filter((name) => name.includes('iptables-save'));
  expect(saves.length).toBeGreaterThan(25);
  for (const name of saves) {
    const strange = parseRuleset(read(name)).filter((line) => line.is === 'other' && !/^(#.*)?$/.test(line.text));
    expect([name, strange]).toEqual([name, []]);
  }
});

test('tables, chains, policies, counters and rules', () => {
  const ruleset = parseRuleset(read('ovs-09-foreign-everywhere-before.iptables-save.txt'));
  expect(ruleset).toContainEqual({ is: 'chain', name: 'INPUT', policy: 'ACCEPT', counters: '[2807:333878]' });
  expect(ruleset).toContainEqual({ is: 'chain', name: 'neutron-filter-top', policy: '-', counters: '[0:0]' });
  expect(chainsOf(ruleset).has('raw neutron-openvswi-PREROUTING')).toBe(true);
  expect(rulesOf(ruleset).filter((rule) => rule.chain === 'neutron-filter-top')).toEqual([
    { table: 'filter', chain: 'neutron-filter-top', text: '-j neutron-openvswi-local' },
    { table: 'filter', chain: 'neutron-filter-top', text: '-s 203.0.113.10/32 -j ACCEPT' },
  ]);
});

test('unforeseen lines are kept: counters of -c, no line end, CR, a rule without a word', () => {
  for (const text of [
    '',
    '\n\n',
    '[4:336] -A FORWARD -j x\n',
    '-A x',
    '-A x \n',
    '*filter\r\nCOMMIT\r\n',
    ':a b c d\n',
    '-P x y',
  ])
    expect(renderRuleset(parseRuleset(text))).toBe(text);
  expect(parseRuleset('[4:336] -A FORWARD -j x')).toEqual([
    { is: 'rule', chain: 'FORWARD', text: '-j x', counters: '[4:336]' },
  ]);
});

describe('our chain among others', () => {
  const text = [
    '*mangle',
    ':stackward-0a1b2c3d - [0:0]',
    ':FORWARD ACCEPT [0:0]',
    '-A FORWARD -j stackward-0a1b2c3d',
    'COMMIT',
    '*filter',
    ':stackward-0a1b2c3d - [0:0]',
    ':stackward-0a1b2c3d0 - [0:0]',
    '-A INPUT -j stackward-0a1b2c3d',
    '-A neutron-filter-top -j stackward-0a1b2c3d',
    '-A neutron-filter-top -j stackward-0a1b2c3d',
    '-A neutron-filter-top -j stackward-0a1b2c3d0',
    '-A neutron-filter-top -p tcp -g stackward-0a1b2c3d',
    '-A neutron-filter-top -m comment --comment "an \\"old\\" -j stackward-0a1b2c3d was here" -j ACCEPT',
    '-A stackward-0a1b2c3d0 -s 203.0.113.1/32 -j DROP',
    '-A stackward-0a1b2c3d -s 203.0.113.2/32 -j ACCEPT',
    'COMMIT',
  ].join('\n');

  test('is found by its whole name, with its jumps alone', () => {
    expect(findOwnChains(parseRuleset(text), 'stackward-0a1b2c3d')).toEqual({
      mangle: { exists: true, jumps: 1, rules: [] },
      filter: { exists: true, jumps: 2, rules: ['-s 203.0.113.2/32 -j ACCEPT'] },
    });
  });

  test('whoever else leads there is named', () => {
    expect(findForeignJumps(parseRuleset(text), 'stackward-0a1b2c3d')).toEqual([
      'filter: -A INPUT -j stackward-0a1b2c3d',
      'filter: -A neutron-filter-top -p tcp -g stackward-0a1b2c3d',
    ]);
  });
});

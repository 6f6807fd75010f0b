/** The tables that Neutron's agent is expected to make, beside those that a real agent made of the same change. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { followAgent, type PortFiltering } from '../../lib/agent-filter/port-chains';
import type { GroupRule } from '../../lib/contract/trace-ports';
import { parseIpSets } from '../../lib/packet-path/ip-sets';
import { parseTables, type Tables } from '../../lib/packet-path/tables';

const read = (name: string): string => readFileSync(join(__dirname, `../fixtures/iptables/${name}.txt`), 'utf8');
const tablesOf = (name: string): Tables => parseTables(read(`${name}.iptables-save`));
const sets = parseIpSets(read('ovs-01-oneport.ipset-save'));
const portId = '3bf6a437-7e1e-409e-a625-7f1d851f5954';
const group = 'b7e67643-c745-4b13-b524-000000000000';

const ingress = (rule: Partial<GroupRule>): GroupRule => ({ direction: 'ingress', family: 4, ...rule });
const ssh = ingress({ protocol: 'tcp', from: 22, to: 22 });
const members = ingress({ remoteGroup: group });
const mac = 'fa:16:3e:08:1f:51';
const was: PortFiltering = {
  rules: [ssh, members, { direction: 'egress', family: 4 }, { direction: 'egress', family: 6 }],
  senders: [{ address: '10.20.2.26', mac }],
  isFiltered: true,
};
const follow = (is: PortFiltering, before = was) =>
  followAgent({ tables: tablesOf('ovs-01-oneport'), sets, version: 4 }, portId, before, is);

/** Of each chain of filter, the rules without comments, and the order of rules that all return doesn't matter. */
const said = (tables: Tables | string) =>
  typeof tables === 'string'
    ? tables
    : Object.fromEntries(
        [...(tables.get('filter')?.chains ?? [])].map(([name, { rules }]) => [name, rules.map(plain).sort()]),
      );
const plain = (rule: string): string =>
  rule
    .replace(/ ?-m comment --comment "(?:[^"\\]|\\.)*"/, '')
    .replace('-p 6 ', '-p tcp ')
    .trim();

test.each<[string, string, PortFiltering]>([
  [
    'a rule that comes',
    'ovs-03-after-sgrule-add',
    { ...was, rules: [...was.rules, ingress({ protocol: 'tcp', from: 8080, to: 8080 })] },
  ],
  [
    'an address pair that comes',
    'ovs-04-aap-10.99.0.0_24',
    { ...was, senders: [...was.senders, { address: '10.99.0.0/24', mac }] },
  ],
  [
    'a pair for every address',
    'ovs-05-aap-0.0.0.0_0',
    { ...was, senders: [...was.senders, { address: '0.0.0.0/0', mac }] },
  ],
  ['port security that goes', 'ovs-11-port-security-disabled', { ...was, isFiltered: false }],
])('%s makes the rules that the agent made', (_, fixture, is) => {
  expect(said(follow(is))).toMatchObject(said(tablesOf(fixture)) as object);
});

test('a rule that comes and a rule that goes leave the rules between them', () => {
  const is = {
    ...was,
    rules: [members, ingress({ protocol: 'udp', from: 1000, to: 2000, remotePrefix: '192.0.2.0/24' })],
  };
  const after = follow({ ...is, rules: [...is.rules, ...was.rules.slice(2)] });
  const chain = (after as Tables).get('filter')?.chains.get('neutron-openvswi-i3bf6a437-7')?.rules.map(plain);
  expect(chain?.slice(-4)).toEqual([
    '-m set --match-set NIPv4b7e67643-c745-4b13-b524- src -j RETURN',
    '-s 192.0.2.0/24 -p 17 -m udp -m multiport --dports 1000:2000 -j RETURN',
    '-m state --state INVALID -j DROP',
    '-j neutron-openvswi-sg-fallback',
  ]);
});

test('nothing is told where the chains are not those of the groups that the API shows', () => {
  const late = { ...was, rules: [...was.rules, ingress({ protocol: 'tcp', from: 443, to: 443 })] };
  expect(follow(was, late)).toMatch(/does not hold all rules of its groups/);
  const elsewhere = { ...was, senders: [{ address: '10.20.2.27', mac }] };
  expect(follow(was, elsewhere)).toMatch(/does not hold all its addresses/);
  expect(follow(was, { ...was, isFiltered: false })).toMatch(/port security comes on/);
});

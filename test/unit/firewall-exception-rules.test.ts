/** Rules that stackward writes are recognised again, rule by rule, and no other rule is. */
import { defined } from '../../lib/basics/defined';
import fc from 'fast-check';
import { ownTables } from '../../lib/iptables/own-chain';
import { commentOf } from '../../lib/iptables/rule-comment';
import { releases } from '../../lib/openstack/releases';
import { findOwnComment } from '../../reconcilers/firewall-exception/chain/rule-shape';
import { families, rulesFor } from '../../reconcilers/firewall-exception/chain/rules';
import { exception, portId } from '../support/firewall-texts';

const prefixes = fc.oneof(
  fc.constant('any' as const),
  fc.uniqueArray(fc.constantFrom('10.99.0.0/24', '10.77.0.0/24', '2001:db8:99::/48', '2001:db8:77::/64'), {
    minLength: 1,
  }),
);
const spec = fc.record({
  mode: fc.constantFrom('routed' as const, 'bridged' as const),
  firewallDriver: fc.constantFrom('iptables' as const, 'iptables_hybrid' as const),
  release: fc.constantFrom(...releases),
  sources: prefixes,
  destinations: prefixes,
});
const port = {
  id: portId,
  macAddress: 'FA:16:3E:9B:DA:EE',
  fixedIps: ['10.77.0.10', '2001:db8:77::10'].map((address) => ({ subnetId: 'green', address })),
};
const path = "acme/Büro (2)/Transit/neutron-openvswi's";

/** The rule as iptables before 1.8 prints it. */
const old = (rule: string): string =>
  rule
    .replace('physdev --', 'physdev  --')
    .replace(/--comment "(\S+)"/, '--comment $1')
    .replace(/[0-9a-f:]{17}/, (mac) => mac.toUpperCase());

test('every rule that is written is ours, as every iptables prints it; one word more or less, and it is not', () => {
  let seen = 0;
  fc.assert(
    fc.property(spec, fc.constantFrom(['qvb28f25940-63'], ['eth1.7', 'bond0']), fc.nat(), (more, far, nth) => {
      const rules = rulesFor({ spec: exception(more), port, path, ends: far });
      for (const family of families)
        for (const table of ownTables)
          for (const rule of rules[family][table]) {
            seen += 1;
            const words = rule.split(' ');
            const without = words.toSpliced(nth % words.length, 1).join(' ');
            const within = words.toSpliced(nth % words.length, 0, '!').join(' ');
            const found = [rule, old(rule), without, within].map((each) => findOwnComment(table, each));
            expect([rule, nth, found]).toEqual([rule, nth, [commentOf(path), commentOf(path), undefined, undefined]]);
          }
    }),
  );
  expect(seen).toBeGreaterThan(200);
});

describe("an address of the port's own that the sources cover goes on to its groups, before anything passes", () => {
  const own = ['10.77.0.10/32', '2001:db8:77::10/128'];
  const passing = [
    [
      'named prefixes of both families, one source among others',
      { sources: ['10.99.0.0/24', '10.77.0.0/24', '2001:db8:77::/64'] },
    ],
    ['any', { sources: 'any' as const }],
    ['the address alone', { sources: ['10.77.0.10/32', '2001:db8:77::10/128'] }],
    [
      'a bridged server',
      { sources: ['10.77.0.0/24', '2001:db8:77::/64'], mode: 'bridged' as const, release: 'icehouse' as const },
    ],
    ['with a mark', { sources: ['10.77.0.0/24', '2001:db8:77::/64'], release: 'mitaka' as const }],
  ] as const;
  test.each(passing)('%s', (_, more) => {
    const spec = exception({
      destinations: 'any',
      ...more,
      ...defined({ sources: 'sources' in more && more.sources !== 'any' ? [...more.sources] : undefined }),
    } as Parameters<typeof exception>[0]);
    const rules = rulesFor({ spec, port, path, ends: ['qvb28f25940-63'] });
    for (const [index, family] of families.entries()) {
      const { mangle, filter } = rules[family];
      const isOut = (rule: string) => rule.includes('--physdev-in tap');
      const leaving = [...(mangle.length > 0 ? mangle : filter.filter(isOut))];
      const entering = filter.filter((rule) => !isOut(rule));
      for (const [option, ways] of [
        ['-s', leaving],
        ['-d', entering],
      ] as const) {
        const left = ways.findIndex(
          (rule) => rule.startsWith(`${option} ${own[index]} `) && rule.endsWith('-j RETURN'),
        );
        const first = ways.findIndex((rule) => !rule.endsWith('-j RETURN'));
        expect([family, option, left >= 0, left < first]).toEqual([family, option, true, true]);
      }
    }
  });

  test('sources that hold none of them: nothing but the pass, behind the rule that leaves DHCP replies to the groups', () => {
    const spec = exception({ sources: ['10.99.0.0/24', '2001:db8:99::/48'], destinations: 'any' });
    const rules = rulesFor({ spec, port, path, ends: ['qvb28f25940-63'] });
    expect(families.flatMap((family) => rules[family].filter.map((rule) => rule.split(' ').at(-1)))).toEqual([
      'RETURN',
      'ACCEPT',
      'ACCEPT',
      'RETURN',
      'ACCEPT',
      'ACCEPT',
    ]);
  });

  test.each([
    ['any', 'any' as const],
    ['half of all', ['8000::/1']],
    ['the prefix around it', ['fe80::/9']],
    ['many prefixes', ['2001:db8:99::/48', 'f000::/4']],
  ])('link-local addresses of IPv6 among %s: left to the groups, but not of a bridged server', (_, sources) => {
    const linkLocal = (mode: 'routed' | 'bridged') =>
      rulesFor({ spec: exception({ sources, mode, release: 'icehouse' }), port, path, ends: ['qvb0'] }).ipv6;
    expect(linkLocal('routed').mangle).toContainEqual(expect.stringMatching(/^-s fe80::\/10 .* -j RETURN$/));
    expect(linkLocal('routed').mangle.at(-1)).not.toContain('RETURN');
    expect(JSON.stringify(linkLocal('bridged'))).not.toMatch(/fe80::.10|-p udp/);
  });
});

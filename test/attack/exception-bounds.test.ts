/** More rules than a host can be asked to keep: refused where they are declared and before they are written. */
import { maxPrefixes, maxRules, maxRulesOfOwner, maxStoredBytes } from '../../lib/synth/exception-limits';
import { InvalidConfiguration } from '../../lib/basics/errors';
import type { Sweep } from '../../lib/contract/reconciler';
import { firewallException } from '../../reconcilers/firewall-exception';
import type { FirewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];
const prefixes = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${first + (index >> 8)}.${index & 255}.0.0/16`);

let world: FirewallHosts | undefined;
afterEach(() => {
  world?.remove();
  world = undefined;
});

const start = (variant: 'nft' | 'legacy' = 'nft'): FirewallHosts => {
  world = new FirewallHosts(['cnode01'], { variant });
  world.network.putPort({ id: portId, hostId: 'cnode01', macAddress: 'fa:16:3e:9b:da:ee' });
  return world;
};

describe('the spec of an exception', () => {
  test.each([
    [200, 200, `prefixes, and ${maxPrefixes} are allowed`],
    [256, 256, `prefixes, and ${maxPrefixes} are allowed`],
    [100, 100, `it makes 20000 rules, for each source with each destination, and ${maxRules} are allowed`],
    [1, 10_000, `prefixes, and ${maxPrefixes} are allowed`],
  ])('refuses %d sources with %d destinations, and names number and limit', (sources, destinations, words) => {
    const spec = exception({ sources: prefixes(20, sources), destinations: prefixes(100, destinations) });
    expect(() => firewallException.parse(spec)).toThrow(InvalidConfiguration);
    expect(() => firewallException.parse(spec)).toThrow(words);
  });

  test('accepts as many sources and destinations as are allowed', () => {
    const spec = exception({ sources: prefixes(20, 100), destinations: prefixes(100, 5) });
    expect(firewallException.parse(spec)).toEqual(spec);
  });
});

describe.each(['nft', 'legacy'] as const)('on a host with iptables-%s', (variant) => {
  test('as many rules as one owner may have are written, read again and removed; one more exception is refused', async () => {
    const { network } = start(variant);
    const portOf = (index: number): string => `${String(index).padStart(8, '0')}-63aa-4c5e-9d0b-1f6a7e5c3b21`;
    const wishes = (count: number): Record<string, FirewallExceptionSpec> =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `Branch${index}`,
          exception({ portId: portOf(index), sources: prefixes(20, 62), destinations: prefixes(100, 8) }),
        ]),
      );
    for (let index = 0; index < 6; index++) network.putPort({ id: portOf(index), hostId: 'cnode01' });
    const [host, many] = [world!.get(), [manifestOf(wishes(5))]];
    // 62 times 8 pairs, each way, and one rule for DHCP.
    expect(5 * (2 * 62 * 8 + 1)).toBeLessThanOrEqual(maxRulesOfOwner);
    const { outcomes, problems } = await world!.run(many, { sweep: all });
    expect([outcomes.map(([, outcome]) => outcome), problems]).toEqual([Array(5).fill('applied'), []]);
    expect(Object.values(host.stored()).every((text) => text.length <= maxStoredBytes)).toBe(true);
    expect((await world!.plan(many, all)).steps).toEqual([]);

    const before = host.lines();
    const more = await world!.run([manifestOf(wishes(6))], { sweep: all });
    expect([more.outcomes, more.problems]).toEqual([
      [],
      [
        expect.stringMatching(
          /^firewall-exception\.acme\/Branch5@host:cnode01: the exceptions of team-a would be 5958 rules on cnode01, and 5000 are allowed/,
        ),
      ],
    ]);
    expect(host.lines()).toEqual(before);

    const fewer = await world!.run([manifestOf(wishes(1))], { sweep: all });
    expect([fewer.outcomes.map(([, outcome]) => outcome), fewer.problems]).toEqual([Array(4).fill('applied'), []]);
    expect((await world!.run([manifestOf({})], { sweep: all })).problems).toEqual([]);
    expect([host.ours(), host.stored()]).toEqual([[], {}]);
  });
});

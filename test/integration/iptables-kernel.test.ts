/** A sample of the generated rule sets in the real kernel: what `restored` foresees is what happens there. */
import fc from 'fast-check';
import { findOwnChains, renderReplacement } from '../../lib/iptables/own-chain';
import { parseRuleset } from '../../lib/iptables/ruleset';
import { makeNamespace, type Namespace } from '../contract/host-network-suite';
import { chain, ownRules, tables, withoutOurs } from '../support/iptables-arbitrary';
import { restore, RestoreRefused, rulesAsText } from '../support/iptables-restored';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

let namespace: Namespace;
beforeAll(() => (namespace = makeNamespace()));
afterAll(() => namespace.remove());

/** Lines that count, table by table: the kernel prints chains in an order of its own. */
const lines = (text: string): string[] => {
  let table = '';
  const found = text.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line;
    return /^(-A|:stack|:foo|:neutron|:DOCKER|:x-)/.test(line) ? [`${table} ${line.replace(/ \[\d+:\d+\]$/, '')}`] : [];
  });
  const rules = found.filter((line) => line.includes(' -A '));
  const byChain = (line: string): string => line.split(' ').slice(0, 3).join(' ');
  const chains = [...new Set(rules.map(byChain))].sort();
  return [
    ...found.filter((line) => !line.includes(' -A ')).sort(),
    ...chains.flatMap((chain) => rules.filter((line) => byChain(line) === chain)),
  ];
};

test.each(['nft', 'legacy'] as const)(
  'a rendered change makes of the tables of iptables-%s what the renderer foresees, and leaves foreign rules',
  (variant) => {
    let count = 0;
    fc.assert(
      fc.property(tables, ownRules, ({ text }, wanted) => {
        // CT is of the table raw alone.
        const allowed = text.replace(/ -j CT --zone 4098/g, ' -j ACCEPT');
        namespace.feed(allowed, `iptables-${variant}-restore`);
        const saved = namespace.run(`iptables-${variant}-save`);
        const ruleset = parseRuleset(saved);
        const change = renderReplacement(chain, findOwnChains(ruleset, chain), wanted);
        if (change !== '') namespace.feed(change, `iptables-${variant}-restore`, '-n');
        const after = namespace.run(`iptables-${variant}-save`);
        expect(lines(after)).toEqual(lines(rulesAsText(restore(ruleset, change))));
        expect(withoutOurs(after).filter((line) => line.startsWith('-A'))).toEqual(
          withoutOurs(saved).filter((line) => line.startsWith('-A')),
        );
        count += 1;
      }),
      { numRuns: 40, seed: 20_261_123 },
    );
    expect(count).toBe(40);
  },
);

const refusedTexts = {
  'a chain that a rule leads to': '-X stackward-a',
  'a chain with a rule': '-X stackward-b',
  'a rule that leads to no chain': '-A stackward-a -j stackward-c',
  'a chain that is there': '-N stackward-a',
  'a rule that is not there': '-D stackward-b -s 192.0.2.1/32 -j DROP',
};
describe.each(['nft', 'legacy'] as const)('iptables-%s refuses, as foreseen,', (variant) => {
  test.each(Object.entries(refusedTexts))('%s', (_, command) => {
    const lines = ['-N stackward-a', '-N stackward-b', '-A stackward-b -j stackward-a'];
    namespace.feed(['*filter', ...lines, 'COMMIT', ''].join('\n'), `iptables-${variant}-restore`);
    const text = ['*filter', command, 'COMMIT', ''].join('\n');
    const ruleset = parseRuleset(namespace.run(`iptables-${variant}-save`));
    expect(() => restore(ruleset, text)).toThrow(RestoreRefused);
    expect(() => namespace.feed(text, `iptables-${variant}-restore`, '-n')).toThrow();
  });
});

/** A walk through tables that ends at its greatest number of steps. */
import { parseIpSets } from '../../lib/packet-path/ip-sets';
import { parseTables } from '../../lib/packet-path/tables';
import { walk } from '../../lib/packet-path/walk';
import { parseAddress } from '../../lib/net/ip-ranges';

const mostSteps = 400_000;
/** Of the hook's begin, the rule with a doubt, that rule again as met, and the rule that drops. */
const otherSteps = 4;

test('a way that ends at the greatest number of steps leaves those unsure that nobody went', () => {
  const rules = '-A LONG -j LOG\n'.repeat(mostSteps - otherSteps);
  const text = `*filter\n:FORWARD ACCEPT [0:0]\n:LONG - [0:0]\n-A FORWARD -m limit --limit 3/sec -j LONG\n${rules}-A LONG -j DROP\nCOMMIT\n`;
  const [source, destination] = [parseAddress('192.0.2.1'), parseAddress('192.0.2.2')];
  const packet = { version: 4, protocol: 1, source, destination } as const;
  const way = { is: 'bridged', bridge: 'br', from: 'tap1', to: 'eth1' } as const;
  expect(walk({ tables: parseTables(text), sets: parseIpSets('') }, { packet, way }).is).toBe('unknown');
});

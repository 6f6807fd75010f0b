/** Every line that a plan can have about an exception that can't be put, or that leaves. */
import type { Sweep } from '../../lib/contract/reconciler';
import {
  dhcp,
  agentTables,
  chain,
  exception,
  into,
  jump,
  kernelWith,
  manifestOf,
  out,
  portId,
  stored,
  TextHosts,
  type TextHost,
} from '../support/firewall-texts';

const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];

const planned = (host: TextHost, wanted = { Branch: exception() }, sweep: readonly Sweep[] = []) =>
  new TextHosts({ cnode01: host }).text([manifestOf(wanted)], sweep);

describe('an exception that can not be written', () => {
  test('no agent has run since the tables were emptied', async () => {
    expect(await planned({ ipv4: '', ipv6: '' })).toMatchInlineSnapshot(`
     "Error: A failure that may pass; running the same command again is safe
       firewall-exception.acme/Branch@host:cnode01
       the chain neutron-filter-top is not there: Neutron's agent has not run on cnode01 since its tables were emptied; start the agent, then run again

     Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
     "
    `);
  });
  test('an uplink whose name iptables would take for a pattern', async () => {
    const networkId = '4f7080d4-72bd-4c55-a6b5-0e2f0c2f9f11';
    const bridges = { 'brq4f7080d4-72': ['eth+', `tap${portId.slice(0, 11)}`] };
    const hosts = new TextHosts({ cnode01: { bridges } }, { type: 'Linux bridge agent', isAlive: true });
    hosts.network.putPort({ id: portId, networkId, vifType: 'bridge', hybridPlug: false });
    const text = await hosts.text([manifestOf({ Branch: exception({ firewallDriver: 'iptables' }) })]);
    expect(text).toMatch(/no rule of stackward can hold, so nothing is put: .*--physdev-out eth\+ /);
    expect(text).toContain('0 to add, 0 to change, 0 to destroy, 1 problem');
  });
  test('the agent filters no IPv6', async () => {
    const wanted = { Branch: exception({ sources: ['2001:db8:99::/48', '10.99.0.0/24'] }) };
    expect(await planned({ ipv6: '' }, wanted)).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be created
       # (because the exception is declared, and none of its rules is on this host)
       + port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           + IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 67 --dport 68 -j RETURN
           + IPv4 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -j ACCEPT
           + IPv4 filter rule 3 = qvb28f25940-63 to tap28f25940-63: -d 10.99.0.0/24 -j ACCEPT
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to any IPv4 address, and from any IPv4 address into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Warning: firewall-exception.acme/Branch@host:cnode01
       Neutron's agent filters no IPv6 on cnode01, so there is nothing to open for IPv6

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test.each([
    ['named sources', { sources: ['2001:db8:99::/48', '10.99.0.0/24'] }],
    ['any', { sources: 'any' as const }],
  ])(
    'the chains of the agent are gone for IPv6 alone, and rules for IPv6 were there: %s; all stay',
    async (_, more) => {
      const [ipv4File = '', text = ''] = Object.entries(stored)[0] ?? [];
      const ipv6File = ipv4File.replace('.ipv4', '.ipv6');
      const files = { ...stored, [ipv6File]: text.replaceAll('10.99.0.0/24', '2001:db8:99::/48') };
      const hosts = new TextHosts({ cnode01: { ipv4: kernelWith(dhcp, out, into), ipv6: '', files } });
      const { steps, problems } = await hosts.plan([manifestOf({ Branch: exception(more) })], all);
      expect([steps, problems.map(({ reason, message }) => `${reason}: ${message}`)]).toEqual([
        [],
        [expect.stringMatching(/^TransientError: .* not there for IPv6.* start the agent, .* or delete \S+\.ipv6 if/)],
      ]);
    },
  );
  test('a foreign rule in our chain', async () => {
    const ipv4 = kernelWith(dhcp, out, into, '-s 192.0.2.66/32 -m comment --comment "ticket 4711" -j ACCEPT');
    expect(await planned({ ipv4, files: stored })).toMatchInlineSnapshot(`
     "Error: Left alone, because going on would be unsafe
       firewall-exception.acme/Branch@host:cnode01
       the IPv4 chain stackward-96c2886c51d1dfb4 holds, or is led to by, what stackward did not put there (filter: -s 192.0.2.66/32 -m comment --comment "ticket 4711" -j ACCEPT); nothing of it is touched: delete that by hand, then plan again

     Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
     "
    `);
  });
  test.each([
    ['a DROP with a link', '-s 10.99.0.66/32 -m comment --comment "https://jira/OPS-4711" -j DROP'],
    ['a pass with a path', '-s 10.50.0.0/16 -m comment --comment "jira/OPS-4711" -j ACCEPT'],
    ['a rule as ours with another comment', out.replace('stackward:acme/Branch', 'jira/OPS-4711')],
    ['a rule of ours that now drops', out.replace('ACCEPT', 'DROP')],
    ['our comment on a rule for every port', '-m comment --comment "stackward:acme/Branch" -j ACCEPT'],
    ['one end of the way alone', out.replace('--physdev-out qvb28f25940-63 ', '')],
    ['a way between two servers', out.replace('qvb', 'tap')],
    ['one match more', out.replace('-m comment', '-m tcp --dport 22 -m comment')],
  ])('%s in our chain is not ours, whatever its comment says: no run removes or rewrites it', async (_, rule) => {
    const ipv4 = kernelWith(dhcp, out, into, rule);
    for (const wanted of [{ Branch: exception() }, { Branch: exception({ sources: ['10.98.0.0/24'] }) }, {}]) {
      const { steps, problems } = await new TextHosts({ cnode01: { ipv4, files: stored } }).plan(
        [manifestOf(wanted)],
        all,
      );
      expect([steps, problems.map(({ reason, message }) => `${reason}: ${message}`)]).toEqual([
        [],
        [expect.stringMatching(/^Blocked: .*did not put there \(filter: /)],
      ]);
      expect(problems[0]?.message).toContain(`filter: ${rule})`);
    }
  });
  test('a foreign rule that leads to our chain', async () => {
    const ipv4 = kernelWith(dhcp, out, into).replace('COMMIT', `-A FORWARD -p tcp -j ${chain}\nCOMMIT`);
    expect(await planned({ ipv4, files: stored })).toMatchInlineSnapshot(`
     "Error: Left alone, because going on would be unsafe
       firewall-exception.acme/Branch@host:cnode01
       the IPv4 chain stackward-96c2886c51d1dfb4 holds, or is led to by, what stackward did not put there (filter: -A FORWARD -p tcp -j stackward-96c2886c51d1dfb4); nothing of it is touched: delete that by hand, then plan again

     Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
     "
    `);
  });
  test('a file of our name that is not ours', async () => {
    const files = Object.fromEntries(Object.keys(stored).map((path) => [path, '*filter\nCOMMIT\n']));
    expect(await planned({ files })).toMatchInlineSnapshot(`
     "Error: Left alone, because going on would be unsafe
       firewall-exception.acme/Branch@host:cnode01
       /var/lib/stackward/firewall-exception-96c2886c51d1dfb4.ipv4 is there and bears no header, or no rule, of ours; move it away, then plan again

     Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
     "
    `);
  });
  test('a file with our header in which nothing is ours: said, also where nothing is wanted', async () => {
    const [path = '', text = ''] = Object.entries(stored)[0] ?? [];
    const files = {
      [path]: text.replace(/-A stackward-\S+ .*\n/g, '').replace(jump, `-A ${chain} -j ACCEPT\n${jump}`),
    };
    for (const wanted of [{ Branch: exception() }, {}]) {
      const { steps, problems } = await new TextHosts({ cnode01: { files } }).plan([manifestOf(wanted)], all);
      expect([steps, problems.map(({ reason, message }) => `${reason}: ${message}`)]).toEqual([
        [],
        [`Blocked: ${path} is there and bears no header, or no rule, of ours; move it away, then plan again`],
      ]);
    }
  });
  test('families that have nothing in common', async () => {
    expect(await planned({}, { Branch: exception({ destinations: ['2001:db8::/32'] }) })).toMatchInlineSnapshot(`
     "Error: The configuration is not valid
       firewall-exception.acme/Branch@host:cnode01
       sources and destinations have no family in common, so nothing could pass; name IPv4 with IPv4, or IPv6 with IPv6

     Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
     "
    `);
  });
  test('a Linux bridge without an uplink', async () => {
    const hosts = new TextHosts({ cnode01: { bridges: { brqothernetwork: ['eth1.7'] } } });
    hosts.network.putPort({ id: portId, vifType: 'bridge', networkId: '4f7080d4-72aa-4c5e-9d0b-1f6a7e5c3b21' });
    const wanted = [manifestOf({ Branch: exception({ firewallDriver: 'iptables' }) })];
    expect(await hosts.text(wanted)).toMatchInlineSnapshot(`
     "Error: A failure that may pass; running the same command again is safe
       firewall-exception.acme/Branch@host:cnode01
       cnode01 has no bridge brq4f7080d4-72 with an uplink now, so the far end of the way can't be named and no rule is put; boot a server of that network there, then run again

     Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
     "
    `);
  });
});

describe('an exception that left the code', () => {
  const host = { ipv4: kernelWith(dhcp, out, into), files: stored };
  test('is removed by a run that may', async () => {
    expect(await planned(host, {} as never, all)).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be destroyed
       # (because nothing declares it on this host any more)
       - exception at tap28f25940-63
           - IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 67 --dport 68 -j RETURN
           - IPv4 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -j ACCEPT
           - IPv4 filter rule 3 = qvb28f25940-63 to tap28f25940-63: -d 10.99.0.0/24 -j ACCEPT
           # the security groups of the port decide again about what it let pass

     Plan: 0 to add, 0 to change, 1 to destroy.
     "
    `);
  });
  test('and not by one that may not, nor by one of another stack or owner', async () => {
    expect(await planned(host, {} as never)).toMatch(/^No changes/);
    expect(await planned(host, {} as never, [{ owner: 'team-a', stacks: ['other'] }])).toMatch(/^No changes/);
    expect(await planned(host, {} as never, [{ owner: 'team-b', stacks: 'all' }])).toMatch(/^No changes/);
  });
  test('is removed from what comes back at boot too, where the kernel has it no more', async () => {
    expect(await planned({ files: stored }, {} as never, all)).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be destroyed
       # (because nothing declares it on this host any more)
       - exception at tap28f25940-63
           ~ IPv4 rules at boot = some -> none
           # the security groups of the port decide again about what it let pass

     Plan: 0 to add, 0 to change, 1 to destroy.
     "
    `);
  });
  test('decoys stay: a chain with one character more, the same rule elsewhere, our comment in a foreign chain', async () => {
    const ipv4 = agentTables(
      `:${chain}0 - [0:0]`,
      `-A ${chain}0 ${out}`,
      `-A neutron-filter-top ${out}`,
      `-A FORWARD ${into}`,
    );
    expect(await planned({ ipv4 }, {} as never, all)).toMatch(/^No changes/);
  });
});

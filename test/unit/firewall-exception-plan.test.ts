/** Every line that a plan can have about an exception, as a reviewer reads it. */
import {
  dhcp,
  chain,
  exception,
  into,
  jump,
  kernelWith,
  manifestOf,
  out,
  stored,
  storedWith,
  TextHosts,
  type TextHost,
} from '../support/firewall-texts';

const planned = (host: TextHost, wanted = { Branch: exception() }) =>
  new TextHosts({ cnode01: host }).text([manifestOf(wanted)], []);

describe('an exception', () => {
  test('that is as declared: nothing', async () => {
    expect(await planned({ ipv4: kernelWith(dhcp, out, into), files: stored })).toMatchInlineSnapshot(`
     "No changes. 1 resource of 1 stack is as the code says.
     "
    `);
  });
  test('that is new: what it opens, in words', async () => {
    expect(await planned({})).toMatchInlineSnapshot(`
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

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('for any source: what that means for the neighbours; the own address stays with its groups', async () => {
    expect(await planned({}, { Branch: exception({ sources: 'any' }) })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be created
       # (because the exception is declared, and none of its rules is on this host)
       + port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           + IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -s 10.77.0.10/32 -j RETURN
           + IPv4 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 169.254.0.0/16 -j RETURN
           + IPv4 filter rule 3 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 67 --dport 68 -j RETURN
           + IPv4 filter rule 4 = tap28f25940-63 to qvb28f25940-63: -j ACCEPT
           + IPv4 filter rule 5 = qvb28f25940-63 to tap28f25940-63: -d 10.77.0.10/32 -j RETURN
           + IPv4 filter rule 6 = qvb28f25940-63 to tap28f25940-63: -d 169.254.0.0/16 -j RETURN
           + IPv4 filter rule 7 = qvb28f25940-63 to tap28f25940-63: -j ACCEPT
           + IPv6 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -s fe80::/10 -j RETURN
           + IPv6 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 547 --dport 546 -j RETURN
           + IPv6 filter rule 3 = tap28f25940-63 to qvb28f25940-63: -j ACCEPT
           + IPv6 filter rule 4 = qvb28f25940-63 to tap28f25940-63: -d fe80::/10 -j RETURN
           + IPv6 filter rule 5 = qvb28f25940-63 to tap28f25940-63: -j ACCEPT
           # reason: the branch office
           # opens: from any address out of the port to any address, and from any address into the port to any address
           # any address is of IPv6 too, of which the port itself has none
           # the port's security groups don't filter these packets, except those of its own 10.77.0.10, link-local 169.254.0.0/16, link-local fe80::/10, and DHCP replies out of the port; they filter every other packet
           # the port can pose as every other address of 10.77.0.0/24, its gateway 10.77.0.1 among them, and ask the metadata service in their name
           # the port can't answer DHCP, nor advertise itself as a router of IPv6
           # no rule sees whom a neighbour advertisement names: the port can claim IPv6 addresses of its neighbours where Open vSwitch's flows let it
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('for sources that reach into its own subnet', async () => {
    expect(await planned({}, { Branch: exception({ sources: ['10.77.0.128/25'] }) })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be created
       # (because the exception is declared, and none of its rules is on this host)
       + port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           + IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 67 --dport 68 -j RETURN
           + IPv4 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 10.77.0.128/25 -j ACCEPT
           + IPv4 filter rule 3 = qvb28f25940-63 to tap28f25940-63: -d 10.77.0.128/25 -j ACCEPT
           # reason: the branch office
           # opens: from 10.77.0.128/25 out of the port to any IPv4 address, and from any IPv4 address into the port to 10.77.0.128/25
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can pose as 128 of the other addresses of 10.77.0.0/24, and ask the metadata service in their name
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('before Newton: the MAC address is matched in mangle', async () => {
    expect(await planned({}, { Branch: exception({ release: 'mitaka', markBit: 7 }) })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be created
       # (because the exception is declared, and none of its rules is on this host)
       + port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           + IPv4 mangle rule 1 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 67 --dport 68 -j RETURN
           + IPv4 mangle rule 2 = tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -m mac --mac-source fa:16:3e:9b:da:ee -j MARK --set-xmark 0x80/0x80
           + IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -m mark --mark 0x80/0x80 -j ACCEPT
           + IPv4 filter rule 2 = qvb28f25940-63 to tap28f25940-63: -d 10.99.0.0/24 -j ACCEPT
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to any IPv4 address, and from any IPv4 address into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: a rule in mangle checks that, and sets bit 7 of the mark

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('of a bridged server on Icehouse: no MAC address is matched', async () => {
    const wanted = { Branch: exception({ release: 'icehouse', mode: 'bridged', destinations: ['10.1.0.0/16'] }) };
    expect(await planned({}, wanted)).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be created
       # (because the exception is declared, and none of its rules is on this host)
       + port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           + IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -d 10.1.0.0/16 -j ACCEPT
           + IPv4 filter rule 2 = qvb28f25940-63 to tap28f25940-63: -s 10.1.0.0/16 -d 10.99.0.0/24 -j ACCEPT
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to 10.1.0.0/16, and from 10.1.0.0/16 into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can answer DHCP
           # frames pass with whatever MAC address

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('of both families', async () => {
    const sources = ['2001:DB8:99::/48', '10.99.0.0/24'];
    expect(await planned({}, { Branch: exception({ sources, destinations: 'any' }) })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be created
       # (because the exception is declared, and none of its rules is on this host)
       + port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           + IPv4 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 67 --dport 68 -j RETURN
           + IPv4 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -j ACCEPT
           + IPv4 filter rule 3 = qvb28f25940-63 to tap28f25940-63: -d 10.99.0.0/24 -j ACCEPT
           + IPv6 filter rule 1 = tap28f25940-63 to qvb28f25940-63: -p udp -m udp --sport 547 --dport 546 -j RETURN
           + IPv6 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 2001:db8:99::/48 -j ACCEPT
           + IPv6 filter rule 3 = qvb28f25940-63 to tap28f25940-63: -d 2001:db8:99::/48 -j ACCEPT
           # reason: the branch office
           # opens: from 10.99.0.0/24, 2001:db8:99::/48 out of the port to any address, and from any address into the port to 10.99.0.0/24, 2001:db8:99::/48
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP, nor advertise itself as a router of IPv6
           # no rule sees whom a neighbour advertisement names: the port can claim IPv6 addresses of its neighbours where Open vSwitch's flows let it
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('whose server is off: put all the same, and said', async () => {
    expect(await planned({ bridges: {} })).toMatchInlineSnapshot(`
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
           # tap28f25940-63 is not on cnode01: is its server off? The rules match nothing until it runs

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('that was there before the host was restarted', async () => {
    expect(await planned({ files: stored })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be created
       # (because its rules were here and are gone: the host was restarted without restoring them, or somebody flushed them)
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

     Plan: 1 to add, 0 to change, 0 to destroy.
     "
    `);
  });
  test('whose rule somebody changed', async () => {
    const host = { ipv4: kernelWith(dhcp, out.replace('10.99.0.0/24', '10.98.0.0/15'), into), files: stored };
    expect(await planned(host)).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be updated in-place
       # (because somebody changed its rules on the host)
       ~ port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           ~ IPv4 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 10.98.0.0/15 -j ACCEPT -> tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -j ACCEPT
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to any IPv4 address, and from any IPv4 address into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 0 to add, 1 to change, 0 to destroy.
     "
    `);
  });
  test('whose code changed', async () => {
    const host = { ipv4: kernelWith(dhcp, out, into), files: stored };
    expect(await planned(host, { Branch: exception({ destinations: ['10.77.0.0/24'] }) })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be updated in-place
       # (because the code has changed)
       ~ port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           ~ IPv4 filter rule 2 = tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -j ACCEPT -> tap28f25940-63 to qvb28f25940-63: -s 10.99.0.0/24 -d 10.77.0.0/24 -j ACCEPT
           ~ IPv4 filter rule 3 = qvb28f25940-63 to tap28f25940-63: -d 10.99.0.0/24 -j ACCEPT -> qvb28f25940-63 to tap28f25940-63: -s 10.77.0.0/24 -d 10.99.0.0/24 -j ACCEPT
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to 10.77.0.0/24, and from 10.77.0.0/24 into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 0 to add, 1 to change, 0 to destroy.
     "
    `);
  });
  test('whose jump is gone', async () => {
    const host = { ipv4: kernelWith(dhcp, out, into).replace(`${jump}\n`, ''), files: stored };
    expect(await planned(host)).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be updated in-place
       # (because its rules are here, and not the jump to them)
       ~ port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           ~ IPv4 filter jumps to stackward-96c2886c51d1dfb4 = 0 -> 1
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to any IPv4 address, and from any IPv4 address into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 0 to add, 1 to change, 0 to destroy.
     "
    `);
  });
  test('whose jump the agent moved: nothing', async () => {
    const ipv4 = kernelWith(dhcp, out, into)
      .replace(`${jump}\n`, '')
      .replace(
        '-A neutron-filter-top -j neutron-openvswi-local',
        `${jump}\n-A neutron-filter-top -j neutron-openvswi-local`,
      );
    expect(await planned({ ipv4, files: stored })).toMatch(/^No changes/);
  });
  test('that would not come back at boot', async () => {
    expect(await planned({ ipv4: kernelWith(dhcp, out, into) })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be updated in-place
       # (because it would not come back when the host starts)
       ~ port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           ~ IPv4 rules at boot = none -> as these
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to any IPv4 address, and from any IPv4 address into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 0 to add, 1 to change, 0 to destroy.
     "
    `);
  });
  test('that would come back in the tables of the other iptables', async () => {
    const files = storedWith([dhcp, out, into], '# iptables: legacy\n');
    expect(await planned({ ipv4: kernelWith(dhcp, out, into), files })).toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # firewall-exception.acme/Branch@host:cnode01 will be updated in-place
       # (because what would come back when the host starts is not as stackward writes it)
       ~ port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 (tap28f25940-63)
           ~ IPv4 rules at boot = for iptables-legacy -> for iptables-nft
           # reason: the branch office
           # opens: from 10.99.0.0/24 out of the port to any IPv4 address, and from any IPv4 address into the port to 10.99.0.0/24
           # the port's security groups don't filter these packets, except DHCP replies out of the port; they filter every other packet
           # the port can't pose as its neighbours in 10.77.0.0/24
           # the port can't answer DHCP
           # frames out of it must bear its MAC address fa:16:3e:9b:da:ee: Open vSwitch's flows check that

     Plan: 0 to add, 1 to change, 0 to destroy.
     "
    `);
  });
  test.each([
    ['a pass for all in our chain', (text: string) => text.replace(jump, `-A ${chain} -j ACCEPT\n${jump}`)],
    ['a rule elsewhere', (text: string) => text.replace('COMMIT', '-A FORWARD -j ACCEPT\nCOMMIT')],
    ['another table', (text: string) => `${text}*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n`],
    ['our rules in another order', (text: string) => text.replace(/(-A \S+ -s.*\n)(.*\n)/, '$2$1')],
  ])('whose stored file somebody changed: %s', async (_, change) => {
    const files = Object.fromEntries(Object.entries(stored).map(([path, text]) => [path, change(text)]));
    expect(files).not.toEqual(stored);
    const text = await planned({ ipv4: kernelWith(dhcp, out, into), files });
    expect(text).toContain('(because what would come back when the host starts is not as stackward writes it)');
    expect(text).toMatch(/~ IPv4 rules at boot = .* -> (these alone|as these)\n/);
  });
  test('of an older iptables, which prints the same with other spaces, quotes and letters: nothing', async () => {
    const old = [dhcp, out, into].map((rule) =>
      rule.replace('physdev --', 'physdev  --').replace(/"(\S*acme.Branch)"/, '$1'),
    );
    expect(await planned({ ipv4: kernelWith(...old), files: stored })).toMatch(/^No changes/);
  });
});

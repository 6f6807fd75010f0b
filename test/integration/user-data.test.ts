/** The real cloud-init judges the user data, boots from it, and boots again: what a UTM has must survive a reboot. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderUserData, userDataFindings, type UtmUserDataProps } from '../../constructs/internal/user-data';
import { GuestNamespace, missingForGuests } from '../support/guest-namespace';
import { alikeTest, anyOf, someOf } from '../support/moments';

const missing = missingForGuests();
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(`CI must boot guests: ${missing}`);
if (missing !== undefined) process.stdout.write(`skipped, the guest's half of user data: ${missing}\n`);
const testWithGuests = missing === undefined ? test : test.skip;
const alikeTestWithGuests = missing === undefined ? alikeTest : test.skip;

// A bridge takes its lowest member's MAC by itself: green's is not the lowest.
const macs = {
  guest: 'fa:16:3e:00:00:01',
  green: 'fa:16:3e:00:00:0c',
  orange: 'fa:16:3e:00:00:03',
  red: 'fa:16:3e:00:00:04',
};
const guest = { macAddress: macs.guest };
const green = { macAddress: macs.green, addresses: ['10.1.0.254/24'] };
const orange = { macAddress: macs.orange, addresses: ['10.2.0.254/24'] };
const red = { macAddress: macs.red, addresses: ['203.0.113.71/26'], gateway: '203.0.113.65' };
const bridged: UtmUserDataProps = {
  hostname: 'jingoo-utm',
  mode: 'bridged',
  nics: { guest, green, orange: { macAddress: macs.orange }, red },
};
const routed6: UtmUserDataProps = {
  hostname: 'jingoo-utm',
  mode: 'routed',
  nics: {
    guest,
    green: { ...green, addresses: ['10.1.0.254/24', '2001:db8:1::fe/64'] },
    orange: { ...orange, addresses: ['10.2.0.254/24', '2001:db8:2::fe/64'] },
    red: { macAddress: macs.red, addresses: ['2001:db8:f::71/64'], gateway: '2001:db8:f::1' },
  },
};
/**
 * The guest's /etc as the image leaves it: DHCP on the guest NIC, and cloud-init's file for a port with a fixed
 * address.
 */
const imageNetwork = `
ip address add 192.168.7.5/24 dev eth0
ip link set eth0 up
ip route add default via 192.168.7.1 dev eth0 metric 100
ip address add 10.1.0.254/24 dev eth1
ip link set eth1 up
`;
const inOrder = { eth0: macs.guest, eth1: macs.green, eth2: macs.orange, eth3: macs.red };
/** Renamed and in another order, as after a change of image or machine type. */
const shuffled = { eth0: macs.guest, ens9: macs.red, eth1: macs.orange, eth4: macs.green };

describe('the schema of cloud-init', () => {
  const subsets = Array.from({ length: 16 }, (_, bits) =>
    Object.fromEntries(Object.entries({ guest, green, orange, red }).filter((_pair, index) => (bits >> index) & 1)),
  );
  const shapes: [string, UtmUserDataProps][] = [
    // cloud-init takes a second for each. `npm run nightly` asks it about all.
    ...someOf(subsets).map((nics): [string, UtmUserDataProps] => [
      `routed: ${Object.keys(nics).join(', ') || 'no NIC'}`,
      { hostname: 'utm', mode: 'routed', nics },
    ]),
    ['bridged: all', bridged],
    ['bridged: green, orange', { ...bridged, nics: { green, orange: { macAddress: macs.orange } } }],
    ['routed, IPv6', routed6],
    [
      'all extras',
      {
        ...bridged,
        packages: ['nftables', 'tcpdump'],
        files: [{ path: '/usr/local/bin/hello', mode: '0755', content: '#!/bin/sh\necho "${1:-yes}: no"\n' }],
        commands: ['date +%Y%m%d > /run/today', ['true', '1:30', 'yes']],
        sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE operator'],
        cloudConfig: 'timezone: Asia/Seoul\npackages: [iperf3]\n',
      },
    ],
  ];
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'stackward-schema-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const judge = (text: string) => {
    const file = join(folder, 'user-data');
    writeFileSync(file, text);
    const run = spawnSync('cloud-init', ['schema', '--config-file', file], { encoding: 'utf8' });
    return { valid: run.status === 0, said: run.stdout + run.stderr };
  };

  testWithGuests.each(shapes)('accepts %s (case 1014 b)', (_name, props) => {
    expect(userDataFindings(props)).toEqual([]);
    expect(judge(unescaped(props))).toEqual({ valid: true, said: expect.stringMatching(/^Valid/) });
  });

  testWithGuests('refuses broken user data, so the check can fail', () => {
    expect(judge(unescaped({ ...bridged, cloudConfig: 'ntp: 7\n' })).valid).toBe(false);
  });
});

describe('a bridged UTM', () => {
  let utm: GuestNamespace;
  beforeEach(() => (utm = new GuestNamespace(unescaped(bridged))));
  afterEach(() => utm.remove());
  const expected = {
    devices: {
      br0: { up: true, mac: macs.green, addresses: ['10.1.0.254/24'] },
      [macs.guest]: { up: true, mac: macs.guest, addresses: ['192.168.7.5/24'] },
      [macs.green]: { up: true, mac: macs.green, bridge: 'br0', addresses: [] },
      [macs.orange]: { up: true, mac: macs.orange, bridge: 'br0', addresses: [] },
      [macs.red]: { up: true, mac: macs.red, addresses: ['203.0.113.71/26'] },
    },
    defaultRoutes: [
      `default via 192.168.7.1 dev ${macs.guest} metric 100`,
      `default via 203.0.113.65 dev ${macs.red} metric 0`,
    ],
    forwarding: ['1', '0'],
    hostname: 'jingoo-utm',
    hosts: '127.0.0.1 localhost\n::1 localhost\n10.1.0.254 jingoo-utm # stackward',
  };

  testWithGuests(
    'boots, changes nothing when its script runs again, and is the same after a reboot with renamed NICs (case 1014 b)',
    () => {
      const again = '/var/lib/cloud/scripts/per-boot/50-stackward-network\nreport again';
      const first = utm.boot({ nics: inOrder, image: imageNetwork, then: again });
      expect(first.status).toBe(0);
      expect(first.states['booted']).toMatchObject(expected);
      expect(first.states['again']).toEqual(first.states['booted']);

      const image = imageNetwork.replaceAll('eth1', 'eth4');
      const second = utm.boot({ nics: shuffled, image });
      expect(second.status).toBe(0);
      expect(second.states['booted']).toMatchObject(expected);
      expect(second.states['booted']?.hostsInode).toBe(first.states['booted']?.hostsInode);
    },
  );

  alikeTestWithGuests('has its network again when metadata is gone and the image wrote /etc/hosts anew', () => {
    utm.boot({ nics: inOrder, image: imageNetwork });
    utm.loseMetadata();
    const { status, states } = utm.boot({ nics: inOrder, image: imageNetwork });
    expect(status).toBe(0);
    expect(states['booted']).toMatchObject({ ...expected, hosts: expect.any(String) });
    const lines = states['booted']?.hosts.split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(4);
    expect(lines.filter((line) => line.endsWith('# stackward'))).toEqual(['10.1.0.254 jingoo-utm # stackward']);
  });

  alikeTestWithGuests('keeps foreign lines of /etc/hosts and repairs its own', () => {
    utm.boot({ nics: inOrder, image: imageNetwork });
    utm.write('/etc/hosts', '10.9.9.9 jingoo-utm # stackward\n10.3.0.3 decoy # not stackward\n');
    const { states } = utm.boot({ nics: inOrder, image: imageNetwork });
    expect(states['booted']?.hosts).toBe('10.3.0.3 decoy # not stackward\n10.1.0.254 jingoo-utm # stackward');
  });

  testWithGuests('reports a NIC that is missing and sets up the others', () => {
    const without = <T>(record: Readonly<Record<string, T>>, key: string) =>
      Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
    const { status, states, output } = utm.boot({
      nics: without(inOrder, 'eth2'),
      image: imageNetwork,
      then: '/var/lib/cloud/scripts/per-boot/50-stackward-network 2>&1 || echo "exit code $?"',
    });
    expect(status).not.toBe(0);
    expect(output).toBe(`stackward: no network device has the MAC address ${macs.orange}\nexit code 1\n`);
    expect(states['booted']?.devices).toEqual(without(expected.devices, macs.orange));
  });

  testWithGuests('passes frames between green and orange with their own addresses', () => {
    const { output } = utm.boot({
      nics: inOrder,
      image: imageNetwork,
      then: `${twoEnds('10.1.0.10/24', '10.1.0.20/24')}\n${talk('10.1.0.20')}`,
    });
    expect(output.trim()).toBe('hello, 10.1.0.10');
  });
});

describe('a routed UTM', () => {
  let utm: GuestNamespace;
  beforeEach(() => (utm = new GuestNamespace(unescaped(routed6))));
  afterEach(() => utm.remove());

  testWithGuests('has its addresses on each NIC, forwards both families, and is the same after a reboot', () => {
    const boots = [inOrder, shuffled].map((nics) =>
      utm.boot({ nics, then: '/var/lib/cloud/scripts/per-boot/50-stackward-network\nreport again' }),
    );
    for (const { status, states } of boots) {
      expect(status).toBe(0);
      expect(states['again']).toEqual(states['booted']);
      expect(states['booted']).toMatchObject({
        devices: {
          [macs.green]: { addresses: ['10.1.0.254/24', '2001:db8:1::fe/64'], up: true },
          [macs.orange]: { addresses: ['10.2.0.254/24', '2001:db8:2::fe/64'], up: true },
          [macs.red]: { addresses: ['2001:db8:f::71/64'], up: true },
        },
        defaultRoutes: [`default via 2001:db8:f::1 dev ${macs.red} metric 1`],
        forwarding: ['1', '1'],
        acceptRa: { [macs.guest]: '2', [macs.green]: '1' },
      });
      expect(states['booted']?.devices['br0']).toBeUndefined();
    }
  });

  const families = [
    ['IPv4', '10.1.0.10/24', '10.2.0.20/24', '10.1.0.254', '10.2.0.254'],
    ['IPv6', '2001:db8:1::10/64', '2001:db8:2::20/64', '2001:db8:1::fe', '2001:db8:2::fe'],
  ] as const;
  testWithGuests.each(anyOf(families))(
    'forwards %s from green to orange',
    (_family, client, server, clientsGateway, serversGateway) => {
      const { output } = utm.boot({
        nics: inOrder,
        then: [
          twoEnds(client, server),
          `ip -n client route add default via ${clientsGateway}`,
          `ip -n server route add default via ${serversGateway}`,
          talk(server.split('/')[0] ?? ''),
        ].join('\n'),
      });
      expect(output.trim()).toBe(`hello, ${client.split('/')[0] ?? ''}`);
    },
  );
});

describe('the gateway of red', () => {
  let utm: GuestNamespace;
  afterEach(() => utm.remove());

  const places = [
    ['outside of its network', '203.0.113.3/28', '203.0.113.129/32', '203.0.113.3', '198.51.100.9'],
    ['at the network address of IPv6', '2001:db8:f::71/64', '2001:db8:f::/64', undefined, '2001:db8:99::9'],
  ] as const;
  testWithGuests.each(anyOf(places))(
    'with %s can be reached, and so can the addresses behind it',
    (_name, address, gateway, back, beyond) => {
      const nics = { red: { macAddress: macs.red, addresses: [address], gateway: gateway.replace(/\/\d+$/, '') } };
      utm = new GuestNamespace(unescaped({ hostname: 'utm', mode: 'routed', nics }));
      const { status, output } = utm.boot({
        nics: { eth3: macs.red },
        then: `mkdir -p /run/netns && ip netns add router && ip link set far-eth3 netns router
        ip -n router link set lo up && ip -n router link set dev far-eth3 up
        ip -n router address add ${gateway} dev far-eth3 ${gateway.includes(':') ? 'nodad' : ''}
        ip -n router address add ${beyond} dev lo
        ${back === undefined ? '' : `ip -n router route add ${back} dev far-eth3`}
        ping -c 1 -w 30 ${beyond} >/dev/null && echo answered`,
      });
      expect({ status, output: output.trim() }).toEqual({ status: 0, output: 'answered' });
    },
  );
});

/** With literal MACs only `${` and `%{` were escaped for Terraform, which this undoes; Terraform itself does so in user-data-terraform.test.ts. */
function unescaped(props: UtmUserDataProps): string {
  return renderUserData(props)
    .replace(/\$\{"(\$+)"\}/g, '$1')
    .replaceAll('%%{', '%{');
}

/** A client on the far side of green and a server on that of orange, each in a namespace of its own. */
function twoEnds(client: string, server: string): string {
  return `mkdir -p /run/netns
    for end in "client eth1 ${client}" "server eth2 ${server}"; do
      set -- $end
      ip netns add "$1"
      ip link set "far-$2" netns "$1"
      case $3 in *:*) nodad=nodad ;; *) nodad='' ;; esac
      ip -n "$1" address add "$3" dev "far-$2" $nodad
      ip -n "$1" link set "far-$2" up
    done`;
}

/** The server listens before the client starts; the client prints what it was answered. */
function talk(address: string): string {
  const family = address.includes(':') ? 'AF_INET6' : 'AF_INET';
  const head = `import os, socket; s = socket.socket(socket.${family}); s.settimeout(30)`;
  return `ip netns exec server /usr/bin/python3 -c '${head}
s.bind(("${address}", 7))
s.listen(1)
if os.fork() == 0:
    peer, where = s.accept()
    peer.sendall(("hello, " + where[0]).encode())
'
ip netns exec client /usr/bin/python3 -c '${head}
s.connect(("${address}", 7))
print(s.recv(99).decode())'`;
}

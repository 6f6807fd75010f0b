/** What iperf3's JSON and iproute2's lines say about a path (case 1029). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInterfaces, sharedAddresses } from '../../lib/throughput/interfaces';
import { parseIperf3 } from '../../lib/throughput/iperf3';

const fixture = (name: string): string =>
  readFileSync(join(__dirname, `../fixtures/throughput/iperf3-3.12-${name}.json`), 'utf8');
const parse = (said: string, complaint = '') => parseIperf3({ said, complaint });

test.each([
  ['there', 100.6],
  ['back', 100.65],
])('the result of the test %s is what arrived, with the resent segments of the sender', (way, mbit) => {
  expect(parse(fixture(way))).toEqual({ mbit, retransmits: 0, mss: 1398 });
});

test('the bits that arrived count, and not those that were sent', () => {
  const end = {
    sum_sent: { bytes: 9e9, bits_per_second: 9e9, retransmits: 7 },
    sum_received: { bytes: 1e6, bits_per_second: 8e6 },
  };
  expect(parse(JSON.stringify({ start: {}, end }))).toEqual({ mbit: 8, retransmits: 7, mss: undefined });
});

test('a kernel that tells no resent segments leaves their number open', () => {
  const end = { sum_sent: {}, sum_received: { bytes: 1e6, bits_per_second: 8e6 } };
  expect(parse(JSON.stringify({ end })).retransmits).toBeUndefined();
});

test.each([
  [
    'an error under exit code 0',
    fixture('refused'),
    '',
    /measured nothing: unable to connect to server: Connection refused; see whether a firewall/,
  ],
  [
    'a test in which nothing arrived',
    '{"end":{"sum_received":{"bytes":0,"bits_per_second":0}}}',
    '',
    /no data arrived/,
  ],
  ['the zeros of an end without sums', '{"end":{}}', '', /no data arrived/],
  [
    'words in place of JSON',
    'iperf3: segmentation fault',
    '',
    /printed no result: iperf3: segmentation fault; run it there by hand/,
  ],
  ['nothing', '', '', /printed no result: nothing; /],
  ['a complaint alone', '', 'unrecognized option -b', /printed no result: unrecognized option -b; /],
  ['numbers that no path has', '{"end":{"sum_received":{"bytes":1,"bits_per_second":-5}}}', '', /printed no result/],
])('%s is no result', (_, said, complaint, words) => {
  expect(() => parse(said, complaint)).toThrow(words);
});

const link = (index: number, name: string, mtu: number, bytes: number) =>
  `${index}: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${mtu} qdisc fq state UP mode DEFAULT group default qlen 1000\\    link/ether fa:16:3e:00:00:01 brd ff:ff:ff:ff:ff:ff\\    RX:  bytes packets errors dropped  missed   mcast           \\    ${bytes}     11      0       0       0       0 \\    TX:  bytes packets errors dropped carrier collsns           \\    ${bytes + 1}      10      0       0       0       0 `;
const inet = (index: number, name: string, address: string) =>
  `${index}: ${name}    inet${address.includes(':') ? '6' : ''} ${address} scope global ${name}\\       valid_lft forever preferred_lft forever`;

test('a device has its MTU, its addresses without those of the link, and what it received and sent', () => {
  const addresses = [inet(1, 'lo', '127.0.0.1/8'), inet(2, 'ens3', '10.1.0.4/24'), inet(2, 'ens3', 'fe80::1/64')];
  expect(
    parseInterfaces([link(1, 'lo', 65536, 5), link(2, 'ens3@if7', 1450, 100)].join('\n'), addresses.join('\n')),
  ).toEqual([
    { name: 'lo', mtu: 65536, addresses: [], bytes: 11 },
    { name: 'ens3', mtu: 1450, addresses: ['10.1.0.4/24'], bytes: 201 },
  ]);
});

test('a device without counters has none, and not 0', () => {
  const [told] = parseInterfaces(link(2, 'ens3', 1450, 100).replace(/TX:.*/, ''), '');
  expect(told).toEqual({ name: 'ens3', mtu: 1450, addresses: [], bytes: undefined });
});

test('the address of a peer is one in a common network, without those that both have; IPv6 only without IPv4', () => {
  const device = (...addresses: string[]) => [{ name: 'ens3', mtu: 1500, addresses, bytes: 0 }];
  const from = device('10.1.0.4/24', '172.17.0.1/16', '2001:db8::4/64');
  expect(sharedAddresses(from, device('10.1.0.9/24', '172.17.0.1/16', '2001:db8::9/64', '192.0.2.9/24'))).toEqual(['10.1.0.9']); // prettier-ignore
  expect(sharedAddresses(from, device('2001:db8::9/64', '192.0.2.9/24'))).toEqual(['2001:db8::9']);
  expect(sharedAddresses(from, device('192.0.2.9/24'))).toEqual([]);
});

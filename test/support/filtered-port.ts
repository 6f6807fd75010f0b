/** A port behind iptables, as a review reads it: its host's tables, and Neutron's port and group. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIpSets } from '../../lib/packet-path/ip-sets';
import { parseTables } from '../../lib/packet-path/tables';
import type { FilterSeen, PacketsSeen } from '../../review/witness/seen';
import { staying } from './forged-plan';

/** The host of test/fixtures/iptables/ovs-01-oneport, whose port has a group that lets in tcp 22 and its own members. */
export const portId = '3bf6a437-7e1e-409e-a625-7f1d851f5954';
export const group = 'b7e67643-c745-4b13-b524-aaaaaaaaaaaa';
const mac = 'fa:16:3e:08:1f:51';
export const fixture = (name: string): string =>
  readFileSync(join(__dirname, `../fixtures/iptables/${name}.txt`), 'utf8');
export const filter: FilterSeen = {
  filter: {
    tables: parseTables(fixture('ovs-01-oneport.iptables-save')),
    sets: parseIpSets(fixture('ovs-01-oneport.ipset-save')),
  },
  ports: ['tap3bf6a437-7e', 'qvb3bf6a437-7e'].map((port) => ({ bridge: 'qbr3bf6a437-7e', port })),
  asksTables: true,
};
export const port = {
  id: portId,
  name: 'web',
  networkId: 'n',
  isEnabled: true,
  mac,
  fixedIps: [{ subnetId: 'n', address: '10.20.2.26' }],
  deviceId: 's',
  deviceOwner: 'compute:nova',
  host: 'cnode01',
  vifType: 'ovs',
  vifDetails: { ovs_hybrid_plug: 'true' },
  groups: [group],
  pairs: [],
};
const rules = [
  { direction: 'ingress', family: 4, protocol: 'tcp', from: 22, to: 22 },
  { direction: 'ingress', family: 4, remoteGroup: group },
  { direction: 'egress', family: 4 },
] as const;
export const seen: PacketsSeen = {
  ports: new Map([[portId, port]]),
  groups: new Map([[group, { id: group, name: 'web', rules }]]),
  hosts: new Map([['cnode01', { 4: filter, 6: 'it has no ip6tables' }]]),
  restores: new Map(),
};

export const ports = (values: object = {}) => ({
  id: portId,
  name: 'web',
  mac_address: mac,
  fixed_ip: [{ ip_address: '10.20.2.26' }],
  all_security_group_ids: [group],
  security_group_ids: [group],
  ...values,
});
export const things = [staying('networking_secgroup_v2', 'web', { id: group, name: 'web' })];

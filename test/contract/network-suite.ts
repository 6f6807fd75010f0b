/** The contract of every `NetworkWriter`: the one in memory, and the one that asks a real Neutron. */
import { randomUUID } from 'node:crypto';
import { StackwardError } from '../../lib/basics/errors';
import type { AddressRange, NetworkReader, NetworkWriter, Subnet } from '../../lib/contract/ports';

export interface NewSubnet {
  readonly cidr: string;
  readonly gateway: string | null;
  readonly pools: readonly AddressRange[];
}

/** A network service of its own, or a corner of a shared one, that the suite may fill. */
export interface NetworkBench {
  readonly writer: NetworkWriter;
  /** What a project reads that has not made the networks. */
  readonly member: Pick<NetworkReader, 'networks' | 'portsAt'>;
  /** On a new network, unless one is named. Answers the subnet's and the network's id. */
  createSubnet(subnet: NewSubnet, networkId?: string): Promise<{ id: string; networkId: string }>;
  /** A member's port at any address, or the admin's port at this address. Answers the address. */
  createPort(subnetId: string, address?: string): Promise<string>;
  /** A port that is bound to this host, as the admin would make it. Answers its id. */
  bindPort(subnetId: string, host: string): Promise<string>;
  /** Changes the subnet's name, as somebody else would. The name says nothing about pools. */
  rename(subnetId: string, name: string): Promise<void>;
  /** Removes what the suite made. */
  close(): Promise<void>;
}

export function networkContract(name: string, open: () => Promise<NetworkBench>): void {
  describe(`NetworkWriter: ${name}`, () => {
    let bench: NetworkBench;
    /** A subnet with the pool "five" on a network without another, for tests that leave its pools as they are. */
    let shared: { id: string; networkId: string };
    beforeAll(async () => {
      bench = await open();
      shared = await make();
    });
    afterAll(() => bench.close());

    const five = { start: '198.51.100.71', end: '198.51.100.75' };
    const fifteen = { start: '198.51.100.71', end: '198.51.100.85' };
    const make = (pools: readonly AddressRange[] = [five]) =>
      bench.createSubnet({ cidr: '198.51.100.64/26', gateway: '198.51.100.65', pools });
    const read = async (id: string): Promise<Subnet> => {
      const [subnet] = await bench.writer.subnets([id]);
      if (!subnet) throw new Error(`no subnet ${id}`);
      return subnet;
    };

    test('reads a subnet whole', async () => {
      const { id, networkId } = shared;
      await bench.rename(id, 'red');
      expect(await read(id)).toMatchObject({
        id,
        networkId,
        name: 'red',
        ipVersion: 4,
        cidr: '198.51.100.64/26',
        gatewayIp: '198.51.100.65',
        allocationPools: [five],
      });
    });

    test('tells the extensions of its release', async () => {
      const extensions = await bench.writer.extensions();
      for (const alias of ['subnet_allocation', 'address-scope', 'rbac-policies', 'standard-attr-revisions'])
        expect(extensions).toContain(alias);
    });

    test('reads IPv6, and a subnet without a gateway', async () => {
      const pools = [{ start: '2001:db8::7', end: '2001:db8::ff' }];
      const { id } = await bench.createSubnet({ cidr: '2001:db8::/64', gateway: null, pools });
      expect(await read(id)).toMatchObject({
        ipVersion: 6,
        cidr: '2001:db8::/64',
        gatewayIp: null,
        allocationPools: pools,
      });
    });

    test('leaves out subnets that do not exist, among however many ids', async () => {
      const { id } = shared;
      const unknown = Array.from({ length: 130 }, () => randomUUID());
      const found = await bench.writer.subnets([...unknown, id, ...unknown]);
      expect(found.map((subnet) => subnet.id)).toEqual([id]);
      expect(await bench.writer.subnets([])).toEqual([]);
    });

    test('reads all subnets of a network, and of no other', async () => {
      const first = await make();
      const second = await bench.createSubnet({ cidr: '192.0.2.0/24', gateway: null, pools: [] }, first.networkId);
      const elsewhere = shared;
      const idsOf = async (...networks: readonly string[]) =>
        (await bench.writer.subnetsOf(networks)).map((subnet) => subnet.id).sort();
      const both = [first.id, second.id].sort();
      expect(await idsOf(first.networkId, first.networkId, randomUUID())).toEqual(both);
      expect(await idsOf(elsewhere.networkId, first.networkId)).toEqual([...both, elsewhere.id].sort());
      expect([await idsOf(randomUUID()), await idsOf()]).toEqual([[], []]);
    });

    test('tells the addresses of each subnet apart, also on one network', async () => {
      const first = await make([fifteen]);
      const second = await bench.createSubnet(
        { cidr: '192.0.2.0/24', gateway: null, pools: [{ start: '192.0.2.9', end: '192.0.2.12' }] },
        first.networkId,
      );
      const empty = await make();
      const there = [
        await bench.createPort(first.id),
        await bench.createPort(first.id, '198.51.100.100'),
        await bench.createPort(second.id),
      ];
      const subnets = await bench.writer.subnets([first.id, second.id, empty.id]);
      const addresses = await bench.writer.allocatedAddresses(subnets);
      expect([...(addresses.get(first.id) ?? [])].sort()).toEqual(there.slice(0, 2).sort());
      expect(addresses.get(second.id)).toEqual([there[2]]);
      expect(addresses.get(empty.id)).toEqual([]);
      expect(await bench.writer.allocatedAddresses([])).toEqual(new Map());
    });

    test('reads ports with their bindings, and leaves out ports that do not exist, among however many ids', async () => {
      const { id, networkId } = shared;
      const port = await bench.bindPort(id, 'cnode01');
      const unknown = Array.from({ length: 130 }, () => randomUUID());
      expect(await bench.writer.ports([...unknown, port, port])).toEqual([
        expect.objectContaining({
          id: port,
          networkId,
          hostId: 'cnode01',
          vifType: 'ovs',
          hybridPlug: true,
          portSecurity: true,
          macAddress: expect.stringMatching(/^fa:16:3e(:[0-9a-f]{2}){3}$/) as string,
          fixedIps: [{ subnetId: id, address: expect.stringMatching(/^198\.51\.100\.7[1-5]$/) as string }],
        }),
      ]);
      expect(await bench.writer.ports([])).toEqual([]);
    });

    test('reads all ports of a network, of every project, and of no other network', async () => {
      const { id, networkId } = await make();
      const elsewhere = await make();
      const address = await bench.createPort(id);
      const bound = await bench.bindPort(id, 'cnode01');
      await bench.createPort(elsewhere.id);
      const ports = await bench.writer.portsOf([networkId, networkId, randomUUID()]);
      expect(ports.map((port) => port.networkId)).toEqual([networkId, networkId]);
      const [plugged, idle] = [ports.find((port) => port.id === bound), ports.find((port) => port.id !== bound)];
      expect(plugged).toMatchObject({ hostId: 'cnode01', deviceOwner: 'compute:nova' });
      expect(idle).toMatchObject({ hostId: '', deviceOwner: '', deviceId: '', fixedIps: [{ subnetId: id, address }] });
      expect(new Set(ports.map(({ projectId }) => projectId ?? '')).has('')).toBe(false);
      expect(plugged?.projectId).not.toBe(idle?.projectId);
      expect(await bench.writer.portsOf([])).toEqual([]);
    });

    test('reads a network by its id and by its name, and whether its ports can be told', async () => {
      const { networkId } = await make();
      const [network] = await bench.writer.networks('id', [networkId, randomUUID()]);
      expect(network).toMatchObject({ id: networkId, showsAllPorts: true });
      const name = network?.name ?? '';
      const others = Array.from({ length: 25 }, (_, place) => `${'&'.repeat(240)} ${place}`);
      const named = await bench.writer.networks('name', [...others, name]);
      expect(named.filter(({ id }) => id === networkId)).toEqual([network]);
      expect(new Set(named.map((each) => each.name))).toEqual(new Set([name]));
      // Neutron's database equates these with the name.
      expect(await bench.writer.networks('name', [`${name} `, name.toUpperCase()])).toEqual([]);
      expect(await bench.writer.networks('id', [])).toEqual([]);
      expect(await bench.member.networks('id', [networkId])).toEqual([{ ...network, showsAllPorts: false }]);
    });

    test('reads the ports that have an address of a network, among however many addresses', async () => {
      const { id, networkId } = await make();
      const elsewhere = await make();
      const mine = await bench.createPort(id);
      const admins = await bench.createPort(id, '198.51.100.100');
      await bench.createPort(id, '198.51.100.101');
      await bench.createPort(elsewhere.id, '198.51.100.102');
      const free = Array.from({ length: 130 }, (_, place) => `2001:db8:ffff:ffff:ffff:ffff:ffff:${(place + 4096).toString(16)}`);
      const addressesAt = async (reader: Pick<NetworkReader, 'portsAt'>, asked: readonly string[]): Promise<string[]> =>
        (await reader.portsAt(networkId, asked)).flatMap(({ fixedIps }) => fixedIps.map(({ address }) => address)).sort();
      const wanted = [...free, mine, admins, '198.51.100.102', mine];
      expect(await addressesAt(bench.writer, wanted)).toEqual([mine, admins].sort());
      expect(await addressesAt(bench.member, wanted)).toEqual([mine]);
      expect(await addressesAt(bench.writer, [])).toEqual([]);
    }); // prettier-ignore

    test('reads the agents of Neutron', async () => {
      expect(await bench.writer.agents()).toContainEqual({
        host: 'cnode01',
        type: 'Open vSwitch agent',
        isAlive: true,
      });
    });

    test('writes new pools, which are then read and handed out', async () => {
      const { id } = await make([{ start: '198.51.100.71', end: '198.51.100.71' }]);
      await bench.createPort(id);
      await bench.writer.setAllocationPools(await read(id), [{ start: '198.51.100.71', end: '198.51.100.72' }]);
      expect((await read(id)).allocationPools).toEqual([{ start: '198.51.100.71', end: '198.51.100.72' }]);
      expect(await bench.createPort(id)).toBe('198.51.100.72');
      await expect(bench.createPort(id)).rejects.toThrow();
    });

    test('refuses to write a subnet that changed since it was read', async () => {
      const { id } = await make();
      const before = await read(id);
      await bench.writer.setAllocationPools(before, [fifteen]);
      await expect(bench.writer.setAllocationPools(before, [five])).rejects.toMatchObject({ reason: 'StalePlan' });
      expect((await read(id)).allocationPools).toEqual([fifteen]);
    });

    test('leaves a subnet as it was where Neutron refuses its pools', async () => {
      const { id } = shared;
      const outside = [{ start: '198.51.100.71', end: '198.51.100.200' }];
      await expect(bench.writer.setAllocationPools(await read(id), outside)).rejects.toBeInstanceOf(StackwardError);
      expect((await read(id)).allocationPools).toEqual([five]);
    });
  });
}

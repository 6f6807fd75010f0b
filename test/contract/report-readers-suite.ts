/**
 * The contract of every reader of reports: over a real cloud, and over the private one that the tests of reports break.
 */
import { CinderApi } from '../../adapters/openstack/cinder-api';
import { CloudCatalogue } from '../../adapters/openstack/cloud-catalogue';
import { CloudNames } from '../../adapters/openstack/cloud-names';
import { NeutronTopology } from '../../adapters/openstack/neutron-topology';
import { NovaApi } from '../../adapters/openstack/nova-api';
import type { OpenStackSession } from '../../adapters/openstack/openstack-session';
import { ProjectRemainsApi } from '../../adapters/openstack/project-remains';
import { QuotaUse } from '../../adapters/openstack/quota-use';
import { ServiceVersions } from '../../adapters/openstack/service-versions';
import { servicesWithRemains } from '../../lib/contract/project-remains';

/** A cloud of Zed with the compute host cnode01, whose services are all up. */
export interface ReportBench {
  readonly session: OpenStackSession;
  close(): Promise<void>;
}

export function reportReadersContract(name: string, open: () => Promise<ReportBench>): void {
  describe(`readers of reports: ${name}`, () => {
    let bench: ReportBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());

    const isRecent = (time: Date | undefined): boolean =>
      time !== undefined && Math.abs(Date.now() - time.getTime()) < 120_000;

    test('Nova tells its services with heartbeat and forced_down, and every server once', async () => {
      const nova = new NovaApi(bench.session, new ServiceVersions(bench.session));
      const compute = (await nova.services()).find(
        ({ binary, host }) => binary === 'nova-compute' && host === 'cnode01',
      );
      expect(compute).toMatchObject({ isEnabled: true, isUp: true, isForcedDown: false, zone: 'nova' });
      expect(isRecent(compute?.heartbeat)).toBe(true);
      const ids = (await nova.servers()).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    });

    test('Cinder tells its services, and nothing about forced_down', async () => {
      const [scheduler] = await new CinderApi(bench.session).services();
      expect(scheduler).toMatchObject({ binary: 'cinder-scheduler', isEnabled: true, isUp: true });
      expect(isRecent(scheduler?.heartbeat)).toBe(true);
      expect(scheduler).not.toHaveProperty('isForcedDown');
    });

    test('Neutron tells its agents with heartbeat and start, floating IPs, and ports with an owner', async () => {
      const topology = new NeutronTopology(bench.session);
      const agent = (await topology.agents()).find(({ host }) => host === 'cnode01');
      expect(agent).toMatchObject({ binary: 'neutron-openvswitch-agent', isAlive: true, isEnabled: true });
      expect([isRecent(agent?.heartbeat), agent?.startedAt instanceof Date]).toEqual([true, true]);
      expect(Array.isArray(await topology.floatingIps())).toBe(true);
      for (const { deviceOwner } of await topology.ownedPorts()) expect(deviceOwner).not.toBe('');
    });

    test('Keystone tells who logged in and the endpoints, which answer, and at least one clock', async () => {
      const catalogue = new CloudCatalogue(bench.session);
      const { user, project, roles, endpoints } = await catalogue.login();
      expect([user, project, roles.includes('admin')]).toEqual(['admin', 'admin', true]);
      const network = endpoints.find((endpoint) => endpoint.service === 'network' && endpoint.interface === 'public');
      if (network === undefined) throw new Error('the catalogue has no network');
      expect(await catalogue.knock(network)).toEqual({ isAnswer: true, status: 200, saysVersions: true });
      const clock = catalogue.clocks().find(({ service }) => service === 'network');
      // The cloud runs on this machine.
      expect(Math.abs(clock?.aheadSeconds ?? NaN)).toBeLessThanOrEqual((clock?.withinSeconds ?? 0) + 0.1);
    });

    test('tell what a project uses of limits that add up', async () => {
      const use = new QuotaUse(bench.session);
      const project = (await bench.session.login()).project?.id ?? 'p1';
      const all = await Promise.all([
        use.used('compute', project, ['instances', 'cores', 'ram', 'key_pairs']),
        use.used('network', project, ['network', 'port']),
        use.used('blockStorage', project, ['volumes', 'gigabytes', 'no_such_limit']),
      ]);
      const [compute, network, storage] = all.map((used) => Object.keys(used));
      expect([compute, network, storage]).toEqual([['instances', 'cores', 'ram'], ['network', 'port'], ['volumes', 'gigabytes']]); // prettier-ignore
      for (const number of all.flatMap((used) => Object.values(used))) expect(Number.isInteger(number)).toBe(true);
    });

    test('tell that nothing is left of a project, and leave nothing behind by asking', async () => {
      const project = 'ffffffffffff4fff8fffffffffffffff';
      const remains = new ProjectRemainsApi(bench.session);
      const told = await Promise.all(servicesWithRemains.map((service) => remains.remains(service, project)));
      expect(told.flatMap(({ things }) => things)).toEqual([]);
      const always = ['server', 'volume', 'floating IP', 'port', 'router', 'network', 'security group'];
      expect(told.flatMap(({ kinds }) => kinds)).toEqual(expect.arrayContaining(always));
      // Neutron would make the security group `default` for a project whose groups are listed.
      const { security_groups: groups } = await bench.session.call<{ security_groups: { tenant_id: string }[] }>(
        'network',
        '/v2.0/security-groups?fields=tenant_id',
      );
      expect(groups.map(({ tenant_id: owner }) => owner)).not.toContain(project);
    });

    test('count a name that exists once, and a missing name not at all', async () => {
      const names = new CloudNames(bench.session);
      const counted = { private: 0 };
      expect(await names.count({ kind: 'role', by: 'name', name: 'member' })).toEqual({ ...counted, all: 1 });
      for (const kind of ['flavor', 'image', 'network', 'user'] as const)
        expect(await names.count({ kind, by: 'name', name: 'no-such-name' })).toEqual({
          ...counted,
          all: 0,
          others: expect.any(Array) as unknown,
        });
      const id = '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11';
      expect(await names.count({ kind: 'network', by: 'id', name: id })).toMatchObject({ ...counted, all: 0 });
      const role = await names.count({ kind: 'role', by: 'name', name: 'membre' });
      expect(role.others).toContain('member');
    });
  });
}

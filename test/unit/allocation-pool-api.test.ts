/** The methods `api` and `check` from end to end, on Neutron in memory. */
import type { NetworkWriter, Readers, Subnet, Writers } from '../../lib/contract/ports';
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import type { StepResult } from '../../lib/contract/reconciler';
import { allocationPool } from '../../reconcilers/allocation-pool';
import type { AllocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import { FakeNetwork } from '../support/fake-network';

const five = { start: '203.0.113.71', end: '203.0.113.75' };
const fifteen = { start: '203.0.113.71', end: '203.0.113.85' };
const make = (network: FakeNetwork, pools = [five]) =>
  network.createSubnet({ cidr: '203.0.113.64/26', gateway: '203.0.113.65', pools });
const specOf = (subnetId: string, more: Partial<AllocationPoolSpec> = {}): AllocationPoolSpec => ({
  subnetId,
  method: 'api',
  pools: [fifteen],
  ...more,
});

async function plan(network: FakeNetwork, ...specs: AllocationPoolSpec[]) {
  const wanted = specs.map((spec, index) => ({ id: `allocation-pool.t/${index}`, stack: 't', owner: 'o', spec }));
  const readers = { cloud: 'lab', databases: new Set(), network: () => Promise.resolve(network) } as unknown as Readers;
  const scope = { sweep: [], owners: ['o'], ids: [] };
  const [placed] = (await allocationPool.locate(wanted, readers)).placements;
  const placement = { ...scope, ...placed! };
  const observed = await allocationPool.observe(placement, readers);
  return { observed, ...allocationPool.diff(placement, observed) };
}

async function apply(
  { steps, observed }: Awaited<ReturnType<typeof plan>>,
  network: NetworkWriter,
  stopAfter = Infinity,
) {
  const results: StepResult[] = [];
  const writers = { network: () => Promise.resolve(network) } as unknown as Writers;
  const stop = new AbortController();
  for await (const result of allocationPool.apply(steps, observed, 'api:lab', writers, stop.signal)) {
    results.push(result);
    if (results.length === stopAfter) stop.abort();
  }
  return results;
}

const poolsOf = async (network: FakeNetwork, id: string) => (await network.subnets([id]))[0]?.allocationPools;

test('extends a subnet, then finds nothing left to do; a neighbour stays', async () => {
  const network = new FakeNetwork();
  const [{ id }, decoy] = [await make(network), await make(network)];
  expect(await apply(await plan(network, specOf(id)), network)).toEqual([
    { id: 'allocation-pool.t/0', outcome: 'applied' },
  ]);
  expect(await poolsOf(network, id)).toEqual([fifteen]);
  expect(await poolsOf(network, decoy.id)).toEqual([five]);
  expect(await plan(network, specOf(id))).toMatchObject({ steps: [], findings: [] });
});

test('the method check never plans a step', async () => {
  const network = new FakeNetwork();
  const { id } = await make(network);
  const found = await plan(network, specOf(id, { method: 'check' }));
  expect(found.steps).toEqual([]);
  expect(found.findings).toEqual([
    { id: 'allocation-pool.t/0', message: expect.stringContaining('`cdktf apply` writes') as unknown },
  ]);
});

describe('before Newton, where no database is configured', () => {
  test('Kilo has no pluggable IPAM: the pools are changed through the API', async () => {
    const network = new FakeNetwork('kilo');
    const { id } = await make(network);
    expect(await apply(await plan(network, specOf(id)), network)).toMatchObject([{ outcome: 'applied' }]);
    expect(await poolsOf(network, id)).toEqual([fifteen]);
  });

  test('Liberty and Mitaka may have it: a change is Blocked, pools as declared are not', async () => {
    const network = new FakeNetwork('mitaka');
    const { id } = await make(network);
    expect(await plan(network, specOf(id))).toMatchObject({ steps: [], findings: [{ reason: 'Blocked' }] });
    expect(await plan(network, specOf(id, { pools: [five] }))).toMatchObject({ steps: [], findings: [] });
  });

  test('a Neutron that does not tell its extensions is not believed to be harmless', async () => {
    const network = new FakeNetwork('mitaka');
    const { id } = await make(network);
    network.extensions = () => Promise.reject(new UnrecoverableError('403'));
    await expect(plan(network, specOf(id))).rejects.toThrow('403');
  });
});

test.each<[AllocationPoolSpec['method'], 'api:lab' | 'database:neutron', boolean]>([
  ['api', 'api:lab', true],
  ['api', 'database:neutron', true],
  ['database', 'database:neutron', true],
  ['database', 'api:lab', false],
  ['check', 'api:lab', false],
  ['check', 'database:neutron', false],
])('the journal may bring back pools of the method %s at %s: %s', (method, target, isAllowed) => {
  const declared = { ...specOf('0d5f7a52-3c1e-4b8e-9f43-1a2b3c4d5e6f', { method }) };
  const before = [{ target, image: { ledgers: [{ pools: [five] }] } }];
  const recorded = {
    path: 'p',
    stack: 's',
    owner: 'o',
    kind: 'allocation-pool',
    dependsOn: [],
    unknown: [],
    before,
    declared,
  } as const;
  const restore = () => allocationPool.restore(recorded);
  if (isAllowed) expect(restore()).toMatchObject({ method, pools: [five], allowShrink: true });
  else expect(restore).toThrow(`no run with the method "${method}" writes there`);
});

describe('between plan and apply', () => {
  const shrink = { pools: [five], allowShrink: true };
  test.each<[string, AllocationPoolSpec['pools'], (network: FakeNetwork, id: string) => unknown, object]>([
    [
      'other pools came',
      [fifteen],
      (network, id) => setPools(network, id, [{ start: '203.0.113.71', end: '203.0.113.80' }]),
      {
        outcome: 'failed',
        reason: 'StalePlan',
        message: expect.stringContaining('allocation_pools of subnet') as unknown,
      },
    ],
    ['somebody else did it', [fifteen], (network, id) => setPools(network, id, [fifteen]), { outcome: 'unchanged' }],
    [
      'the subnet went',
      [fifteen],
      (network, id) => network.remove(id),
      { outcome: 'failed', reason: 'StalePlan', message: expect.stringContaining('is gone') as unknown },
    ],
    ['only the name changed', [fifteen], (network, id) => network.rename(id, 'blue'), { outcome: 'applied' }],
    ['a port came, and the pool grows', [fifteen], (network, id) => network.createPort(id), { outcome: 'applied' }],
  ])('%s', async (_, pools, change, expected) => {
    const network = new FakeNetwork();
    const { id } = await make(network);
    const planned = await plan(network, specOf(id, { pools }));
    await change(network, id);
    expect((await apply(planned, network))[0]).toMatchObject(expected);
  });

  test('refuses the step when a port has taken an address that the plan gives back', async () => {
    const network = new FakeNetwork();
    const { id } = await make(network, [fifteen]);
    const planned = await plan(network, specOf(id, shrink));
    expect(planned.steps).toHaveLength(1);
    await network.createPort(id, '203.0.113.80');
    expect((await apply(planned, network))[0]).toMatchObject({
      outcome: 'failed',
      reason: 'StalePlan',
      message: expect.stringContaining('203.0.113.80 of subnet') as unknown,
    });
    expect(await poolsOf(network, id)).toEqual([fifteen]);
  });
});

const setPools = async (network: FakeNetwork, id: string, pools: (typeof five)[]) =>
  network.setAllocationPools((await network.subnets([id]))[0] as Subnet, pools);

describe('failures', () => {
  const many = async (network: FakeNetwork) => {
    const made = await Promise.all(Array.from({ length: 6 }, () => make(network)));
    return { made, planned: await plan(network, ...made.map(({ id }) => specOf(id))) };
  };
  const outcomes = (results: readonly StepResult[]) => results.map(({ outcome }) => outcome).join(' ');
  const failing = (network: FakeNetwork, error: (attempt: number) => Error | undefined): NetworkWriter => {
    let attempt = 0;
    return {
      subnets: (ids) => network.subnets(ids),
      subnetsOf: (ids) => network.subnetsOf(ids),
      allocatedAddresses: (subnets) => network.allocatedAddresses(subnets),
      ports: (ids) => network.ports(ids),
      portsOf: (networkIds) => network.portsOf(networkIds),
      networks: (by, values) => network.networks(by, values),
      portsAt: (networkId, addresses) => network.portsAt(networkId, addresses),
      agents: () => network.agents(),
      extensions: () => network.extensions(),
      setAllocationPools: (subnet, pools) => {
        const met = error(++attempt);
        return met ? Promise.reject(met) : network.setAllocationPools(subnet, pools);
      },
    };
  };

  test("of one subnet don't stop the other subnets, and the next run finishes", async () => {
    const network = new FakeNetwork();
    const { made, planned } = await many(network);
    const writer = failing(network, (attempt) => (attempt % 2 === 0 ? new TransientError('time-out') : undefined));
    expect(outcomes(await apply(planned, writer))).toBe('applied failed applied failed applied failed');
    const again = await plan(network, ...made.map(({ id }) => specOf(id)));
    expect(outcomes(await apply(again, network))).toBe('applied applied applied');
  });

  test('that no retry can mend skip the remaining subnets at once', async () => {
    const network = new FakeNetwork();
    const { planned } = await many(network);
    const results = await apply(
      planned,
      failing(network, () => new UnrecoverableError('403')),
    );
    expect(outcomes(results)).toBe('failed skipped skipped skipped skipped skipped');
    expect(results[1]?.message).toBe('not tried after this: 403');
  });

  test('three times in a row skip the remaining subnets', async () => {
    const network = new FakeNetwork();
    const { planned } = await many(network);
    const results = await apply(
      planned,
      failing(network, () => new TransientError('time-out')),
    );
    expect(outcomes(results)).toBe('failed failed failed skipped skipped skipped');
  });

  test('of a caller that stops leave the remaining subnets undone', async () => {
    const network = new FakeNetwork();
    const { made, planned } = await many(network);
    await apply(planned, network, 2);
    const pools = await Promise.all(made.map(({ id }) => poolsOf(network, id)));
    expect(pools).toEqual([[fifteen], [fifteen], [five], [five], [five], [five]]);
  });
});

/** Lists as long as a hostile manifest, host or cloud may make them, which is more than one call may have arguments. */
import { renderPlan } from '../../lib/render/text';
import { dependencyLevels, type Plan } from '../../lib/run/plan';
import { diff } from '../../reconcilers/allocation-pool/diff';
import { emptyPlan } from '../support/empty-plan';

const many = 200_000;
const numbers = Array.from({ length: many }, (_, index) => index);

test('a step with 200,000 changes is rendered, each in a line of its own', () => {
  const changes = numbers.map((index) => ({ attribute: `rule ${index}`, after: 'ACCEPT' }));
  const step = {
    id: 'firewall-exception.acme/Branch',
    action: 'create',
    subject: 'port',
    because: 'new',
    changes,
  } as const;
  const planned: Plan = {
    ...emptyPlan,
    stacks: ['acme'],
    steps: [{ ...step, target: 'host:cnode01', before: {}, kind: 'firewall-exception' }],
  };
  const text = renderPlan(planned);
  expect(text.split('\n').filter((line) => line.includes(' = ACCEPT'))).toHaveLength(many);
});

test('a resource that depends on 200,000 others comes after all of them', () => {
  const all = numbers.map(String);
  const levels = dependencyLevels(new Map([['last', all], ...all.map((id): [string, string[]] => [id, []])]));
  expect([levels.get('0'), levels.get('last')]).toEqual([0, 1]);
});

test('200,000 pools that end before they start are refused without exhausting the stack', () => {
  const pools = numbers.map((index) => ({ start: `10.0.${(index >> 8) & 255}.${index & 255}`, end: '9.0.0.0' }));
  const spec = { subnetId: 'green', pools, method: 'api' } as const;
  const subnet = { id: 'green', cidr: '10.0.0.0/8', gatewayIp: null, allocationPools: [], name: '', networkId: 'n' };
  const wanted = [{ id: 'allocation-pool.acme/Green', owner: 'team-a', spec }];
  const found = diff(
    { wanted, target: 'api:lab', sweep: [], ids: [] } as unknown as Parameters<typeof diff>[0],
    { subnets: new Map([['green', subnet]]) } as unknown as Parameters<typeof diff>[1],
  );
  expect(found.findings.length).toBeGreaterThan(0);
});

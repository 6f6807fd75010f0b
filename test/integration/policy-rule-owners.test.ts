/** The kind on real files: several owners, several roles, and writes that fail half-way. */
import { linkSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { HostPool } from '../../adapters/host/host-pool';
import { LocalHost } from '../../adapters/host/local-host';
import { PolicySite, type Grant } from '../support/policy-site';
import { granted, icehouse, problems, warnings } from '../support/policy-texts';

const file = 'neutron/policy.json';

let site: PolicySite;
beforeEach(() => {
  site = new PolicySite();
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write(file, icehouse);
});
afterEach(() => site.remove());

test("two owners take back their grants of one rule in either order, and the other's grant stays", async () => {
  const ofOne = (grants = {}) => [site.manifest(grants, { owner: 'one', stack: 'a' })];
  const ofTwo = (grants = {}) => [site.manifest(grants, { owner: 'two', stack: 'b' })];
  for (const first of ['one', 'two']) {
    await site.apply(ofOne({ G: { role: 'member' } }));
    await site.apply(ofTwo({ G: { role: 'reader' } }));
    expect(site.read(file)).toContain('_ips": "(rule:admin_or_network_owner) or role:member or role:reader"');
    await site.apply(first === 'one' ? ofOne() : ofTwo());
    expect(site.read(file)).toContain(
      `_ips": "(rule:admin_or_network_owner) or role:${first === 'one' ? 'reader' : 'member'}"`,
    );
    await site.apply(first === 'one' ? ofTwo() : ofOne());
    expect(site.read(file)).toBe(icehouse);
    expect(readdirSync(site.stateFolder)).toEqual([]);
  }
});

const manifestsOf = (owner: string, grants: Record<string, Grant> = {}) => [
  site.manifest(grants, { owner, stack: owner }),
];

test('a grant that two owners declare is written once, recorded by both, and goes with the last owner', async () => {
  for (const [first, last] of [
    ['one', 'two'],
    ['two', 'one'],
  ] as const) {
    await site.apply(manifestsOf('one', { G: {} }));
    const adopted = await site.apply(manifestsOf('two', { G: { role: 'member' } }));
    expect(adopted.plan.steps).toMatchObject([
      {
        action: 'create',
        because: "one's record has it too, and it should stay until neither owner declares it",
        changes: [{ attribute: 'record of create_port:fixed_ips', after: 'role member' }],
      },
    ]);
    expect([problems(adopted), warnings(adopted.plan), site.read(file)]).toEqual([[], [], granted]);
    expect((await site.plan(manifestsOf('two', { G: {} }))).steps).toEqual([]);
    expect(readdirSync(site.stateFolder)).toHaveLength(2);
    const left = await site.apply(manifestsOf(first));
    expect(left.plan.steps).toMatchObject([
      { notes: [`${last}'s record has it too: it is removed with the last of them`] },
    ]);
    expect(site.read(file)).toBe(granted);
    expect((await site.plan(manifestsOf(last, { G: {} }))).steps).toEqual([]);
    await site.apply(manifestsOf(last));
    expect([site.read(file), readdirSync(site.stateFolder)]).toEqual([icehouse, []]);
  }
});

test('the rollback of an adopted grant leaves it to the other owner, and the removal by both takes it away', async () => {
  await site.apply(manifestsOf('one', { G: {} }));
  const adopted = await site.apply(manifestsOf('two', { G: {} }));
  await site.apply(site.undoOf(adopted.plan, manifestsOf('two', { G: {} })), []);
  expect([site.read(file), readdirSync(site.stateFolder).length]).toEqual([granted, 1]);
  await site.apply(manifestsOf('two', { G: {} }));
  await site.apply([...manifestsOf('one'), ...manifestsOf('two')]);
  expect([site.read(file), readdirSync(site.stateFolder)]).toEqual([icehouse, []]);
});

test('two owners who write the same grant between last look and write do not undo each other', async () => {
  const planned = await site.plan(manifestsOf('two', { G: {} }));
  const open = site.open;
  let isRaced = false;
  site.open = (name) => {
    const host = open(name);
    const write = host.write.bind(host);
    host.write = async (sequences) => {
      if (!isRaced) {
        isRaced = true;
        const racing = new LocalHost(name, { stateFolder: site.stateFolder });
        site.pool = new HostPool(() => racing);
        await site.apply(manifestsOf('one', { G: {} }));
      }
      return write(sequences);
    };
    return host;
  };
  site.pool = new HostPool((name) => site.open(name));
  const report = await site.applyPlan(planned, manifestsOf('two', { G: {} }));
  expect(report.results).toMatchObject([{ outcome: 'failed', reason: 'StalePlan' }]);
  // A grant that was not made is not recorded.
  expect([site.read(file), readdirSync(site.stateFolder).length]).toEqual([granted, 1]);
  await site.apply(manifestsOf('two'));
  expect(site.read(file)).toBe(granted);
});

test('a file without a line for a rule has none again when the role of the last of several owners is removed', async () => {
  const zed = { release: 'zed', rule: 'create_port:fixed_ips:ip_address' };
  site.write('neutron/policy.yaml', '# site\n');
  await site.apply([
    ...manifestsOf('one', { A: zed, B: { ...zed, role: 'operator' } }),
    ...manifestsOf('two', { C: { ...zed, role: 'reader' } }),
  ]);
  expect(site.read('neutron/policy.yaml')).toContain(') or role:member or role:operator or role:reader"');
  for (const manifests of [
    manifestsOf('one', { B: { ...zed, role: 'operator' } }),
    manifestsOf('two'),
    manifestsOf('one'),
  ]) {
    const { plan } = await site.apply(manifests);
    expect([problems(plan), warnings(plan)]).toEqual([[], []]);
  }
  expect([site.read('neutron/policy.yaml'), site.records]).toEqual(['# site\n', {}]);
});

test("a role that replaces the only role keeps the service's own value in the rule, and a rollback brings the first role back", async () => {
  const rule = 'create_port:fixed_ips:ip_address';
  const admitting = (role: string) => [site.manifest({ G: { release: 'zed', rule, role } })];
  site.write('neutron/policy.yaml', '# site\n');
  await site.apply(admitting('member'));
  const first = site.read('neutron/policy.yaml');
  expect(first).toMatch(/"\(\(rule:context_is_advsvc or .*\)\) or role:member"/);
  const { plan, ...report } = await site.apply(admitting('operator'));
  expect(plan.steps).toMatchObject([
    {
      action: 'update',
      because: "the code grants something else in its place; the rule doesn't admit the role operator",
      notes: expect.arrayContaining([
        `what stackward wrote of the role member leaves ${rule} in ${site.path('neutron/policy.yaml')}`,
      ]) as string[],
      changes: [{ attribute: rule, after: expect.stringMatching(/^\(\(rule:.*\)\) or role:operator$/) as string }],
    },
  ]);
  expect([problems(report), site.read('neutron/policy.yaml')]).toEqual([[], first.replace('member', 'operator')]);
  await site.apply(site.undoOf(plan, admitting('operator')), []);
  expect(site.read('neutron/policy.yaml')).toBe(first);
  await site.apply([site.manifest({})]);
  expect([site.read('neutron/policy.yaml'), site.records]).toEqual(['# site\n', {}]);
});

test('a rollback leaves the role that another owner granted in the same rule since', async () => {
  const first = await site.apply(manifestsOf('one', { G: {} }));
  await site.apply(manifestsOf('two', { G: { role: 'reader' } }));
  expect(problems(await site.apply(site.undoOf(first.plan, manifestsOf('one', { G: {} })), []))).toEqual([]);
  expect(site.read(file)).toContain('"(rule:admin_or_network_owner) or role:reader"');
  const again = await site.apply(manifestsOf('one', { G: {} }));
  const removal = await site.apply(manifestsOf('one'));
  await site.apply(manifestsOf('two'));
  await site.apply(manifestsOf('two', { G: { role: 'reader' } }));
  expect(again.plan.steps).toHaveLength(1);
  const refused = await site.plan(site.undoOf(removal.plan, manifestsOf('one')));
  expect(problems(refused)).toEqual([expect.stringMatching(/^Blocked: .*two granted a role in it; grant it again/)]);
});

test('a policy file that cannot be written stops no other file, and a grant that was not made is not recorded', async () => {
  const text = '{"default": "", "compute:create:forced_host": "is_admin:True"}';
  site.write('nova/nova.conf', '[DEFAULT]\n');
  site.write('nova/policy.json', text);
  const both = [site.manifest({ A: {}, B: { service: 'nova', rule: 'compute:create:forced_host' } })];
  const hindered = site.path('neutron/other-name');
  linkSync(site.path(file), hindered);
  const half = await site.apply(both);
  expect(half.results.map(({ id, outcome }) => [id, outcome]).sort()).toEqual([
    ['policy-rule.acme/A', 'failed'],
    ['policy-rule.acme/B', 'applied'],
  ]);
  expect(Object.keys(site.records)).toEqual([`${site.path('nova/policy.json')} compute:create:forced_host member`]);
  rmSync(hindered);
  expect(problems(await site.apply(both))).toEqual([]);

  linkSync(site.path(file), hindered);
  for (let run = 0; run < 2; run++) {
    await site.apply([site.manifest({})]);
    expect([site.read(file), site.read('nova/policy.json')]).toEqual([granted, text]);
    expect(Object.keys(site.records)).toEqual([`${site.path(file)} create_port:fixed_ips member`]);
  }
  rmSync(hindered);
  await site.apply([site.manifest({})]);
  expect([site.read(file), site.records]).toEqual([icehouse, {}]);
});

test('where a record cannot be written, every step of its owner fails and no rule is changed', async () => {
  await site.apply([site.manifest({ A: {} })]);
  const [record = ''] = readdirSync(site.stateFolder);
  linkSync(join(site.stateFolder, record), site.path('another-name-of-the-record'));
  const [text, records] = [site.read(file), site.records];
  const { results } = await site.apply([site.manifest({ B: { role: 'reader' } })]);
  expect(results.map(({ id, outcome }) => [id, outcome]).sort()).toEqual([
    ['policy-rule.acme/A', 'failed'],
    ['policy-rule.acme/B', 'failed'],
  ]);
  expect([site.read(file), site.records]).toEqual([text, records]);
  rmSync(site.path('another-name-of-the-record'));
  expect(problems(await site.apply([site.manifest({ B: { role: 'reader' } })]))).toEqual([]);
});

test('nothing is written where a file of policy.d came to hold the rule between plan and apply', async () => {
  const rule = 'create_port:fixed_ips:ip_address';
  const grant = [site.manifest({ Grant: { release: 'zed', rule } })];
  site.write('neutron/policy.yaml', '"x": "@"\n');
  site.write('neutron/policy.d/10-site.yaml', '{}\n');
  for (const late of ['neutron/policy.d/10-site.yaml', 'neutron/policy.d/20-new.yaml']) {
    const planned = await site.plan(grant);
    site.write(late, `"${rule}": "role:z"\n`);
    const { results } = await site.applyPlan(planned, grant);
    expect(results).toMatchObject([{ outcome: 'failed', reason: 'StalePlan' }]);
    expect([site.read('neutron/policy.yaml'), site.records]).toEqual(['"x": "@"\n', {}]);
    site.write(late, '{}\n');
  }
  const planned = await site.plan(grant);
  site.write('neutron/policy.d/20-new.yaml', '"other": "role:z"\n');
  expect((await site.applyPlan(planned, grant)).results).toMatchObject([{ outcome: 'applied' }]);
});

test('two grants of one rule of which one depends on the other are made in one run', async () => {
  const [both] = manifestsOf('one', { A: {}, B: { role: 'reader' } });
  const [a, b] = both?.resources ?? [];
  const manifests = [{ ...both, resources: [a, { ...b, dependsOn: [a?.path] }] }] as ReturnType<typeof manifestsOf>;
  const report = await site.apply(manifests);
  expect(report.results.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['policy-rule.one/A', 'applied'],
    ['policy-rule.one/B', 'applied'],
  ]);
  expect(site.read(file)).toContain('_ips": "(rule:admin_or_network_owner) or role:member or role:reader"');
  expect((await site.plan(manifests)).steps).toEqual([]);
  await site.apply(manifestsOf('one'));
  expect([site.read(file), site.records]).toEqual([icehouse, {}]);
});

/** The kind on real files, through the real host program: what is written, what is taken back, and what stays. */
import { chmodSync, chownSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { TransientError } from '../../lib/basics/errors';
import { PolicySite } from '../support/policy-site';
import { granted, icehouse, outcomes, problems, warnings } from '../support/policy-texts';

const file = 'neutron/policy.json';

let site: PolicySite;
beforeEach(() => {
  site = new PolicySite();
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write('nova/nova.conf', '[DEFAULT]\n');
  site.write(file, icehouse);
  chmodSync(site.path(file), 0o640);
  chownSync(site.path(file), 1234, 4321);
});
afterEach(() => site.remove());

const grant = () => [site.manifest({ Grant: {} })];
const none = () => [site.manifest({})];

test('a grant adds one alternative, a second run writes nothing, and the bytes before come back when the grant leaves the code', async () => {
  const before = site.look(file);
  const first = await site.apply(grant());
  expect(problems(first)).toEqual([]);
  expect(first.plan.steps).toMatchObject([
    {
      id: 'policy-rule.acme/Grant',
      target: 'host:ctl1',
      action: 'create',
      subject: `neutron's rule create_port:fixed_ips in ${site.path(file)}`,
      because: "the rule doesn't admit the role member",
      changes: [
        {
          attribute: 'create_port:fixed_ips',
          before: 'rule:admin_or_network_owner',
          after: '(rule:admin_or_network_owner) or role:member',
        },
      ],
      notes: [
        'any user with the role member in any project may choose the address of a port that they make, on any network that the project can see',
        'the reason given: tests',
      ],
    },
  ]);
  const after = site.look(file);
  expect(after).toEqual({ ...before, content: granted, mtimeMs: expect.any(Number) as number });
  expect(after.mtimeMs).toBeGreaterThan(before.mtimeMs);
  expect(site.records).toMatchObject({
    [`${site.path(file)} create_port:fixed_ips member`]: {
      before: '"rule:admin_or_network_owner"',
      written: '"(rule:admin_or_network_owner) or role:member"',
      path: 'acme/Grant',
    },
  });

  const second = await site.apply(grant());
  expect([second.plan.steps, warnings(second.plan)]).toEqual([[], []]);
  expect(site.look(file)).toEqual(after);

  const removed = await site.apply(none());
  expect(removed.plan.steps).toMatchObject([{ action: 'delete', leftBy: { owner: 'acme-cloud', stack: 'acme' } }]);
  expect([problems(removed), outcomes(removed)]).toEqual([[], ['applied']]);
  expect(site.look(file)).toEqual({ ...before, mtimeMs: expect.any(Number) as number });
  expect(readdirSync(site.stateFolder)).toEqual([]);
  expect((await site.plan(none())).steps).toEqual([]);
});

test('a rule that grants the role already is adopted: no write, no record, and it stays when the grant leaves the code', async () => {
  for (const value of ['rule:z or role:Member', 'rule:admin_or_network_owner or rule:fixers', '']) {
    const text = icehouse
      .replace('_ips": "rule:admin_or_network_owner"', `_ips": "${value}"`)
      .replace('"create_port": ""', '"fixers": "role:x or (role:member)",\n    "create_port": ""');
    site.write(file, text);
    const first = await site.apply(grant());
    expect([first.plan.steps, problems(first.plan)]).toEqual([[], []]);
    expect(warnings(first.plan)).toEqual([
      expect.stringContaining(
        value === ''
          ? 'admits everybody, with the role member or without'
          : 'no record on the host has it: stackward leaves it as it is',
      ),
    ]);
    await site.apply(none());
    expect(site.read(file)).toBe(text);
    expect(existsSync(site.stateFolder)).toBe(false);
  }
});

test('decoys are not taken for the grant and stay: member2, members, a rule with a longer name, a role that needs more', async () => {
  for (const value of [
    'role:member2',
    'role:members or xrole:member',
    'role:member and is_admin:True',
    'not role:member',
  ]) {
    const text = icehouse.replace('_ips": "rule:admin_or_network_owner"', `_ips": "${value}"`);
    site.write(file, text);
    await site.apply(grant());
    expect(site.read(file)).toBe(text.replace(`_ips": "${value}"`, `_ips": "(${value}) or role:member"`));
    await site.apply(none());
    expect(site.read(file)).toBe(text);
  }
});

test('a hand edit of the granted rule is reported while the role still has it, and mended when it has not', async () => {
  await site.apply(grant());
  site.write(file, granted.replace(' or role:member"', ' or role:member or role:x"'));
  const harmless = await site.apply(grant());
  expect(harmless.plan.steps).toEqual([]);
  expect(warnings(harmless.plan)).toEqual([expect.stringContaining('was changed by hand')]);
  site.write(file, icehouse.replace('_ips": "rule:admin_or_network_owner"', '_ips": "role:x"'));
  const mended = await site.apply(grant());
  expect(mended.plan.steps).toMatchObject([
    { action: 'update', because: 'it was granted, and somebody changed the rule since' },
  ]);
  expect(site.read(file)).toContain('_ips": "(role:x) or role:member"');
  await site.apply(none());
  expect(site.read(file)).toContain('_ips": "role:x"');
});

test("a removal after a hand edit takes only stackward's alternative, or only the record where the alternative is gone", async () => {
  await site.apply(grant());
  site.write(file, granted.replace(' or role:member"', ' or role:member or role:x"'));
  await site.apply(none());
  expect(site.read(file)).toBe(granted.replace(' or role:member"', ' or role:x"'));
  site.write(file, icehouse);
  await site.apply(grant());
  site.write(file, icehouse);
  const forgotten = await site.apply(none());
  expect(forgotten.plan.steps).toMatchObject([
    { action: 'delete', changes: [{ attribute: 'record of create_port:fixed_ips', before: 'role member' }] },
  ]);
  expect(site.read(file)).toBe(icehouse);
  expect(readdirSync(site.stateFolder)).toEqual([]);
});

test.each([
  ['where more is asked for', '(rule:admin_or_network_owner or role:member) and not role:y', ''],
  ['in a rule that it refers to', 'rule:chooser', '"chooser": "rule:admin_or_network_owner or role:MEMBER", '],
  ['twice', '(rule:admin_or_network_owner) or role:member or role:x or role:Member', ''],
  ['in a group of its own', '((rule:admin_or_network_owner) or (role:member and @))', ''],
])('a hand edit that leaves the role %s keeps the record, and the plan says why', async (_, value, more) => {
  await site.apply(grant());
  const text = granted
    .replace('"(rule:admin_or_network_owner) or role:member"', `"${value}"`)
    .replace('"create_port": ""', `${more}"create_port": ""`);
  site.write(file, text);
  const before = site.records;
  const { plan } = await site.apply(none());
  expect([plan.steps, problems(plan)]).toEqual([
    [],
    [
      expect.stringMatching(
        /^Blocked: create_port:fixed_ips was changed by hand, .* role member would still stand in it/,
      ),
    ],
  ]);
  expect([site.read(file), site.records]).toEqual([text, before]);
  site.write(file, icehouse);
  expect((await site.apply(none())).plan.steps).toHaveLength(1);
  expect(site.records).toEqual({});
});

test("a grant whose record was lost is not taken for stackward's: the plan says so, and nothing is removed", async () => {
  await site.apply(grant());
  rmSync(site.stateFolder, { recursive: true });
  expect(warnings(await site.plan(grant()))).toEqual([expect.stringContaining('no record on the host has it')]);
  const left = await site.apply(none());
  expect(left.plan.steps).toEqual([]);
  expect(site.read(file)).toBe(granted);
});

test.each([
  [
    'create_port:fixed_ips',
    '"other": "rule:create_port:fixed_ips or role:x"',
    /^Blocked: other refers to create_port:fixed_ips, and would change with it/,
  ],
  [
    'create_port:fixed_ips',
    '"deep": "not rule:other", "other": "rule:create_port:fixed_ips"',
    /^Blocked: deep, other refer to create_port:fixed_ips/,
  ],
  ['get_default', '"x": "role:x"', /^Blocked: the service uses get_default for every rule that the file leaves out/],
])('a grant of a rule that other rules refer to is refused: %s, %s', async (rule, line, message) => {
  site.write('neutron/neutron.conf', '[DEFAULT]\npolicy_default_rule = get_default\n');
  const text = icehouse.replace('"create_port": ""', `${line}, "get_default": "role:y"`);
  site.write(file, text);
  const report = await site.apply([site.manifest({ Grant: { rule } })]);
  expect([report.plan.steps, problems(report.plan)]).toEqual([[], [expect.stringMatching(message)]]);
  expect(site.read(file)).toBe(text);
});

test('several grants are one write of the file, and a grant that cannot be made stops no other', async () => {
  const { mtimeMs } = site.look(file);
  let swaps = 0;
  const counting = site.open;
  site.open = (name) => {
    const host = counting(name);
    const write = host.write.bind(host);
    host.write = (sequences) => {
      swaps += sequences.flat().filter((write) => write.verb === 'swap-file' && write.path === site.path(file)).length;
      return write(sequences);
    };
    return host;
  };
  site.write(
    file,
    icehouse.replace('_ips:more": "role:member2 or role:members"', '_ips:more": "role:a and role:b or role:c"'),
  );
  const many = {
    A: { rule: 'create_port:fixed_ips' },
    B: { rule: 'update_port:fixed_ips', role: 'operator' },
    C: { rule: 'create_port:fixed_ips', role: 'operator' },
    D: { rule: 'create_port:fixed_ips:more' },
    E: { rule: 'create_network:new' },
  };
  const report = await site.apply([site.manifest(many)]);
  expect(swaps).toBe(1);
  expect(outcomes(report)).toEqual(['applied', 'applied', 'applied', 'applied']);
  expect(problems(report.plan)).toEqual([
    expect.stringMatching(/^Blocked: the value of create_port:fixed_ips:more can't be read by this release/),
  ]);
  const text = site.read(file);
  expect(text).toContain('"create_port:fixed_ips": "(rule:admin_or_network_owner) or role:member or role:operator"');
  expect(text).toContain(
    '"update_port:fixed_ips": "(rule:admin_or_network_owner) or role:operator",\n    "create_network:new": "(rule:default) or role:member"\n}',
  );
  expect(site.look(file).mtimeMs).toBeGreaterThan(mtimeMs);
  await site.apply(none());
  expect(site.read(file)).toBe(
    icehouse.replace('_ips:more": "role:member2 or role:members"', '_ips:more": "role:a and role:b or role:c"'),
  );
});

test("a policy file that cannot be written does not stop the grant in another service's file", async () => {
  site.write(
    'nova/policy.json',
    '{"context_is_admin": "role:admin", "default": "", "compute:create:forced_host": "is_admin:True"}',
  );
  const both = [site.manifest({ A: {}, B: { service: 'nova', rule: 'compute:create:forced_host' } })];
  const planned = await site.plan(both);
  const nova = site.path('nova/other.json');
  writeFileSync(nova, '{}');
  rmSync(site.path('nova/policy.json'));
  const report = await site.applyPlan(planned, both);
  expect(report.results.map(({ id, outcome, reason }) => [id, outcome, reason])).toEqual([
    ['policy-rule.acme/B', 'failed', 'StalePlan'],
    ['policy-rule.acme/A', 'applied', undefined],
  ]);
  expect(site.read(file)).toBe(granted);
});

test('a change of the rule between plan and apply is refused, and a change of another rule is kept', async () => {
  const planned = await site.plan(grant());
  site.write(file, icehouse.replace('"create_port": ""', '"create_port": "role:x"'));
  expect(outcomes(await site.applyPlan(planned, grant()))).toEqual(['applied']);
  expect(site.read(file)).toBe(granted.replace('"create_port": ""', '"create_port": "role:x"'));
  await site.apply(none());
  const again = await site.plan(grant());
  site.write(file, icehouse.replace('_ips": "rule:admin_or_network_owner"', '_ips": "role:y"'));
  expect((await site.applyPlan(again, grant())).results).toMatchObject([{ outcome: 'failed', reason: 'StalePlan' }]);
  expect(site.read(file)).toContain('_ips": "role:y"');
  expect(existsSync(site.stateFolder) ? readdirSync(site.stateFolder) : []).toEqual([]);
});

test.each([
  ['Ansible', '{"_": "Ansible managed", "create_port:fixed_ips": "role:x"}'],
  ['Puppet', '# This file was autogenerated by puppet\ncreate_port:fixed_ips: role:x\n'],
])(
  'a file of %s is left alone unless the grant sets overrideManager, and then the removal writes it too',
  async (manager, text) => {
    site.write('neutron/neutron.conf', `[oslo_policy]\npolicy_file = ${site.path('neutron/managed')}\n`);
    site.write('neutron/managed', text);
    const refused = await site.plan([site.manifest({ Grant: { release: 'zed' } })]);
    expect([refused.steps, problems(refused)]).toEqual([
      [],
      [expect.stringMatching(new RegExp(`^Blocked: .*managed is written by ${manager}.*set "overrideManager"`))],
    ]);
    const forced = [site.manifest({ Grant: { release: 'zed', overrideManager: true } })];
    expect(problems(await site.apply(forced))).toEqual([]);
    expect(site.read('neutron/managed')).toContain('(role:x) or role:member');
    expect(problems(await site.apply(none()))).toEqual([]);
    expect(site.read('neutron/managed')).toBe(text);
  },
);

test('a controller that is down does not stop the others, and the run names the controller that is left', async () => {
  site.serving = { neutron: ['ctl1', 'ctl2'] };
  site.open = (name) => {
    const host = new LocalHost(name, { stateFolder: site.stateFolder });
    if (name === 'ctl2')
      host.read = () => Promise.reject(new TransientError('it does not answer', { where: 'host:ctl2' }));
    return host;
  };
  const report = await site.apply(grant());
  expect(outcomes(report)).toEqual(['applied']);
  expect(report.plan.problems).toMatchObject([{ where: 'policy-rule@host:ctl2', reason: 'TransientError' }]);
  expect(report.plan.undone).toEqual(['policy-rule.acme/Grant']);
  expect(site.read(file)).toBe(granted);
});

test.each([
  ['no configuration', 'mv', /none of .*neutron.conf is on this host.*configFiles/],
  ['a broken policy file', '{"a": ', /policy.json: it is not JSON/],
  ['a number for a rule', '{"a": 1}', /a rule is 1/],
  ['Latin-1', Buffer.from('{"a": "\xe9"}', 'latin1'), /is not UTF-8/],
])('nothing is written where a host has %s, and the plan says why', async (_, content, message) => {
  if (content === 'mv') rmSync(site.path('neutron/neutron.conf'));
  else writeFileSync(site.path(file), content);
  const planned = await site.plan(grant());
  expect([planned.steps, problems(planned)]).toEqual([[], [expect.stringMatching(message)]]);
});

test('a record that cannot be read is Blocked and not written over', async () => {
  await site.apply(grant());
  const [record = ''] = readdirSync(site.stateFolder);
  writeFileSync(join(site.stateFolder, record), '{"entries"');
  expect(problems(await site.plan(grant()))).toEqual([
    expect.stringMatching(/^Blocked: .*is no record that this stackward can read/),
  ]);
});

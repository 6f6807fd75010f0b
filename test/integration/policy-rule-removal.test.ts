/** The kind on real files: policies in YAML, files that are silent, what a run may take away, and the way back. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { everything } from '../../lib/run/engine';
import { FakeIdentity } from '../support/fake-identity';
import { PolicySite, type Grant } from '../support/policy-site';
import { granted, icehouse, outcomes, problems } from '../support/policy-texts';

const file = 'neutron/policy.json';

let site: PolicySite;
beforeEach(() => {
  site = new PolicySite();
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write(file, icehouse);
});
afterEach(() => site.remove());

const grant = () => [site.manifest({ Grant: {} })];
const none = () => [site.manifest({})];

describe('in Zed, with YAML and a file without a line for the rule,', () => {
  const zed = { release: 'zed', rule: 'create_port:fixed_ips:ip_address' };
  const defaults =
    '(rule:context_is_advsvc or rule:network_owner or rule:admin_only) or (rule:context_is_advsvc or rule:admin_or_network_owner)';
  beforeEach(() => rmSync(site.path(file)));

  test('policy.yaml is made where no file is there, and holds {} after the removal', async () => {
    const report = await site.apply([site.manifest({ Grant: zed })]);
    expect(report.plan.steps).toMatchObject([
      { because: "the file has no line for this rule, and without a line the rule doesn't admit the role member" },
    ]);
    expect(problems(report)).toEqual([]);
    expect(site.read('neutron/policy.yaml')).toBe(`"${zed.rule}": "(${defaults}) or role:member"\n`);
    await site.apply(none());
    expect(site.read('neutron/policy.yaml')).toBe('{}\n');
  });

  test("the service's own tool is believed over the table where new defaults stand alone and no file has the rule", async () => {
    const after = async (release: string) => {
      const { steps } = await site.plan([site.manifest({ Grant: { ...zed, release } })]);
      return steps.map(({ changes }) => changes[0]?.after);
    };
    site.generated = `"${zed.rule}": "rule:of_this_package"\n"other": "@"\n`;
    expect(await after('2025.1')).toEqual(['(rule:of_this_package) or role:member']);
    // The tool doesn't know the deprecated half.
    expect(await after('zed')).toEqual([`(${defaults}) or role:member`]);
    site.generated = '"other": "@"\n';
    expect(await after('2025.1')).toEqual([
      '((rule:admin_only) or (rule:service_api) or role:member and rule:network_owner) or role:member',
    ]);
    site.generated = `"${zed.rule}": "rule:of_this_package"\n`;
    site.write('neutron/policy.yaml', `"${zed.rule}": "role:x"\n`);
    expect(await after('2025.1')).toEqual(['(role:x) or role:member']);
  });

  test("the tool's answer is the value of a rule without a deprecated half, and the table gives the half of another rule", async () => {
    site.generated =
      '"os_compute_api:os-agents": "rule:x"\n"create_network:shared": "rule:x"\n"create_floatingip_port_forwarding": "rule:x"\n';
    site.write('nova/nova.conf', '[DEFAULT]\n');
    const stepsOf = async (grant: Grant) => (await site.plan([site.manifest({ Grant: grant })])).steps;
    const nova = { service: 'nova', rule: 'os_compute_api:os-agents' } as const;
    expect(await stepsOf({ ...nova, release: 'train' })).toMatchObject([
      { changes: [{ after: '(rule:x) or role:member' }] },
    ]);
    expect(await stepsOf({ rule: 'create_network:shared', release: 'victoria' })).toMatchObject([
      { changes: [{ after: '(rule:x) or role:member' }] },
    ]);
    // Zed's last version has another default than its first: the tool tells which of them is on the host, or a third.
    expect(await stepsOf({ rule: 'create_floatingip_port_forwarding', release: 'zed' })).toMatchObject([
      { changes: [{ after: '((rule:x) or (rule:admin_or_ext_parent_owner)) or role:member' }] },
    ]);
  });

  test('a chosen MAC address is known as a chosen IP address is, and the plan asks back about a name that may be misspelt', async () => {
    const planOf = (rule: string) => site.plan([site.manifest({ Grant: { rule, release: 'zed' } })]);
    expect((await planOf('create_port:mac_address')).steps).toMatchObject([
      { changes: [{ after: `(${defaults}) or role:member` }] },
    ]);
    expect(problems(await planOf('create_port:mac_adress'))).toEqual([
      'Blocked: neutron of zed has no rule create_port:mac_adress; did you mean create_port:mac_address or update_port:mac_address? `oslopolicy-sample-generator --namespace neutron` on a host lists all',
    ]);
  });

  test('the plan names the other rule of the request that the file keeps, and says that a default is written down', async () => {
    const notes = async () => (await site.plan([site.manifest({ Grant: zed })])).steps[0]?.notes?.slice(2);
    site.write('neutron/policy.yaml', '"create_port": "role:member"\n"create_port:fixed_ips": "rule:network_owner"\n');
    const silent = `the file had no line for it: the value in force until now, ${defaults}, is written there together with the role, and a later release's default no longer applies`;
    expect(await notes()).toEqual([
      'the request is asked create_port:fixed_ips too: it stands in the file, and does not admit the role whatever the request is about',
      silent,
    ]);
    site.write('neutron/policy.yaml', `"${zed.rule}": "role:x"\n"create_port:fixed_ips": "role:x or role:member"\n`);
    expect(await notes()).toEqual([]);
  });

  test("new defaults alone are assumed where the service's configuration says so", async () => {
    site.write('neutron/neutron.conf', '[oslo_policy]\nenforce_new_defaults = True\n');
    site.generated = '"other": "@"\n';
    await site.apply([site.manifest({ Grant: zed })]);
    expect(site.read('neutron/policy.yaml')).toContain(
      '"(rule:context_is_advsvc or rule:network_owner or rule:admin_only) or role:member"',
    );
  });

  test("files of conf.d count, of the service's name and of its program's, and the last file wins", async () => {
    const [a, b] = ['neutron/a.yaml', 'neutron/b.yaml'];
    const value = `"${zed.rule}": "role:x"\n`;
    for (const path of [a, b]) site.write(path, value);
    site.write('neutron/neutron.conf', `[oslo_policy]\npolicy_file = ${site.path('neutron/none.yaml')}\n`);
    site.write('neutron/neutron.conf.d/10.conf', `[DEFAULT]\npolicy_file = ${site.path(b)}\n`);
    site.write('neutron/neutron.conf.d/20.conf', `[DEFAULT]\npolicy_file = ${site.path(a)}\n`);
    site.write('neutron/neutron.conf.d/30.conf.bak', `[DEFAULT]\npolicy_file = ${site.path(b)}\n`);
    await site.apply([site.manifest({ Grant: zed })]);
    expect([site.read(a), site.read(b)]).toEqual([`"${zed.rule}": "(role:x) or role:member"\n`, value]);
    await site.apply(none());
    site.write('neutron/neutron-server.conf.d/10.conf', `[oslo_policy]\npolicy_file = ${site.path(b)}\n`);
    await site.apply([site.manifest({ Grant: zed })]);
    expect([site.read(a), site.read(b)]).toEqual([value, `"${zed.rule}": "(role:x) or role:member"\n`]);
    await site.apply(none());
    site.write('neutron/conf.d/common/90.conf', `[oslo_policy]\npolicy_file = ${site.path(a)}\n`);
    await site.apply([site.manifest({ Grant: zed })]);
    expect(site.read(b)).toBe(value);
  });

  test('comments, order and line ends stay; policy.json counts where policy.yaml is missing; policy.d wins over both', async () => {
    site.write('neutron/policy.json', '{"a": "role:x"}');
    await site.apply([site.manifest({ Grant: zed })]);
    expect(JSON.parse(site.read('neutron/policy.json'))).toEqual({
      a: 'role:x',
      [zed.rule]: `(${defaults}) or role:member`,
    });
    await site.apply(none());
    expect(site.read('neutron/policy.json')).toBe('{"a": "role:x"}');
    const yaml = '# head\r\n"other": "@" # tail\r\n# end\r\n';
    site.write('neutron/policy.yaml', yaml);
    await site.apply([site.manifest({ Grant: zed })]);
    expect(site.read('neutron/policy.yaml')).toBe(`${yaml}"${zed.rule}": "(${defaults}) or role:member"\r\n`);
    await site.apply(none());
    expect(site.read('neutron/policy.yaml')).toBe(yaml);
    const late = `${zed.rule}: role:late # counts\n`;
    site.write('neutron/policy.d/10-first.yaml', `${zed.rule}: "@"\n`);
    site.write('neutron/policy.d/20-late.yaml', late);
    await site.apply([site.manifest({ Grant: zed })]);
    expect(site.read('neutron/policy.d/20-late.yaml')).toBe(`${zed.rule}: (role:late) or role:member # counts\n`);
    expect(site.read('neutron/policy.yaml')).toBe(yaml);
    await site.apply(none());
    expect(site.read('neutron/policy.d/20-late.yaml')).toBe(late);
  });

  test('the default of a rule that no file has is known, and a rule name that the release does not know is Blocked', async () => {
    const literal = (release: string, rule = 'create_network:shared') => [site.manifest({ Grant: { rule, release } })];
    for (const release of ['zed', '2025.1'])
      expect((await site.plan(literal(release))).steps).toMatchObject([
        { changes: [{ after: expect.stringMatching(/rule:admin_only\)+ or role:member$/) as string }] },
      ]);
    expect(problems(await site.plan(literal('2025.1', 'create_nothing')))).toEqual([
      'Blocked: neutron of 2025.1 has no rule create_nothing; `oslopolicy-policy-generator --namespace neutron` on a host lists all, those of plug-ins too',
    ]);
    // The tool knows the rules of a plug-in.
    site.generated = '"create_nothing": "rule:x"\n';
    expect((await site.plan(literal('2025.1', 'create_nothing'))).steps).toMatchObject([
      { changes: [{ after: '(rule:x) or role:member' }] },
    ]);
  });
});

test("the host's tool tells whether a rule came within a release, and without the tool the plan says that nobody knows", async () => {
  const toldOf = async (generated: string, rule: string, release: string) => {
    site.generated = generated;
    const plan = await site.plan([site.manifest({ Grant: { rule, release } })]);
    return { blocked: problems(plan), notes: plan.steps[0]?.notes ?? [] };
  };
  rmSync(site.path(file));
  const tags = 'create_policies_tags';
  const old = await toldOf('"create_policy": "rule:admin_only"\n', tags, '2023.2');
  expect(old.blocked).toEqual([
    `Blocked: neutron on this host has no rule ${tags}: it came within 2023.2, and \`oslopolicy-policy-generator --namespace neutron\` there doesn't list it; update the host's package, then run again`,
  ]);
  const note = `${tags} came within 2023.2: the first version of the release has no such rule, and the grant does nothing there; update the host's package where it still is that version`;
  for (const silent of ['fails', '']) {
    const { blocked, notes } = await toldOf(silent, tags, '2023.2');
    expect([blocked, notes.filter((note) => note.includes('the first version'))]).toEqual([[], [note]]);
  }
  const told = await toldOf(`"${tags}": "rule:admin_only"\n`, tags, '2023.2');
  expect([told.blocked, told.notes.filter((note) => note.includes('the first version'))]).toEqual([[], []]);
  // Decoys: the first version has the rule with another default; and the file holds the rule, so that no tool is asked.
  expect((await toldOf('"other": "@"\n', 'create_floatingip_port_forwarding', 'zed')).blocked).toEqual([]);
  site.write('neutron/policy.yaml', `"${tags}": "role:x"\n`);
  expect((await toldOf('"other": "@"\n', tags, '2023.2')).blocked).toEqual([]);
});

test('a rule that is in force by its former name is left alone, and so is a grant to a former name', async () => {
  const lock = '"os_compute_api:os-hypervisors": "!"\n';
  site.write('nova/nova.conf', '[oslo_policy]\nenforce_new_defaults = True\n');
  site.write('nova/policy.yaml', lock);
  const planOf = (rule: string, release = '2023.1') =>
    site.plan([site.manifest({ Grant: { service: 'nova', rule: `os_compute_api:${rule}`, release } })]);
  const blocked = problems(await planOf('os-hypervisors:list'));
  expect(blocked).toEqual([
    expect.stringMatching(
      /^Blocked: .*policy.yaml has no line for os_compute_api:os-hypervisors:list, and .*policy.yaml has os_compute_api:os-hypervisors, its former name/,
    ),
  ]);
  expect(problems(await planOf('os-hypervisors'))).toEqual([
    expect.stringMatching(
      /^Blocked: os_compute_api:os-hypervisors is the former name of os_compute_api:os-hypervisors:list, .*grant those/,
    ),
  ]);
  // The name is not old yet; and what the file has by its new name counts.
  site.write('nova/policy.json', '{"os_compute_api:os-hypervisors": "!"}');
  expect((await planOf('os-hypervisors', 'train')).steps).toHaveLength(1);
  site.write('nova/policy.yaml', `${lock}"os_compute_api:os-hypervisors:list": "role:x"\n`);
  expect((await planOf('os-hypervisors:list')).steps).toMatchObject([
    { changes: [{ after: '(role:x) or role:member' }] },
  ]);
  // A decoy: a longer name, and no former one.
  site.write('nova/policy.yaml', '"os_compute_api:servers:create": "!"\n');
  expect((await planOf('servers:create:forced_host')).steps).toHaveLength(1);
});

test('a grant stays in a file where its removal would put a line by the former name in force', async () => {
  site.write('nova/nova.conf', '[DEFAULT]\n');
  const rule = 'os_compute_api:os-volumes:list';
  await site.apply([site.manifest({ Grant: { service: 'nova', rule, release: 'zed', role: 'helpers' } })]);
  const kept = `${site.read('nova/policy.yaml')}"os_compute_api:os-volumes": "@"\n`;
  site.write('nova/policy.yaml', kept);
  expect(problems((await site.apply(none())).plan)).toEqual([
    expect.stringMatching(
      /^Blocked: without it os_compute_api:os-volumes of .*policy.yaml, its former name, would be in force for os_compute_api:os-volumes:list, which is @/,
    ),
  ]);
  expect(site.read('nova/policy.yaml')).toBe(kept);
  site.write('nova/policy.yaml', kept.replace('"os_compute_api:os-volumes": "@"\n', ''));
  expect(problems(await site.apply(none()))).toEqual([]);
  expect(site.read('nova/policy.yaml')).toBe('{}\n');
});

test('a construct that grants something else now has its old grant removed and its new one made in one step', async () => {
  await site.apply(grant());
  const changed = [site.manifest({ Grant: { role: 'operator' } })];
  const report = await site.apply(changed);
  expect(report.plan.steps).toMatchObject([{ action: 'update', jobs: [{ does: 'take' }, { does: 'add' }] }]);
  expect(problems(report)).toEqual([]);
  expect(site.read(file)).toBe(granted.replace('role:member"', 'role:operator"'));
  const renamed = [site.manifest({ Other: { role: 'operator' } })];
  const moved = await site.apply(renamed);
  expect(moved.plan.steps).toMatchObject([
    { changes: [{ attribute: 'declared by', before: 'acme/Grant', after: 'acme/Other' }] },
  ]);
  expect((await site.plan(renamed)).steps).toEqual([]);
  await site.apply(none());
  expect(site.read(file)).toBe(icehouse);
});

test('a run with a filter, or of another stack, removes no grant', async () => {
  await site.apply(grant());
  expect((await site.plan(none(), { ...everything, stacks: ['acme'] })).steps).toEqual([]);
  expect((await site.plan([site.manifest({}, { stack: 'other' })])).steps).toEqual([]);
  expect((await site.plan([site.manifest({}, { owner: 'else' })])).steps).toEqual([]);
  const all = [{ owner: 'acme-cloud', stacks: 'all' as const }];
  expect((await site.plan([site.manifest({}, { stack: 'other' })], everything, all)).steps).toHaveLength(1);
});

describe('the rollback of grants', () => {
  const back = async (planned: Awaited<ReturnType<typeof site.plan>>, manifests: ReturnType<typeof none>) =>
    site.apply(site.undoOf(planned, manifests), []);

  test('undoes one grant, several grants of one rule, and a removal', async () => {
    const many = [
      site.manifest({ A: {}, B: { role: 'operator' }, C: { rule: 'create_new' }, D: { rule: 'create_newer' } }),
    ];
    const first = await site.apply(many);
    const there = [site.read(file), site.records];
    const undone = await back(first.plan, many);
    expect([problems(undone), new Set(outcomes(undone))]).toEqual([[], new Set(['applied'])]);
    expect([site.read(file), readdirSync(site.stateFolder)]).toEqual([icehouse, []]);
    await site.apply(many);
    const removal = await site.apply(none());
    expect(site.read(file)).toBe(icehouse);
    expect(problems(await back(removal.plan, none()))).toEqual([]);
    expect([JSON.parse(site.read(file)), site.records]).toEqual([JSON.parse(there[0] as string), there[1]]);
  });

  test("undoes a run that took one construct's grant from one host and made another construct's on another host", async () => {
    const second = new PolicySite();
    second.write('neutron/neutron.conf', '[DEFAULT]\n');
    second.write(file, icehouse);
    try {
      site.open = (name) => new LocalHost(name, { stateFolder: join(site.folder, `state-${name}`) });
      await site.apply([site.manifest({ A: {} })]);
      // The cloud's one controller is another one now.
      site.serving = { neutron: ['ctl2'], nova: ['ctl1'] };
      site.configPath = () => second.path('neutron/neutron.conf');
      const changed = [site.manifest({ B: {} })];
      const swapped = await site.apply(changed);
      expect([site.read(file), second.read(file)]).toEqual([icehouse, granted]);
      const undo = site.undoOf(swapped.plan, changed);
      // Each host's file is brought back only where the service reads it: there, the configuration is that host's own.
      for (const [host, own] of [
        ['ctl1', site],
        ['ctl2', second],
      ] as const) {
        site.configPath = () => own.path('neutron/neutron.conf');
        const planned = await site.plan(undo, { ...everything, targets: [`host:${host}`] }, []);
        expect(problems(await site.applyPlan(planned, undo, []))).toEqual([]);
      }
      expect([site.read(file), second.read(file)]).toEqual([granted, icehouse]);
    } finally {
      await second.remove();
    }
  });

  test('that brings a role back names everybody who gets it, also by roles that imply it; the rollback of a grant asks Keystone nothing', async () => {
    site.identity = new FakeIdentity('admin>lead>member');
    const first = await site.apply(grant());
    const removal = await site.apply(none());
    const { plan } = await back(removal.plan, none());
    expect(plan.steps.map(({ notes = [] }) => notes.slice(0, 2))).toEqual([
      [
        'any user with the role member in any project may choose the address of a port that they make, on any network that the project can see',
        'any user with admin or lead may do it too: in Keystone these roles imply member',
      ],
    ]);
    site.identity = new FakeIdentity();
    await back(first.plan, grant());
    expect(site.identity.asked).toBe(0);
  });

  test('does not bring a missing file back twice', async () => {
    const first = await site.apply(grant());
    await back(first.plan, grant());
    expect((await back(first.plan, grant())).plan.steps).toEqual([]);
  });
});

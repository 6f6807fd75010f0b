/**
 * Names on hosts bear a mark of their owner. Marks had 8 hex digits once, and two owners can have the same: nobody may take
 * the other's things for their own, and what was made under such a mark stays in use by the one whom it names.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../lib/contract/manifest';
import type { Sweep } from '../../lib/contract/reconciler';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { anyOf } from '../support/moments';
import { PolicySite } from '../support/policy-site';
import { icehouse } from '../support/policy-texts';

// Debian's own Python: a version manager's shim costs a tenth of a second each time.
process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const [red, blue] = ['team-21198', 'team-102730'] as const;
const digest = (owner: string): string => createHash('sha256').update(owner).digest('hex');
const mark = (owner: string): string => digest(owner).slice(0, 16);
const former = digest(red).slice(0, 8);

test('these two owners share one mark of 8 digits and have two marks of 16 digits', () => {
  expect([digest(blue).slice(0, 8), mark(red) === mark(blue)]).toEqual([former, false]);
});

/** Gives all files of one owner in a folder the names that an older stackward gave them. */
function ageFiles(folder: string, owner: string): void {
  for (const name of readdirSync(folder).filter((file) => file.includes(mark(owner)))) {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(mark(owner), former));
    renameSync(path, join(folder, name.replace(mark(owner), former)));
  }
}

describe('records of grants', () => {
  let site: PolicySite;
  beforeEach(() => {
    site = new PolicySite();
    site.write('neutron/neutron.conf', '[DEFAULT]\n');
    site.write('neutron/policy.json', icehouse);
  });
  afterEach(() => site.remove());
  const manifestOfOwner = (owner: string, role?: string): Manifest[] => [
    site.manifest(role === undefined ? {} : { G: { role } }, { owner, stack: `of-${owner}` }),
  ];
  const rule = (): string => /"create_port:fixed_ips": "(.*)"/.exec(site.read('neutron/policy.json'))?.[1] ?? '';
  const files = (): string[] => readdirSync(site.stateFolder).sort();
  const all = (owner: string): Sweep[] => [{ owner, stacks: 'all' }];

  test("of two owners with one old mark: neither run removes the other owner's grant", async () => {
    await site.apply(manifestOfOwner(red, 'member'), all(red));
    await site.apply(manifestOfOwner(blue, 'reader'), all(blue));
    expect(rule()).toBe('(rule:admin_or_network_owner) or role:member or role:reader');
    await site.apply(manifestOfOwner(red), all(red));
    expect(rule()).toBe('(rule:admin_or_network_owner) or role:reader');
    await site.apply(manifestOfOwner(blue), all(blue));
    expect([site.read('neutron/policy.json'), files()]).toEqual([icehouse, []]);
  });

  test('under the old mark stay in use by the owner whom they name, and the other owner gets records under a mark of their own', async () => {
    await site.apply(manifestOfOwner(red, 'member'), all(red));
    ageFiles(site.stateFolder, red);
    expect((await site.plan(manifestOfOwner(red, 'member'))).steps).toEqual([]);
    await site.apply(manifestOfOwner(blue, 'reader'), all(blue));
    expect(files()).toEqual([`policy-rule-${former}.json`, `policy-rule-${mark(blue)}.json`].sort());
    await site.apply(manifestOfOwner(red), all(red));
    expect([rule(), files()]).toEqual([
      '(rule:admin_or_network_owner) or role:reader',
      [`policy-rule-${mark(blue)}.json`],
    ]);
    await site.apply(manifestOfOwner(red, 'member'), all(red));
    expect(files()).toEqual([`policy-rule-${mark(red)}.json`, `policy-rule-${mark(blue)}.json`].sort());
  });

  test('under the old mark are used by the rollback of a run that was recorded under it', async () => {
    const { plan: planned } = await site.apply(manifestOfOwner(red, 'member'), all(red));
    ageFiles(site.stateFolder, red);
    await site.apply(manifestOfOwner(blue, 'reader'), all(blue));
    await site.apply(site.undoOf(planned, manifestOfOwner(red, 'member')), []);
    expect([rule(), files()]).toEqual([
      '(rule:admin_or_network_owner) or role:reader',
      [`policy-rule-${mark(blue)}.json`],
    ]);
  });

  test('that name another owner than their mark block the kind on that host, and nothing is written', async () => {
    await site.apply(manifestOfOwner(red, 'member'), all(red));
    const path = join(site.stateFolder, `policy-rule-${mark(red)}.json`);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(red, 'team-b'));
    const before = [rule(), readFileSync(path, 'utf8')];
    const report = await site.apply(manifestOfOwner(red, 'reader'), all(red));
    expect(report.plan.problems).toMatchObject([
      { reason: 'Blocked', message: `${path} names the owner team-b, and by its name it is another's; find out whose it is, and move it away or give it back the owner` }, // prettier-ignore
    ]);
    expect([report.plan.steps, [rule(), readFileSync(path, 'utf8')]]).toEqual([[], before]);
  });

  test('block the kind on that host where one owner has two of them, and both files are named', async () => {
    await site.apply(manifestOfOwner(red, 'member'), all(red));
    const [now, then] = [mark(red), former].map((itsMark) => join(site.stateFolder, `policy-rule-${itsMark}.json`));
    writeFileSync(then ?? '', readFileSync(now ?? '', 'utf8'));
    const { problems, steps } = await site.plan(manifestOfOwner(red, 'reader'), undefined, all(red));
    expect([problems.map(({ reason }) => reason), steps]).toEqual([['Blocked'], []]);
    expect(problems[0]?.message).toContain(`${now} and ${then} are both records of ${red}`);
  });
});

describe.each(anyOf(['nft', 'legacy'] as const))('chains of exceptions, %s', (variant) => {
  let world: FirewallHosts;
  beforeEach(() => {
    world = new FirewallHosts(['cnode01'], { variant });
    world.network.putPort({
      id: portId,
      hostId: 'cnode01',
      macAddress: 'fa:16:3e:9b:da:ee',
      fixedIps: [{ subnetId: 'green', address: '10.77.0.10' }],
    });
  });
  afterEach(() => world.remove());
  const prefixes = { [red]: '10.98.0.0/24', [blue]: '10.97.0.0/24' };
  const exceptionOf = (owner: typeof red | typeof blue, sources = [prefixes[owner]]) => [
    manifestOf({ Branch: exception({ sources }) }, { owner, stack: `of-${owner}` }),
  ];
  const none = (owner: string) => [manifestOf({}, { owner, stack: `of-${owner}` })];
  const all = (owner: string) => ({ sweep: [{ owner, stacks: 'all' as const }] });
  const rulesOf = (owner: typeof red | typeof blue) =>
    world.get().lines().filter((line) => line.includes(prefixes[owner])); // prettier-ignore
  const chainsNow = (): string[] =>
    world.get().lines().filter((line) => line.startsWith(':stackward-')).map((line) => line.slice(1, line.indexOf(' '))).sort(); // prettier-ignore

  /** Gives what one owner has the names that an older stackward gave it. */
  function age(owner: string, { keepsFiles = true } = {}): void {
    const host = world.get();
    const chain = `stackward-${mark(owner)}`;
    const tables = ['filter', 'mangle'].filter((table) =>
      host.namespace.run(`iptables-${variant}-save`, '-t', table).includes(`:${chain} `),
    );
    for (const table of tables) host.iptables('-t', table, '-E', chain, `stackward-${former}`);
    ageFiles(host.stateFolder, owner);
    if (!keepsFiles)
      for (const name of Object.keys(host.stored()).filter((file) => file.includes(former)))
        renameSync(join(host.stateFolder, name), join(host.stateFolder, `moved-${name}`));
  }

  test('of two owners with one old mark are two chains, and each owner sweeps their own', async () => {
    expect((await world.run(exceptionOf(red), all(red))).problems).toEqual([]);
    expect((await world.run(exceptionOf(blue), all(blue))).problems).toEqual([]);
    expect([rulesOf(red).length, rulesOf(blue).length]).toEqual([2, 2]);
    expect((await world.run(none(red), all(red))).problems).toEqual([]);
    expect([rulesOf(red), rulesOf(blue).length]).toEqual([[], 2]);
  });

  test('under the old mark stay in use by the owner whom their file names, and the other owner works beside them', async () => {
    await world.run(exceptionOf(red), all(red));
    age(red);
    expect((await world.run(exceptionOf(red), all(red))).planned.steps).toEqual([]);
    expect((await world.run(exceptionOf(blue), all(blue))).problems).toEqual([]);
    expect(chainsNow()).toEqual([`stackward-${former}`, `stackward-${mark(blue)}`].sort());
    const change = await world.run(exceptionOf(red, ['10.98.0.0/24', '10.96.0.0/24']), all(red));
    expect([change.problems, rulesOf(red).length, rulesOf(blue).length]).toEqual([[], 2, 2]);
    expect((await world.run(none(blue), all(blue))).problems).toEqual([]);
    expect([rulesOf(red).length, rulesOf(blue)]).toEqual([2, []]);
    expect((await world.run(none(red), all(red))).problems).toEqual([]);
    expect([chainsNow(), world.get().stored()]).toEqual([[], {}]);
    await world.run(exceptionOf(red), all(red));
    expect(chainsNow()).toEqual([`stackward-${mark(red)}`]);
  });

  test('under the old mark are used by the rollback of a run that was recorded under it', async () => {
    const first = await world.run(exceptionOf(red), all(red));
    age(red);
    await world.run(exceptionOf(blue), all(blue));
    expect((await world.run(first.undo())).problems).toEqual([]);
    expect([chainsNow(), rulesOf(blue).length]).toEqual([[`stackward-${mark(blue)}`], 2]);
  });

  test.each([0, 1, 2])(
    'a change under the old mark that is killed after %i writes is ended by the next run',
    async (writes) => {
      await world.run(exceptionOf(red), all(red));
      age(red);
      await world.run(exceptionOf(blue), all(blue));
      world.writesLeft = writes;
      await world.run(exceptionOf(red, ['10.98.128.0/24']), all(red));
      world.writesLeft = Infinity;
      const beside = await world.run(exceptionOf(blue), all(blue));
      expect([beside.planned.steps, beside.problems]).toEqual([[], []]);
      expect((await world.run(exceptionOf(red, ['10.98.128.0/24']), all(red))).problems).toEqual([]);
      expect(chainsNow()).toEqual([`stackward-${former}`, `stackward-${mark(blue)}`].sort());
      expect(world.get().lines().filter((line) => line.includes('10.98.128.0/24'))).toHaveLength(2); // prettier-ignore
    },
  );

  test('under the old mark without a file belong to the owner whose constructs have all their rules', async () => {
    await world.run(exceptionOf(red), all(red));
    age(red, { keepsFiles: false });
    const beside = await world.run(exceptionOf(blue), all(blue));
    expect([beside.outcomes.length, rulesOf(red).length]).toEqual([1, 2]);
    const warnings = beside.planned.warnings.map(({ message }) => message);
    expect(warnings.some((warning) => warning.includes(`chain stackward-${former} is of an older stackward`))).toBe(
      true,
    );
    expect((await world.run(exceptionOf(red), all(red))).problems).toEqual([]);
    expect(Object.keys(world.get().stored())).toContain(`firewall-exception-${former}.ipv4`);
    expect((await world.run(none(red), all(red))).problems).toEqual([]);
    expect([rulesOf(red), rulesOf(blue).length]).toEqual([[], 2]);
  });

  test('under the old mark stay where nothing tells their owner, and the plan says so', async () => {
    await world.run(exceptionOf(red), all(red));
    age(red, { keepsFiles: false });
    const { planned, problems } = await world.run(none(red), all(red));
    expect([problems, planned.steps, rulesOf(red).length]).toEqual([[], [], 2]);
    expect(planned.warnings.map(({ message }) => message).join()).toContain(
      `no stored file says whether it is ${red}'s or that of an owner with the same mark`,
    );
  });

  test('of one owner under both marks block every change of them', async () => {
    await world.run(exceptionOf(red), all(red));
    age(red);
    const { stateFolder } = world.get();
    const name = `firewall-exception-${former}.ipv4`;
    renameSync(join(stateFolder, name), join(stateFolder, `kept-${name}`));
    world.get().iptables('-D', 'neutron-filter-top', '-j', `stackward-${former}`);
    world.get().iptables('-F', `stackward-${former}`);
    world.get().iptables('-X', `stackward-${former}`);
    await world.run(exceptionOf(red), all(red));
    renameSync(join(stateFolder, `kept-${name}`), join(stateFolder, name));
    const { planned, problems } = await world.run(none(red), all(red));
    expect([planned.steps, rulesOf(red).length]).toEqual([[], 2]);
    expect(problems.join()).toContain(
      `the IPv4 chains stackward-${mark(red)} and stackward-${former} are both ${red}'s`,
    );
  });

  test('block every change where their stored file names another owner than its mark', async () => {
    await world.run(exceptionOf(red), all(red));
    const path = join(world.get().stateFolder, `firewall-exception-${mark(red)}.ipv4`);
    writeFileSync(path, readFileSync(path, 'utf8').replace(red, 'team-b'));
    const { planned, problems } = await world.run(none(red), all(red));
    expect([planned.steps, rulesOf(red).length]).toEqual([[], 2]);
    expect(problems.join()).toContain(`${path} names the owner team-b, and by its name it is that of ${red}`);
  });
});

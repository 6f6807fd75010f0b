/** The kind on hosts as they are: writers killed at every change, and an ordinary user whom sudoers lets run one program. */
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { SshHost } from '../../adapters/host/ssh-host';
import { HostFuse } from '../support/host-fuse';
import { makeLogin } from '../support/login';
import { PolicySite, type Grant } from '../support/policy-site';
import { granted, icehouse, outcomes, problems } from '../support/policy-texts';
import { Sshd } from '../support/sshd';
import { visitMoments } from '../support/moments';

let site: PolicySite;
beforeEach(() => {
  site = new PolicySite();
  site.write('neutron/neutron.conf', '[DEFAULT]\n');
  site.write('neutron/policy.json', icehouse);
});
afterEach(() => site.remove());

describe('a run killed right before any change of a policy file', () => {
  const yaml = '# of this site\n"compute:create": "role:x"\n';
  const all: Record<string, Grant> = {
    A: {},
    B: { rule: 'update_network:new' },
    C: { service: 'nova', release: 'zed', rule: 'os_compute_api:servers:create:forced_host' },
  };
  const files = () => [site.read('neutron/policy.json'), site.read('nova/policy.yaml')] as const;
  const before = [icehouse, yaml] as const;
  const after = [
    granted.replace(
      '_network_owner"\n}',
      '_network_owner",\n    "update_network:new": "(rule:default) or role:member"\n}',
    ),
    `${yaml}"os_compute_api:servers:create:forced_host": "(rule:context_is_admin) or role:member"\n`,
  ] as const;
  // In the state folder the next write clears it away.
  const folders = () => ['etc/neutron', 'etc/nova'].flatMap((folder) => readdirSync(join(site.folder, folder)));

  /** At every change in turn; answers how many there are. `check` looks at what the killed one left. */
  async function killEverywhere(
    prepare: () => Promise<void>,
    run: () => Promise<unknown>,
    check: () => void,
  ): Promise<number> {
    const fuse = new HostFuse(site.folder);
    site.open = (name) => new LocalHost(name, { stateFolder: site.stateFolder, installed: fuse.path });
    return visitMoments(async (change) => {
      fuse.set(0);
      await prepare();
      fuse.set(change);
      const wasKilled = JSON.stringify(await run()).includes('ended without an answer');
      check();
      fuse.set(0);
      await run();
      expect(folders().filter((name) => name.startsWith('.stackward-'))).toEqual([]);
      return wasKilled;
    });
  }

  const manifests = (grants: Record<string, Grant>) => [site.manifest(grants)];
  const reset = async (grants: Record<string, Grant>): Promise<void> => {
    site.write('nova/nova.conf', '[DEFAULT]\n');
    writeFileSync(site.path('nova/policy.yaml'), yaml);
    writeFileSync(site.path('neutron/policy.json'), icehouse);
    rmSync(site.stateFolder, { recursive: true, force: true });
    const report = await site.apply(manifests(grants));
    expect(problems(report)).toEqual([]);
  };
  /** Each file is before or after as a whole, and what is in a file is in the record. */
  const isRecorded = (): void => {
    files().forEach((text, index) => expect([before[index], after[index]]).toContain(text));
    const keys = Object.keys(site.records).join('\n');
    if (files()[0] === after[0]) expect(keys).toMatch(/create_port:fixed_ips member[^]*update_network:new member/);
    if (files()[1] === after[1]) expect(keys).toContain('forced_host member');
  };

  test('while granting leaves the file as before or after, with a record, and the next apply converges', async () => {
    const changes = await killEverywhere(
      () => reset({}),
      () => site.apply(manifests(all)),
      isRecorded,
    );
    expect(changes).toBeGreaterThan(15);
    expect(files()).toEqual(after);
    expect((await site.plan(manifests(all))).steps).toEqual([]);
    expect(Object.keys(site.records)).toHaveLength(3);
    await site.apply(manifests({}));
    expect(readdirSync(site.stateFolder)).toEqual([]);
  });

  test('while taking back leaves the file as before or after, and the bytes from before the grant come back in the end', async () => {
    const changes = await killEverywhere(
      () => reset(all),
      () => site.apply(manifests({})),
      isRecorded,
    );
    expect(changes).toBeGreaterThan(15);
    expect(files()).toEqual(before);
    expect((await site.plan(manifests({}))).steps).toEqual([]);
    expect(site.records).toEqual({});
  });
});

test('policy.d keeps its names, and the new file is the newest there, also where the run is killed at any change', async () => {
  const fuse = new HostFuse(site.folder);
  site.open = (name) => new LocalHost(name, { stateFolder: site.stateFolder, installed: fuse.path });
  const rule = 'create_port:fixed_ips:ip_address';
  const late = `${rule}: role:late\n`;
  const folder = site.path('neutron/policy.d');
  const grant = [site.manifest({ Grant: { release: 'zed', rule } })];
  const changes = await visitMoments(async (change) => {
    rmSync(site.stateFolder, { recursive: true, force: true });
    site.write('neutron/policy.d/10-late.yaml', late);
    site.write('neutron/policy.d/20-of-tomorrow.yaml', '{}\n');
    const tomorrow = Date.now() / 1000 + 86_400;
    utimesSync(join(folder, '20-of-tomorrow.yaml'), tomorrow, tomorrow);
    fuse.set(change);
    const isKilled = JSON.stringify(await site.apply(grant)).includes('ended without an answer');
    expect(readdirSync(folder)).toEqual(['10-late.yaml', '20-of-tomorrow.yaml']);
    expect([late, `${rule}: (role:late) or role:member\n`]).toContain(site.read('neutron/policy.d/10-late.yaml'));
    fuse.set(0);
    expect(problems(await site.apply(grant))).toEqual([]);
    expect(readdirSync(site.path('neutron')).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(site.look('neutron/policy.d/10-late.yaml').mtimeMs).toBeGreaterThan(tomorrow * 1000);
    return isKilled;
  });
  expect(changes).toBeGreaterThan(10);
});

test('before Victoria policy.d is written and not the main file, because a changed main file puts policy.d out of force', async () => {
  const old = { release: 'ussuri', rule: 'create_port:fixed_ips:ip_address' };
  const grant = [site.manifest({ Grant: old })];
  const main = icehouse.replace('"create_port": ""', `"${old.rule}": "role:x"`);
  site.write('neutron/policy.json', main);
  expect(problems(await site.apply(grant))).toEqual([]);
  const now = site.read('neutron/policy.json');
  expect(now).toContain(`"${old.rule}": "(role:x) or role:member"`);
  site.write('neutron/policy.d/10-none.json', '{}');
  const removal = await site.plan([site.manifest({})]);
  expect([removal.steps.length, problems(removal)]).toEqual([1, []]);

  site.write('neutron/policy.d/20-site.json', '{"delete_network": "role:admin"}');
  const forgets =
    /^Blocked: neutron of ussuri forgets the rules of [^,]*20-site.json when .*policy.json changes, until it restarts: /;
  for (const manifests of [[site.manifest({})], [site.manifest({ Grant: { ...old, role: 'operator' } })]]) {
    expect(problems((await site.apply(manifests)).plan)).toEqual(
      expect.arrayContaining([expect.stringMatching(forgets)]) as unknown,
    );
    expect(site.read('neutron/policy.json')).toBe(now);
  }
  // From Victoria on policy.d is read again too.
  const later = await site.plan([
    site.manifest({ Grant: old, More: { ...old, release: 'victoria', role: 'operator' } }),
  ]);
  expect([later.steps.length, problems(later)]).toEqual([1, []]);

  // The cures: by hand in the main file, where it goes; in policy.d, where it comes.
  site.write('neutron/policy.json', main);
  expect(problems(await site.apply([site.manifest({})]))).toEqual([]);
  expect(site.records).toEqual({});
  site.write('neutron/policy.d/20-site.json', `{"delete_network": "role:admin", "${old.rule}": "role:x"}`);
  expect(problems(await site.apply(grant))).toEqual([]);
  expect(site.read('neutron/policy.d/20-site.json')).toContain('(role:x) or role:member');
  expect(site.read('neutron/policy.json')).toBe(main);
});

test('an ordinary user whom sudoers lets run the installed program alone grants within its limits', async () => {
  const sshd = await Sshd.start();
  const login = makeLogin('/bin/sh', []);
  try {
    const installed = join(sshd.folder, 'stackward-host');
    writeFileSync(installed, readFileSync(join(__dirname, '../../host/stackward-host.py')), { mode: 0o755 });
    const limits = {
      read: [`${site.path('neutron')}/`, '/etc/neutron/', '/usr/share/neutron/'],
      write: [site.path('neutron/policy.json'), `${site.stateFolder}/`],
    };
    writeFileSync(`${installed}.limits`, JSON.stringify(limits));
    login.allow([`${installed} ""`]);
    const destination = sshd.addWay('controller', { user: login.name });
    site.open = (name) =>
      new SshHost(name, { destination, configFile: sshd.configFile, installed, stateFolder: site.stateFolder });
    const grant = [site.manifest({ Grant: {} })];
    const first = await site.apply(grant);
    expect([problems(first.plan), problems(first), outcomes(first)]).toEqual([[], [], ['applied']]);
    expect(site.read('neutron/policy.json')).toBe(granted);
    expect((await site.plan(grant)).steps).toEqual([]);
    const back = await site.apply(site.undoOf(first.plan, grant), []);
    expect([problems(back), site.read('neutron/policy.json'), readdirSync(site.stateFolder)]).toEqual([
      [],
      icehouse,
      [],
    ]);
    const outside = [site.manifest({ Other: { service: 'nova', rule: 'compute:create:forced_host' } })];
    expect(problems(await site.plan(outside))).toEqual([expect.stringMatching(/may not be read/)]);
  } finally {
    await site.pool.close();
    login.remove();
    await sshd.stop();
  }
});

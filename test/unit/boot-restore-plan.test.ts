/** Every line that a plan can have about what brings exceptions back. */
import { ownerMark } from '../../lib/hosts/host';
import type { Sweep } from '../../lib/contract/reconciler';
import { manifestOf, portId, TextHosts, type TextHost } from '../support/firewall-texts';

const all: Sweep[] = [{ owner: 'team-a', stacks: 'all' }];
const folder = '/var/lib/stackward';
const chain = `stackward-${ownerMark('team-a')}`;
const right = { copy: 'right', unit: 'right', dropIn: 'right' } as const;
const storedPath = (owner: string) => `${folder}/firewall-exception-${ownerMark(owner)}.ipv4`;
const stored = (path: string) =>
  `# This file is kept by stackward for team-a\n# iptables: nft\n*filter\n:${chain} - [0:0]\n-A ${chain} -m physdev --physdev-in tap0 --physdev-out qvb0 --physdev-is-bridged -m comment --comment "stackward:${path}" -j ACCEPT\n-A neutron-filter-top -j ${chain}\nCOMMIT\n`;
const wish = { exceptions: [{ portId, placement: 'bound', firewallDriver: 'iptables_hybrid' }] };

const planned = (host: TextHost, wanted: object = { BootRestore: wish }, sweep: readonly Sweep[] = []) =>
  new TextHosts({ cnode01: host }).text([manifestOf(wanted as never, { kind: 'boot-restore' })], sweep);

test('plans a new unit on a host that has none', async () => {
  expect(await planned({})).toMatchInlineSnapshot(`
   "stackward will perform the following actions:

     # boot-restore.acme/BootRestore@host:cnode01 will be created
     # (because nothing restores exceptions here when the host starts)
     + restore at boot (systemd)
         + /usr/local/lib/stackward/restore-at-boot.py            = 4 lines, SHA-256 fe561b25634f…
         + /etc/systemd/system/stackward-restore.service          = 5 lines, SHA-256 4e65db29b478…
         + /etc/systemd/system/multi-user.target.d/stackward.conf = 6 lines, SHA-256 5727712a1f8b…
         # when the host starts, stored exceptions of every owner are put back before the agent starts

   Plan: 1 to add, 0 to change, 0 to destroy.
   "
  `);
});
test('plans nothing if the unit is as it should be', async () => {
  expect(await planned({ boot: right })).toMatch(/^No changes/);
});
test('updates a unit of another version, or one changed by hand', async () => {
  expect(await planned({ boot: { ...right, copy: 'older' } })).toMatchInlineSnapshot(`
   "stackward will perform the following actions:

     # boot-restore.acme/BootRestore@host:cnode01 will be updated in-place
     # (because it is not as this stackward writes it)
     ~ restore at boot (systemd)
         ~ /usr/local/lib/stackward/restore-at-boot.py = 5 lines, SHA-256 22e8f1dcaee6… -> 4 lines, SHA-256 fe561b25634f…
         # when the host starts, stored exceptions of every owner are put back before the agent starts

   Plan: 0 to add, 1 to change, 0 to destroy.
   "
  `);
});
test('removes the script of an older stackward from the state folder, and says why', async () => {
  expect(await planned({ boot: { script: 'older', unit: 'older', dropIn: 'right' } })).toMatchInlineSnapshot(`
   "stackward will perform the following actions:

     # boot-restore.acme/BootRestore@host:cnode01 will be updated in-place
     # (because it runs a script that stands in the state folder, where a login of least privilege may write)
     ~ restore at boot (systemd)
         - /var/lib/stackward/restore-at-boot            = 4 lines, SHA-256 94a31e08883b…
         + /usr/local/lib/stackward/restore-at-boot.py   = 4 lines, SHA-256 fe561b25634f…
         ~ /etc/systemd/system/stackward-restore.service = 6 lines, SHA-256 76c79de427c6… -> 5 lines, SHA-256 4e65db29b478…
         # when the host starts, stored exceptions of every owner are put back before the agent starts

   Plan: 0 to add, 1 to change, 0 to destroy.
   "
  `);
});
test('refuses to replace a unit of the same name that somebody else made', async () => {
  expect(await planned({ boot: { unit: 'foreign' } })).toMatchInlineSnapshot(`
   "Error: Left alone, because going on would be unsafe
     boot-restore.acme/BootRestore@host:cnode01
     /etc/systemd/system/stackward-restore.service is there and does not bear our header; move it away, then plan again

   Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
   "
  `);
});
test('uses upstart where it is the init, and removes its job from a host that has systemd now', async () => {
  expect(await planned({ init: 'upstart' })).toMatchInlineSnapshot(`
   "stackward will perform the following actions:

     # boot-restore.acme/BootRestore@host:cnode01 will be created
     # (because nothing restores exceptions here when the host starts)
     + restore at boot (upstart)
         + /usr/local/lib/stackward/restore-at-boot.py = 4 lines, SHA-256 fe561b25634f…
         + /etc/init/stackward-restore.conf            = 7 lines, SHA-256 86226746033c…
         # when the host starts, stored exceptions of every owner are put back before the agent starts

   Plan: 1 to add, 0 to change, 0 to destroy.
   "
  `);
  expect(await planned({ boot: { ...right, job: 'right' } })).toMatchInlineSnapshot(`
   "stackward will perform the following actions:

     # boot-restore.acme/BootRestore@host:cnode01 will be updated in-place
     # (because it is not as this stackward writes it)
     ~ restore at boot (systemd)
         - /etc/init/stackward-restore.conf = 7 lines, SHA-256 86226746033c…
         # when the host starts, stored exceptions of every owner are put back before the agent starts

   Plan: 0 to add, 1 to change, 0 to destroy.
   "
  `);
});
test.each([
  ['systemd', 'this host has docker: an agent in a container waits for that where docker, podman-restart,'],
  ['upstart', 'this host has docker: an agent in a container does not wait for that, and may lose them again'],
] as const)('%s, on a host that runs containers', async (init, words) => {
  const tools = { docker: '/usr/bin/docker', podman: null };
  expect(await planned({ init, tools })).toContain(words);
  expect(await planned({ init, tools: { docker: null } })).not.toContain('container');
});
test('warns of a host that neither systemd nor upstart starts', async () => {
  expect(await planned({ init: 'other' })).toMatchInlineSnapshot(`
   "Warning: boot-restore.acme/BootRestore@host:cnode01
     cnode01 is started by neither systemd nor upstart, so its exceptions don't come back when it restarts: run stackward after a restart, or have its init run what docs/kinds/boot-restore.md says

   No changes. 1 resource of 1 stack is as the code says.
   "
  `);
});
test('says that a port is on no host', async () => {
  const texts = new TextHosts();
  texts.network.putPort({ id: portId, hostId: '' });
  expect(await texts.text([manifestOf({ BootRestore: wish }, { kind: 'boot-restore' })])).toMatchInlineSnapshot(`
   "Error: A failure that may pass; running the same command again is safe
     boot-restore.acme/BootRestore
     the port 28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21 is on no host, so nothing can bring its exception back there; see what is said of the exception itself

   Plan: 0 to add, 0 to change, 0 to destroy, 1 problem.
   "
  `);
});
test('reports a port that does not exist as a mistake in the configuration', async () => {
  const absentPort = '00000000-63aa-4c5e-9d0b-1f6a7e5c3b21';
  const gone = { exceptions: wish.exceptions.map((exception) => ({ ...exception, portId: absentPort })) };
  const text = await new TextHosts().text([manifestOf({ BootRestore: gone }, { kind: 'boot-restore' })]);
  expect(text).toContain(`Error: The configuration is not valid
  boot-restore.acme/BootRestore
  the port ${absentPort} does not exist, or these credentials may not see it, so nothing`);
});

describe('removal', () => {
  test('removes the unit with the last stored rules, also when this run removes them', async () => {
    expect(await planned({ boot: right, files: { [storedPath('team-a')]: stored('acme/Branch') } }, {}, all))
      .toMatchInlineSnapshot(`
     "stackward will perform the following actions:

       # boot-restore.acme/BootRestore@host:cnode01 will be destroyed
       # (because no exception is left on this host)
       - restore at boot (systemd)
           - /usr/local/lib/stackward/restore-at-boot.py            = 4 lines, SHA-256 fe561b25634f…
           - /etc/systemd/system/stackward-restore.service          = 5 lines, SHA-256 4e65db29b478…
           - /etc/systemd/system/multi-user.target.d/stackward.conf = 6 lines, SHA-256 5727712a1f8b…

       # firewall-exception.acme/Branch@host:cnode01 will be destroyed
       # (because nothing declares it on this host any more)
       - exception at tap0
           ~ IPv4 rules at boot = some -> none
           # the security groups of the port decide again about what it let pass

     Plan: 0 to add, 0 to change, 2 to destroy.
     "
    `);
    expect(await planned({ boot: right }, {}, all)).toContain(
      'boot-restore.team-a/BootRestore@host:cnode01 will be destroyed',
    );
  });
  test('keeps the unit while another owner, or a stack that stays, has stored rules', async () => {
    const others = { [storedPath('team-b')]: 'whatever' };
    expect(await planned({ boot: right, files: others }, {}, all)).toMatch(/^No changes/);
    const files = { [storedPath('team-a')]: stored('other/Branch') };
    const acme: Sweep[] = [{ owner: 'team-a', stacks: ['acme'] }];
    expect(await planned({ boot: right, files }, {}, acme)).not.toContain('boot-restore');
    expect(await planned({ boot: right, files }, {}, [])).toMatch(/^No changes/);
  });
  test("removes only stackward's own unit, and none in a run that may remove nothing", async () => {
    const boot = { ...right, unit: 'foreign' } as const;
    expect(await planned({ boot }, {}, all)).not.toContain('/etc/systemd/system/stackward-restore.service');
    expect(await planned({ boot: right }, {}, [])).toMatch(/^No changes/);
  });
});

/** A login that may write the state folder plants what it likes there: nothing of it runs, or comes into the packet filter, when the host starts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SshHost } from '../../adapters/host/ssh-host';
import { fileHeader, type TableVariant } from '../../lib/hosts/host';
import { renderChains } from '../../lib/iptables/own-chain';
import { FirewallHosts } from '../support/firewall-hosts';
import { FirewallMachine } from '../support/firewall-machine';
import { exception, manifestOf, portId } from '../support/firewall-texts';
import { base64, sha256 } from '../support/host-words';
import { makeLogin, type Login } from '../support/login';
import { Sshd } from '../support/sshd';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const stateFolder = '/var/lib/stackward';
const rule =
  '-s 198.51.100.0/24 -m physdev --physdev-in tap28f25940-63 --physdev-out qvb28f25940-63 --physdev-is-bridged -m comment --comment "stackward:acme/Planted" -j ACCEPT';
const head = `# ${fileHeader('team-x')}\n# iptables: nft\n`;
/** The unit as stackward writes it. */
const wellFormed = (mark: string, rules = [rule]): string =>
  head + renderChains(`stackward-${mark}`, { mangle: [], filter: rules });
const nameOf = (mark: string): string => `firewall-exception-${mark}.ipv4`;

/** Marks of files that must stay out, and what is wrong with them. */
const hostile: Readonly<Record<string, string>> = {
  '00000001': wellFormed('00000001').replace('COMMIT', ':FORWARD ACCEPT [0:0]\nCOMMIT'),
  '00000002': wellFormed('00000002').replace('COMMIT', '-P FORWARD ACCEPT\nCOMMIT'),
  '00000003': wellFormed('00000003').replace('COMMIT', '-I FORWARD -j ACCEPT\nCOMMIT'),
  '00000004': `${wellFormed('00000004')}*nat\n:stackward-00000004 - [0:0]\nCOMMIT\n`,
  '00000005': wellFormed('00000005', [`-s 198.51.100.0/24 -j ACCEPT`]),
  '00000006': wellFormed('00000006', [rule, `${rule}`.padEnd(10_200) + '-P FORWARD ACCEPT']),
  '00000007': wellFormed('0000000f'),
  '00000008': wellFormed('00000008').replace(/^.*\n/, ''),
  '00000009': wellFormed('00000009').replace('-A neutron-filter-top', '-A FORWARD'),
  '0000000a': wellFormed('0000000a').replace('# iptables: nft', '# iptables: ../../tmp/x'),
};

let sshd: Sshd;
let login: Login;
let world: FirewallHosts;
let machine: FirewallMachine;
let host: SshHost;
beforeAll(async () => (sshd = await Sshd.start()));
afterAll(() => sshd.stop());
afterEach(async () => {
  await host.close();
  await machine.stop();
  world.remove();
  login.remove();
});

/** A host with an exception, and a login with the limits of docs/kinds/boot-restore.md. */
async function make(variant: TableVariant): Promise<void> {
  const installed = join(sshd.folder, 'stackward-host');
  writeFileSync(installed, readFileSync(join(__dirname, '../../host/stackward-host.py')), { mode: 0o755 });
  const page = readFileSync(join(__dirname, '../../docs/kinds/boot-restore.md'), 'utf8');
  writeFileSync(`${installed}.limits`, /```json\n([^`]*)```/.exec(page)![1]!);
  login = makeLogin('/bin/sh', [`${installed} ""`]);
  world = new FirewallHosts(['cnode01'], { variant, open: () => host });
  machine = await FirewallMachine.start(world.get().namespace.name);
  const destination = machine.addTo(sshd, world.get().namespace.name, login.name);
  host = new SshHost('cnode01', { destination, configFile: sshd.configFile, installed });
  world.network.putPort({ id: portId, hostId: 'cnode01' });
  for (const tool of ['iptables', 'ip6tables'])
    for (const end of ['', '-restore', '-save'])
      machine.run('ln', '-sf', `/usr/sbin/${tool}-${variant}${end}`, `/etc/alternatives/${tool}${end}`);
  const exceptions = manifestOf({ Branch: exception({ release: 'mitaka' }) });
  const boot = manifestOf(
    { BootRestore: { exceptions: [{ portId, placement: 'bound', firewallDriver: 'iptables_hybrid' }] } },
    { kind: 'boot-restore' },
  );
  const { problems } = await world.run([{ ...exceptions, resources: [...exceptions.resources, ...boot.resources] }]);
  expect(problems).toEqual([]);
}

/** Through the host program, as far as it lets the login. */
async function plant(name: string, content: string): Promise<void> {
  const path = `${stateFolder}/${name}`;
  const [there] = await host.read([{ verb: 'read-file', path }]);
  const expected = there.ok && there.value.exists ? there.value.sha256 : null;
  await host.write([[{ verb: 'swap-file', path, expect: expected, content: base64(content), mode: 0o644 }]]);
}

/** Writes as somebody who can write into that folder by other means. */
const shell = (script: string): string => machine.run('sh', '-ec', `cd ${stateFolder}\n${script}`);

const lines = (): string[] => [...world.get().lines(4), ...world.get().lines(6)].sort();

describe.each(['nft', 'legacy'] as const)('with iptables-%s,', (variant) => {
  test('a program planted in the state folder is not run when the host starts', async () => {
    await make(variant);
    for (const name of ['restore-at-boot', 'restore-at-boot.py', 'stackward-host', 'json.py', 'iptables-restore'])
      await plant(name, '#!/bin/sh\n# This file is kept by stackward for every owner on this host\ntouch /run/owned\n');
    shell(`for name in python3 iptables-restore iptables-save sh; do
      printf '#!/bin/sh\\ntouch /run/owned\\n' >$name; chmod 755 $name; done
    echo 'open("/run/owned", "w")' >base64.py`);
    machine.boot();
    expect(machine.read('/run/owned')).toBeUndefined();
  });

  test('of the stored files, only those that stackward could have written come back', async () => {
    await make(variant);
    const right = lines();
    for (const [mark, content] of Object.entries(hostile)) {
      await plant(nameOf(mark), content);
      writeFileSync(join(sshd.folder, 'planted'), content);
      shell(`cat ${join(sshd.folder, 'planted')} >${nameOf(mark)}; chmod 600 ${nameOf(mark)}`);
    }
    writeFileSync(join(sshd.folder, 'planted'), wellFormed('0000000b'));
    shell(`
      make() { sed "s/0000000b/$1/g" ${join(sshd.folder, 'planted')} >"\${2:-firewall-exception-$1.ipv4}"; }
      make 00000011 elsewhere; ln -s elsewhere ${nameOf('00000011')}
      mkfifo ${nameOf('00000012')}
      make 00000013; chown nobody ${nameOf('00000013')}
      make 00000014; chmod 666 ${nameOf('00000014')}
      make 00000015; ln ${nameOf('00000015')} /var/lib/other-name
      mkdir ${nameOf('00000016')}
      ln -s /dev/zero ${nameOf('00000017')}
      make 00000018; head -c 20000000 /dev/zero | tr '\\0' '\\n' >>${nameOf('00000018')}
      make 00000019 firewall-exception-00000019.ipv4.sh
      make 0000001a firewall-exception-0000001a.ipv5
      make 0000001b firewall-exception-0000001B.ipv4
      make 0000001c "firewall-exception-0000001c.ipv4
"
      make 0000000c
    `);
    world.get().emptyTables();
    const { code, stderr } = machine.boot();
    const back = lines();
    const isPlanted = (line: string): boolean => line.includes('stackward-0000000c');
    expect(back.filter((line) => /^:(FORWARD|INPUT|OUTPUT) /.test(line))).toEqual(
      right.filter((line) => /^:(FORWARD|INPUT|OUTPUT) /.test(line)),
    );
    expect(back.filter((line) => line.includes('stackward-') && !isPlanted(line))).toEqual(
      right.filter((line) => line.includes('stackward-')),
    );
    // A decoy: rules that are written as stackward writes them come back, whoever wrote them.
    expect(back.filter(isPlanted)).toHaveLength(3);
    expect(back.filter((line) => line.startsWith('-A FORWARD'))).toEqual(
      right.filter((line) => line.startsWith('-A FORWARD') && line.includes('stackward-')),
    );
    expect(code).toBe(1);
    for (const mark of [
      ...Object.keys(hostile),
      '00000011',
      '00000012',
      '00000013',
      '00000014',
      '00000015',
      '00000018',
    ])
      expect(stderr).toContain(nameOf(mark));
  });
});

test('nothing comes back from a state folder that somebody else may write', async () => {
  await make('nft');
  machine.run('chown', 'nobody', stateFolder);
  world.get().emptyTables();
  expect(machine.boot()).toMatchObject({ code: 1, stderr: expect.stringContaining(stateFolder) as unknown });
  expect(world.get().ours()).toEqual([]);
});

test('the login may write neither the unit nor the program, so it cannot choose what the unit runs', async () => {
  await make('nft');
  const paths = ['/etc/systemd/system/stackward-restore.service', '/etc/systemd/system/multi-user.target.d/evil.conf'];
  const before = machine.read(paths[0]!);
  const outcomes = await host.write(
    paths.map((path, index) => {
      const expected = index === 0 ? sha256(before!) : null;
      return [{ verb: 'swap-file', path, expect: expected, content: base64('[Service]\nExecStart=/bin/id\n') }];
    }),
  );
  expect(outcomes).toMatchObject([[{ reason: 'outside-limits' }], [{ reason: 'outside-limits' }]]);
  expect([machine.read(paths[0]!), machine.read(paths[1]!)]).toEqual([before, undefined]);
});

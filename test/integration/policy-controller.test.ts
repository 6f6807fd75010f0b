/** A controller whose installed program may touch policy files and records alone, and that has no packet filter. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';
import { FirewallHosts } from '../support/firewall-hosts';
import { exception, manifestOf, portId } from '../support/firewall-texts';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
const sweep = [{ owner: 'team-a', stacks: 'all' as const }];
let folder: string;
let world: FirewallHosts;
beforeEach(() => {
  folder = mkdtempSync('/tmp/stackward-controller-');
  const [installed, tools] = [join(folder, 'stackward-host'), join(folder, 'no-tools')];
  mkdirSync(tools);
  const program = source
    .replace(/^(ENVIRONMENT = \{'PATH': ')[^']*/m, `$1${tools}`)
    .replace("'/run/systemd/system'", "'/'");
  writeFileSync(installed, program, { mode: 0o755 });
  world = new FirewallHosts(['cnode01'], {
    open: ({ name, stateFolder }) => {
      writeFileSync(`${installed}.limits`, JSON.stringify({ write: [`${stateFolder}/`] }));
      return new LocalHost(name, { installed, stateFolder });
    },
  });
  world.network.putPort({ id: portId, hostId: 'cnode01' });
});
afterEach(() => {
  world.remove();
  rmSync(folder, { recursive: true });
});

test('a look for leftovers of kinds that have no place on a controller has nothing to say', async () => {
  const { steps, problems, warnings, unswept } = await world.plan([manifestOf({})], sweep);
  expect({ steps, problems, warnings, unswept }).toEqual({ steps: [], problems: [], warnings: [], unswept: [] });
});

test('an exception that is wanted on a controller is refused, and the message names what the host lacks', async () => {
  const boot = manifestOf(
    { BootRestore: { exceptions: [{ portId, placement: 'bound', firewallDriver: 'iptables_hybrid' }] } },
    { kind: 'boot-restore' },
  );
  const { problems } = await world.plan([manifestOf({ Branch: exception({ release: 'zed' }) })]);
  expect(problems).toMatchObject([
    { message: expect.stringMatching(/there is no iptables-save; install it/) as unknown },
  ]);
  // The unit is fixed, so its paths are in no limits.
  expect((await world.plan([boot])).problems).toEqual([]);
});

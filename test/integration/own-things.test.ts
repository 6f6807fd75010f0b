/** Checks of what stackward itself left on a host: a real packet filter after a real apply, then broken by hand. */
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownerMark } from '../../lib/hosts/host';
import { examine, troublesOf, type Examined } from '../support/doctor-run';
import { HostWorld } from '../support/host-world';

const mark = ownerMark('acme-cloud');
const chain = `stackward-${mark}`;
const subject = 'exceptions of acme-cloud (IPv4) on host0';

let world: HostWorld;
beforeAll(async () => {
  world = await HostWorld.make();
  const { code, stdout, stderr } = await world.run(['apply', '--auto-approve'], world.manifest());
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
});
afterAll(() => world.hosts.remove());

const doctor = (...codes: readonly string[]): Promise<Examined> =>
  examine(world.hosts.command, 'doctor', '--host', world.host, ...codes.flatMap((code) => ['--only', code]));
const iptables = (line: string): string => world.hosts.inside(world.host, ['iptables', ...line.split(' ')]);

/** Breaks something, looks, and mends it. */
async function whileBroken(breaking: readonly string[], mending: readonly string[], code = 'SW-8001') {
  for (const line of breaking) iptables(line);
  try {
    return await doctor(code);
  } finally {
    for (const line of mending) iptables(line);
  }
}

test('exceptions that an apply just made are in force, and each thing has its owner', async () => {
  const told = await doctor('SW-8001', 'SW-8002');
  expect([told.code, troublesOf(told)]).toEqual([0, []]);
  expect(told.results).toMatchObject([
    { code: 'SW-8001', subject, result: 'fine', found: expect.stringMatching(/^\d+ rules? in force$/) as string },
    { code: 'SW-8002', subject: 'things of stackward on host0', result: 'fine' },
  ]);
});

test('a jump that is gone, and a rule before it that drops packets, are told apart', async () => {
  const jump = `neutron-filter-top -j ${chain}`;
  const gone = await whileBroken([`-D ${jump}`], [`-A ${jump}`]);
  expect(gone.results).toMatchObject([{ subject, result: 'fault', found: `No jump leads from neutron-filter-top to the chain ${chain}.` }]); // prettier-ignore
  const drop = 'neutron-filter-top -s 10.99.0.0/24 -j DROP';
  const before = await whileBroken([`-I ${drop}`], [`-D ${drop}`]);
  expect(before.results).toMatchObject([
    {
      subject,
      result: 'fault',
      found: 'In neutron-filter-top a rule drops packets before they come to the exceptions.',
      evidence: [expect.stringContaining('10.99.0.0/24'), expect.stringContaining(chain)] as string[],
    },
  ]);
  const behind = await whileBroken([`-A ${drop}`], [`-D ${drop}`]);
  expect(troublesOf(behind)).toEqual([]);
});

test('a chain with another rule, and one that was flushed, hold other rules than were written', async () => {
  const rule = `${chain} -s 192.0.2.7/32 -j ACCEPT`;
  const more = await whileBroken([`-A ${rule}`], [`-D ${rule}`]);
  expect(more.results[0]).toMatchObject({
    found: `The chain ${chain} of filter holds other rules than stackward wrote.`,
    evidence: ['not stackward’s: -s 192.0.2.7/32 -j ACCEPT'],
  });
});

test('a chain without a stored file, and a record that names another owner, have no owner', async () => {
  const stored = join(world.stateFolder(), `firewall-exception-${mark}.ipv4`);
  const record = join(world.stateFolder(), `bridge-port-${mark}.json`);
  const [tables, text] = [readFileSync(stored), readFileSync(record, 'utf8')];
  try {
    rmSync(stored);
    writeFileSync(record, text.replaceAll('acme-cloud', 'somebody'));
    const told = await doctor('SW-8002');
    expect(troublesOf(told)).toEqual(['SW-8002 risk things without an owner on host0', 'SW-8002 risk things without an owner on host0']); // prettier-ignore
    expect(told.results.flatMap(({ evidence = [] }) => evidence)).toEqual([
      expect.stringContaining('it names the owner somebody, and its own name is that of another'),
      expect.stringContaining(chain),
    ]);
  } finally {
    writeFileSync(stored, tables, { mode: 0o600 });
    writeFileSync(record, text, { mode: 0o600 });
  }
});

test('exceptions in a stored file that can not be read are not looked at, and the host is not told to have none', async () => {
  const stored = join(world.stateFolder(), `firewall-exception-${mark}.ipv4`);
  const tables = readFileSync(stored);
  try {
    truncateSync(stored, (16 << 20) + 1);
    const told = await doctor('SW-8001', 'SW-8002', 'SW-8004');
    expect([told.code, told.results.map(({ code, result }) => `${code} ${result}`)]).toEqual([1, ['SW-8001 not looked at', 'SW-8002 not looked at', 'SW-8004 not looked at']]); // prettier-ignore
  } finally {
    writeFileSync(stored, tables, { mode: 0o600 });
  }
});

test('a stack whose code is gone is named, and one that the code has is not', async () => {
  const { folder } = world.hosts.command;
  const synthesize = (stack: string): void => {
    mkdirSync(join(folder, 'cdktf.out/stacks', stack), { recursive: true });
    const output = { stackward_manifest: { value: { release: 'zed', owner: 'acme-cloud' } } };
    world.hosts.command.write(`cdktf.out/stacks/${stack}/cdk.tf.json`, { output });
  };
  expect((await doctor('SW-8003')).results).toMatchObject([
    { result: 'not looked at', subject: 'the synthesized code' },
  ]);
  synthesize('other');
  const told = await doctor('SW-8003');
  expect(troublesOf(told)).toEqual(['SW-8003 risk stack acme on host0']);
  expect(told.results[0]?.evidence).toHaveLength(3);
  synthesize('acme');
  expect(troublesOf(await doctor('SW-8003'))).toEqual([]);
});

test('a host that neither systemd nor upstart starts does not bring its exceptions back', async () => {
  expect(troublesOf(await doctor('SW-8004'))).toEqual(['SW-8004 risk start of host0']);
});

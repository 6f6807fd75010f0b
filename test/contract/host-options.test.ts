/** The verbs of the host program for options: what oslo.config of this machine says, and which units are restarted. */
import { LocalHost } from '../../adapters/host/local-host';
import type { ServiceWrite } from '../../lib/hosts/service-writes';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const host = new LocalHost('ctl1');
afterAll(() => host.close());

const check = (contents: readonly string[], more: object = {}): ServiceWrite => ({
  verb: 'check-config',
  contents: contents.map((text) => Buffer.from(text).toString('base64')),
  section: 'DEFAULT',
  name: 'workers',
  former: ['DEFAULT/api_workers'],
  multiple: false,
  values: ['8'],
  ...more,
});

async function outcomesOf(...writes: readonly ServiceWrite[]) {
  const rows = await host.write(writes.map((write) => [write]));
  return rows.map(([outcome]) =>
    outcome?.ok === true ? outcome.value : `${outcome?.reason}: ${outcome?.error.message}`,
  );
}

test("the host's own oslo.config says whether it reads the wanted value of files in their order", async () => {
  const [first, later] = ['[DEFAULT]\nworkers = 2\n', '[DEFAULT]\napi_workers = 8\n'];
  const checked = { isChecked: true };
  const otherwise = expect.stringMatching(/^rejected: .*reads another value of \[DEFAULT\] workers than is wanted/);
  expect(
    await outcomesOf(
      check([first, later]),
      check([later, first]),
      check([first, later], { values: null }),
      check(['[DEFAULT]\nworkers = pa$$word\n'], { values: ['pa$word'] }),
      check(['[a b]\nworkers = x\nworkers = y\n'], { section: 'a', values: [] }),
      check(['[a]\nworkers = x\nworkers = y\n'], { section: 'a', multiple: true, former: [], values: ['x', 'y'] }),
    ),
  ).toEqual([checked, otherwise, checked, checked, checked, checked]);
});

test('a file that oslo.config refuses is rejected by the name of the error, without a word of the file', async () => {
  const [outcome] = await outcomesOf(check(['[DEFAULT]\nhunter2\n']));
  expect(outcome).toMatch(/^rejected: .*refuses the files: .*ParseError/);
  expect(outcome).not.toContain('hunter2');
});

test.each(['nova-compute.service', 'neutron-l3-agent.service', 'ssh.service', 'nova-api', 'nova-api.service; reboot'])(
  'the unit %s is restarted for nobody',
  async (unit) => {
    const [outcome] = await outcomesOf({ verb: 'restart-unit', unit });
    expect(outcome).toMatch(/^invalid: .*"unit" must be the unit of a service of the control plane/);
  },
);

test('a machine without systemd restarts nothing', async () => {
  expect(await outcomesOf({ verb: 'restart-unit', unit: 'nova-api.service' })).toEqual([
    expect.stringMatching(/^no-tool: .*systemd does not run there/),
  ]);
});

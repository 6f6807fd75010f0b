/** A run over two hosts, and the way back through the command. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostWorld, servicePassword } from '../support/host-world';

let site: HostWorld;
beforeEach(async () => {
  site = await HostWorld.make(2);
});
afterEach(() => site.hosts.remove());

const manifest = () =>
  site.manifest({
    'acme/Grant': site.grant(),
    ...Object.fromEntries(
      [...site.ports].flatMap(([host, portId]) => [
        [`acme/${host}/Green`, site.exception(portId)],
        [`acme/${host}/Hairpin`, site.flag(portId)],
      ]),
    ),
  });
const both = () => site.hosts.names.map((host) => [site.at(host), readdirSync(site.stateFolder(host))]);

test('a rollback brings both hosts back, names one that is down, and the next rollback brings that one back', async () => {
  const before = both();
  expect((await site.apply(manifest())).code).toBe(0);
  expect(both()).not.toEqual(before);
  const [run = ''] = site.runs;
  site.configure({ access: { ssh: 'host0', match: 'host0' } });
  const half = await site.rollback(run);
  expect(half.code).toBe(1);
  expect(half.stdout).toContain('unknown host "host1": stackward.yaml leads to host0; correct the name');
  expect(both()[0]).toEqual(before[0]);
  expect(both()[1]).not.toEqual(before[1]);
  site.configure();
  const back = await site.rollback(run);
  expect([back.stderr, back.code]).toEqual(['', 0]);
  expect(both()).toEqual(before);
});

test('no secret is in a saved plan, in a journal, or in the messages of failed runs', async () => {
  const { password } = site;
  const outputs = [await site.run(['plan', '--out', 'saved.plan'], manifest())];
  outputs.push(await site.run(['apply', 'saved.plan', '--auto-approve'], manifest()));
  for (const status of [401, 403, 503]) {
    site.hosts.neutron.failing = status;
    outputs.push(await site.apply(manifest()), await site.rollback(site.runs[0] ?? ''));
  }
  site.hosts.neutron.failing = undefined;
  site.configure({ access: { ssh: 'nobody@127.0.0.1' } });
  outputs.push(await site.apply(manifest()));
  expect(outputs.map((output) => output.code)).toContain(1);
  const kept = [
    join(site.hosts.command.folder, 'saved.plan'),
    ...site.runs.flatMap((run) => {
      const folder = join(site.hosts.command.folder, 'runs', run);
      return readdirSync(folder).map((file) => join(folder, file));
    }),
  ];
  const texts = [
    ...kept.map((file) => readFileSync(file, 'utf8')),
    ...outputs.map((output) => output.stdout + output.stderr),
  ];
  for (const secret of [servicePassword, password, 'a-token']) expect(texts.join('\n')).not.toContain(secret);
});

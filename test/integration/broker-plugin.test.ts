/** Plugins of a real RabbitMQ: by its own tool, on a running node of the suite's own and on one that is down. */
import { parsePluginListing, type PluginListing } from '../../lib/broker-plugins/listing';
import { PluginHost, names } from '../support/plugin-host';
import { OwnBroker } from '../support/own-broker';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const sites: PluginHost[] = [];
let broker: OwnBroker;
beforeAll(async () => {
  broker = await OwnBroker.start();
}, 180_000);
afterAll(async () => {
  for (const site of sites) await site.remove();
  await broker.stop();
});

function siteOf(environment: Readonly<Record<string, string>> | undefined): PluginHost {
  // The tool switches off a plugin together with those that need it, so the limits name both.
  const site = new PluginHost({ plugins: [...names, 'rabbitmq_federation_management'] }, environment);
  sites.push(site);
  return site;
}

async function listingOf({ host }: PluginHost): Promise<PluginListing> {
  const [answer] = await host.read([{ verb: 'run-reader', argv: ['rabbitmq-plugins', 'list', '-v'] }]);
  const listing = answer.ok ? parsePluginListing(answer.value.stdout) : undefined;
  if (!listing) throw new Error(`no list of plugins: ${JSON.stringify(answer)}`);
  return listing;
}
const marks = ({ plugins }: PluginListing) =>
  [...plugins.values()].flatMap(({ name, enabled }) => (enabled === 'no' ? [] : [`${name} ${enabled}`])).sort();

const change = (expect: readonly string[], enable: readonly string[], disable: readonly string[]) =>
  ({ verb: 'switch-plugins', expect, enable, disable }) as const;

test('a running node starts and stops a plugin at once, and keeps running (cases 1019, 1115 c)', async () => {
  const site = siteOf(broker.settings);
  const before = await listingOf(site);
  expect([before.node, before.plugins.get('rabbitmq_event_exchange')?.isRunning]).toEqual(['live', false]);
  const process = () => broker.ctl(['eval', '{os:getpid(), erlang:system_info(start_time)}.']).stdout;
  const started = process();
  expect(started).toMatch(/^\{"\d+",-?\d+\}/);
  const explicit = ['rabbitmq_management'];
  const [[on] = []] = await site.host.write([[change(explicit, ['rabbitmq_event_exchange'], [])]]);
  expect(on).toEqual({ ok: true, value: { code: 0, said: '' } });
  expect((await listingOf(site)).plugins.get('rabbitmq_event_exchange')).toMatchObject({
    enabled: 'explicitly',
    isRunning: true,
  });
  const [[stale, off] = []] = await site.host.write([[change([...explicit, 'rabbitmq_event_exchange'], [], ['rabbitmq_event_exchange']), change(explicit, ['rabbitmq_shovel'], [])]]); // prettier-ignore
  expect([stale, off]).toMatchObject([{ ok: true }, { ok: true }]);
  const [[changed] = []] = await site.host.write([[change(explicit, [], ['rabbitmq_shovel'])]]);
  expect(changed).toMatchObject({ ok: false, reason: 'changed' });
  expect(process()).toBe(started);
}, 300_000);

test('on a node that is down the real tool tells and does what the small tool of the contract suite does', async () => {
  const { RABBITMQ_ENABLED_PLUGINS_FILE, ...settings } = broker.settings;
  const real = siteOf({ ...settings, RABBITMQ_NODENAME: 'stackward-down@localhost' });
  expect(real.file).not.toBe(RABBITMQ_ENABLED_PLUGINS_FILE);
  const small = siteOf(undefined);
  const found = [];
  for (const site of [real, small]) {
    site.enable('rabbitmq_federation_management', 'rabbitmq_shovel');
    const listing = await listingOf(site);
    const told = names.map((name) => [name, listing.plugins.get(name)?.needs.filter((each) => names.includes(each))]);
    const explicit = ['rabbitmq_federation_management', 'rabbitmq_shovel'];
    const [[alone] = []] = await site.host.write([[change(explicit, [], ['rabbitmq_management_agent'])]]);
    expect(alone).toMatchObject({
      ok: false,
      reason: 'refused',
      error: {
        message: expect.stringMatching(
          /rabbitmq_federation_management needs rabbitmq_management_agent, and RabbitMQ would switch it off too; name it as well, or leave/,
        ),
      },
    });
    expect(site.enabled()).toEqual(explicit);
    await site.host.write([[change(explicit, ['rabbitmq_event_exchange'], ['rabbitmq_federation_management', 'rabbitmq_management_agent'])]]); // prettier-ignore
    found.push({ marks: marks(listing), told, enabled: site.enabled() });
  }
  expect(found[0]).toEqual(found[1]);
  expect(found[0]?.enabled).toEqual(['rabbitmq_event_exchange', 'rabbitmq_shovel']);
}, 300_000);

test('an installed program switches no plugin that its limits do not name', async () => {
  const site = siteOf(undefined);
  const [[answer] = []] = await site.host.write([[change([], ['rabbitmq_mqtt'], [])]]);
  expect(answer).toMatchObject({ ok: false, reason: 'outside-limits' });
  expect(site.enabled()).toEqual([]);
});

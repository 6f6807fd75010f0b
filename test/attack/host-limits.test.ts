/** A login that may ask for one thing of an installed host program gets no other thing by it. */
import { PluginHost } from '../support/plugin-host';
import { callHostFunction } from '../support/host-functions';

process.env.PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

describe('a login whose limits name one plugin of RabbitMQ', () => {
  const sites: PluginHost[] = [];
  afterEach(() => Promise.all(sites.splice(0).map((site) => site.remove())));

  async function switchOff(plugins: readonly string[], enabled: readonly string[], disable: readonly string[]) {
    const site = new PluginHost({ plugins });
    sites.push(site);
    site.enable(...enabled);
    const [[answer] = []] = await site.host.write([[{ verb: 'switch-plugins', expect: enabled, enable: [], disable }]]);
    return [answer?.ok === true ? 'ok' : `${answer?.reason}: ${answer?.error.message}`, site.enabled()];
  }

  test.each(['rabbitmq_web_dispatch', 'rabbitmq_management_agent'])(
    'switches no other plugin off that needs %s',
    async (needed) => {
      expect(await switchOff([needed], ['rabbitmq_management'], [needed])).toEqual([
        expect.stringMatching(/^outside-limits: .*rabbitmq_management may not be switched.*would go together with/),
        ['rabbitmq_management'],
      ]);
    },
  );

  test('switches it off beside plugins that do not need it', async () => {
    const [shovel, management] = ['rabbitmq_shovel', 'rabbitmq_management'];
    expect(await switchOff([management], [management, shovel], [management])).toEqual(['ok', [shovel]]);
  });
});

test('a collection of logs has a folder of its own below /var/log/stackward, whatever its path is', () => {
  const paths = ['//', '/', 'a//b', '/a', 'a/', 'Shared/Logs', 'a'];
  const call =
    'lambda path: is_collection({"owner": "x", "path": path, "listen": None, "send": None}) and log_folder(path)';
  expect(callHostFunction(call, paths.map((path) => [path]))).toEqual([
    ...Array.from({ length: 5 }, () => false),
    '/var/log/stackward/Shared.Logs',
    '/var/log/stackward/a',
  ]); // prettier-ignore
});

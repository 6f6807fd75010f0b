/** A login that may ask for one thing of an installed host program gets no other thing by it. */
import { makeNamespace } from '../contract/host-network-suite';
import { FirewallMachine } from '../support/firewall-machine';
import { PluginHost } from '../support/plugin-host';
import { callHostFunction } from '../support/host-functions';
import { findPython2 } from '../support/python2';

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
        expect.stringMatching(/^refused: .*rabbitmq_management needs .*, and RabbitMQ would switch it off too/),
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

describe('a Python that somebody else than root may change', () => {
  let namespace: ReturnType<typeof makeNamespace>;
  let machine: FirewallMachine;
  beforeAll(async () => {
    namespace = makeNamespace();
    machine = await FirewallMachine.start(namespace.name, 'other');
    const shell = `for f in /usr/local/bin /opt; do mount -t tmpfs -o mode=755 tmpfs $f; done
      mkdir -p /opt/venv/bin /opt/venv/lib/python3.11/site-packages
      printf '#!/bin/sh\\nid >>/opt/ran\\nexec /usr/bin/python3 "$@"\\n' >/opt/venv/bin/python3
      printf '#!/opt/venv/bin/python3\\n' >/usr/local/bin/oslo-config-generator
      chmod 755 /opt/venv/bin/python3 /usr/local/bin/oslo-config-generator`;
    machine.run('sh', '-ec', shell);
  });
  afterAll(async () => {
    await machine.stop();
    namespace.remove();
  });

  async function runs(): Promise<readonly unknown[]> {
    const host = machine.host('ctl1');
    const check = {
      contents: [Buffer.from('[DEFAULT]\na = 1\n').toString('base64')],
      section: 'DEFAULT',
      name: 'a',
      former: [],
      multiple: false,
      values: null,
    };
    const [[checked] = []] = await host.write([[{ verb: 'check-config', ...check }]]);
    const [told] = await host.read([{ verb: 'registered-options', project: 'nova' }]);
    await host.close();
    const ran = machine.run('sh', '-c', 'cat /opt/ran 2>/dev/null; rm -f /opt/ran');
    return [
      checked?.ok === true ? checked.value : checked?.reason,
      told.ok ? 'ok' : told.reason,
      ran.includes('uid=0'),
    ];
  }

  test.each([
    'opt/venv/bin/python3',
    'opt/venv/bin',
    'opt/venv/lib/python3.11/site-packages',
    'usr/local/bin/oslo-config-generator',
  ])('does not run as root: /%s belongs to another user', async (path) => {
    machine.run('chown', 'nobody', `/${path}`);
    expect(await runs()).toEqual([{ isChecked: false }, 'no-tool', false]);
    machine.run('chown', 'root', `/${path}`);
  });

  test("is run where all of it is root's", async () => {
    expect(await runs()).toEqual([{ isChecked: true }, expect.any(String), true]);
  });
});

test('the words that rsyslog quotes from a broken line are masked', () => {
  const lines = ["rsyslogd: error: syntax error on token 'hunter2'", "rsyslogd: error: parameter 'hunter2' not known"];
  expect(callHostFunction('shown_line', lines.map((line) => [line]))).toEqual([
    "rsyslogd: error: syntax error on token '***'",
    "rsyslogd: error: parameter '***' not known",
  ]); // prettier-ignore
});

test.each(['/usr/bin/python3', findPython2('numbers in settings')].filter((python) => python !== undefined))(
  'a huge number in a settings file takes no memory of %s',
  (python) => {
    // Not ru_maxrss, which begins with the size of the process that started this one.
    const call = `lambda text: [
      PythonText(to_bytes(text), b"/etc/local_settings.py").told(["x"])[0].what,
      int(re.search("VmHWM: *\\\\t* *([0-9]+)", open("/proc/self/status").read()).group(1)) < 150 << 10]`;
    expect(callHostFunction(call, [['x = 1 << 2999999999\n']], python)).toEqual([['computed', true]]);
  },
);

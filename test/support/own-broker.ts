/** A private RabbitMQ with its management plugin. The test may break anything in it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostReader } from '../../lib/hosts/host';
import { freePort } from './free-port';

const bin = '/usr/lib/rabbitmq/bin';

export class OwnBroker {
  private readonly folder = mkdtempSync(join(tmpdir(), 'stackward-broker-'));
  private readonly children: ChildProcess[] = [];
  private environment: Record<string, string> = {};
  amqpPort = 0;
  url = '';
  readonly user = 'monitor';
  readonly password = 'monitor-of-the-test';
  readonly node = 'stackward-test@localhost';

  static async start(): Promise<OwnBroker> {
    const broker = new OwnBroker();
    try {
      await broker.launch();
    } catch (error) {
      await broker.stop();
      throw error;
    }
    return broker;
  }

  private async launch(): Promise<void> {
    const [amqp, management, epmd, distribution] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
    this.amqpPort = amqp;
    this.url = `http://127.0.0.1:${management}`;
    const file = (name: string, text: string): string => {
      writeFileSync(join(this.folder, name), text, { mode: 0o600 });
      return join(this.folder, name);
    };
    chmodSync(file('.erlang.cookie', 'COOKIEOFTHETEST12345'), 0o400);
    this.environment = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      HOME: this.folder,
      RABBITMQ_NODENAME: this.node,
      RABBITMQ_MNESIA_BASE: this.folder,
      RABBITMQ_LOG_BASE: this.folder,
      RABBITMQ_LOGS: '-',
      RABBITMQ_CONFIG_FILE: file(
        'rabbitmq.conf',
        `listeners.tcp.local = 127.0.0.1:${amqp}\nmanagement.tcp.port = ${management}\nmanagement.tcp.ip = 127.0.0.1\ncollect_statistics_interval = 1000\ndefault_user = ${this.user}\ndefault_pass = ${this.password}\n`,
      ),
      RABBITMQ_ADVANCED_CONFIG_FILE: file('advanced.config', '[{kernel,[{inet_dist_use_interface,{127,0,0,1}}]}].\n'),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[rabbitmq_management].\n'),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_DIST_PORT: String(distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: String(epmd),
    };
    this.run('epmd', ['-address', '127.0.0.1', '-port', String(epmd)]);
    this.run(join(bin, 'rabbitmq-server'), []);
    await this.until('the management API answers', async () => (await this.ask('GET', '/api/overview')).ok);
  }

  private run(program: string, args: readonly string[]): void {
    this.children.push(spawn(program, args, { env: this.environment, stdio: 'ignore', detached: true }));
  }

  async until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await isSo().catch(() => false)) return;
      await sleep(300);
    }
    throw new Error(`waited in vain until ${what}`);
  }

  /** Asks the management API as an administrator. */
  ask(method: string, path: string, body?: object): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    return fetch(`${this.url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  }

  async declare(queue: string, messages = 0, vhost = '/'): Promise<void> {
    const where = encodeURIComponent(vhost);
    await this.ask('PUT', `/api/queues/${where}/${encodeURIComponent(queue)}`, { durable: true });
    for (let number = 0; number < messages; number++)
      await this.ask('POST', `/api/exchanges/${where}/amq.default/publish`, {
        properties: {},
        routing_key: queue,
        payload: String(number),
        payload_encoding: 'string',
      });
  }

  /** The environment with which RabbitMQ's tools reach this node. */
  get settings(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(this.environment).filter(([name]) => name !== 'PATH' && name !== 'LC_ALL'),
    );
  }

  /** Runs the real rabbitmqctl for this node. */
  ctl(args: readonly string[]): { code: number; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync(join(bin, 'rabbitmqctl'), args, {
      env: this.environment,
      encoding: 'utf8',
    });
    return { code: status ?? 1, stdout, stderr };
  }

  /** A host on which the host program's commands run against this node. */
  get host(): HostReader {
    const read = (questions: readonly { readonly argv: readonly string[] }[]) =>
      Promise.resolve(questions.map(({ argv }) => ({ ok: true, value: this.ctl(argv.slice(1)) })));
    return { name: 'ctl1', stateFolder: '/nowhere', read: read as never };
  }

  async stop(): Promise<void> {
    this.ctl(['stop']);
    for (const child of this.children) {
      if (child.exitCode !== null || child.pid === undefined) continue;
      const ended = once(child, 'close');
      process.kill(-child.pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * A floating IP of the lab that really answers: a server of Nova on cnode01, plugged as Nova would plug it, behind a
 * router of a real L3 agent on cnode02, and a client on the external network. stackward reaches both hosts by ssh.
 */
import { execFile, spawn } from 'node:child_process';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ovsVsctl } from '../../lab/stack/compute-host';
import { L3_HOST, l3Service } from '../../lab/stack/l3-agent';
import { logFile } from '../../lab/supervisor';
import { layWire, removeWire } from '../../lab/wire';
import { CommandFolder } from './command';
import { LabCloud, type LabSubnet } from './lab-cloud';
import { LabGuests, type LabPort } from './lab-guests';
import { LabHostSystem } from './lab-host-system';
import { LabLock } from './lab-lock';
import { Sshd } from './sshd';

const execute = promisify(execFile);
const project = resolve(__dirname, '../..');
const serverHost = 'cnode01';

interface Made {
  readonly id: string;
}

export interface FloatingIp {
  readonly id: string;
  readonly floating_ip_address: string;
}

/** Runs a command of the lab. */
export async function labCommand(...argv: readonly string[]): Promise<void> {
  await execute(resolve(project, 'node_modules/.bin/tsx'), ['lab/main.ts', ...argv], { cwd: project });
}

/** Reads what was added to a file. The log of an agent is long. */
async function readFrom(path: string, start: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return (await file.read(Buffer.alloc(Math.max(0, size - start)), { position: start })).buffer.toString();
  } finally {
    await file.close();
  }
}

export class LabFloatingIp {
  external!: LabSubnet;
  inner!: LabSubnet;
  router!: string;
  group!: string;
  /** The id of the group's rule that lets ICMP in. */
  ruleForPing!: string;
  port!: LabPort;
  server!: string;
  floating!: FloatingIp;
  /** The namespaces of the server and of the client. */
  guest!: string;
  private client!: string;
  private readonly systems: LabHostSystem[] = [];

  private constructor(
    readonly cloud: LabCloud,
    readonly guests: LabGuests,
    private readonly lock: LabLock,
    private readonly sshd: Sshd,
    readonly command: CommandFolder,
  ) {}

  /** There is only one L3 agent, so suites that use it wait for each other. @param suite the prefix of names */
  static async start(suite: string): Promise<LabFloatingIp> {
    const lock = await LabLock.take('l3-agent');
    const cloud = new LabCloud(suite);
    const sshd = await Sshd.start();
    const command = new CommandFolder(cloud.lab.environment);
    const made = new LabFloatingIp(cloud, new LabGuests(cloud), lock, sshd, command);
    try {
      await made.build();
      return made;
    } catch (error) {
      await made.stop();
      throw error;
    }
  }

  private async build(): Promise<void> {
    await this.clean();
    const [agent] = await Promise.all([labCommand('l3', 'up'), this.makeNetworks(), this.reachHosts()]);
    await this.bootServer();
    this.floating = await this.make('floatingips', 'floatingip', {
      floating_network_id: this.external.networkId,
      port_id: this.port.id,
    });
    const [client] = await this.guests.ports(serverHost, this.group, [{ on: this.external }]);
    this.client = await this.guests.boot(serverHost, client!);
    await layWire(this.cloud.lab, await this.vlans());
    await this.untilAnswering();
    return agent;
  }

  private async reachHosts(): Promise<void> {
    for (const host of this.cloud.lab.hosts) {
      const system = await LabHostSystem.start(host);
      this.systems.push(system);
      system.addTo(this.sshd, host.name);
    }
    const hosts = `hosts:\n  - ssh: "{host}"\n    sshConfig: ${this.sshd.configFile}\n`;
    this.command.write('stackward.yaml', `cloud: stackward-lab\n${hosts}`);
    const { ports, passwords } = this.cloud.lab;
    const login = `    host: 127.0.0.1\n    port: ${ports.mariadb}\n    user: stack\n    password: \${NOVA_PASSWORD}\n    tls: off\n`;
    const databases = `databases:\n${['nova', 'nova_cell0'].map((name) => `  ${name}:\n${login}`).join('')}`;
    this.command.env = { ...this.command.env, NOVA_PASSWORD: passwords.services };
    this.command.write('with-databases.yaml', `cloud: stackward-lab\n${hosts}${databases}`);
  }

  private async makeNetworks(): Promise<void> {
    this.external = await this.network('198.51.100.0/24', { 'router:external': true });
    this.inner = await this.network('10.31.0.0/24', {});
    this.group = await this.guests.closedGroup();
    this.ruleForPing = await this.guests.addRule(this.group, { protocol: 'icmp' });
    const gateway = { network_id: this.external.networkId };
    this.router = (await this.make<Made>('routers', 'router', { name: this.name, external_gateway_info: gateway })).id;
    await this.put(`/routers/${this.router}/add_router_interface`, { subnet_id: this.inner.id });
  }

  private async network(cidr: string, more: object): Promise<LabSubnet> {
    const { id } = await this.make<Made>('networks', 'network', { name: this.name, ...more });
    return this.cloud.addSubnet(id, { cidr });
  }

  private async bootServer(): Promise<void> {
    const port = await this.make<Made & { mac_address: string; fixed_ips: { ip_address: string }[] }>('ports', 'port', {
      name: this.name,
      network_id: this.inner.networkId,
      security_groups: [this.group],
    });
    const address = port.fixed_ips[0]!.ip_address;
    this.port = { id: port.id, mac: port.mac_address, address, ipv6: undefined, networkId: this.inner.networkId };
    const [image, flavor] = await Promise.all([
      this.cloud.admin.call<{ images: Made[] }>('image', '/v2/images?name=stackward-utm'),
      this.cloud.admin.call<{ flavors: (Made & { name: string })[] }>('compute', '/flavors'),
    ]);
    const { server } = await this.cloud.admin.call<{ server: Made }>('compute', '/servers', {
      method: 'POST',
      body: {
        server: {
          name: this.name,
          imageRef: image.images[0]!.id,
          flavorRef: flavor.flavors.find(({ name }) => name === 'stackward.utm')!.id,
          networks: [{ port: port.id }],
          availability_zone: `nova:${serverHost}`,
        },
      },
    });
    this.server = server.id;
    await this.untilServer('ACTIVE');
    await this.plug();
  }

  async untilServer(status: string): Promise<void> {
    for (;;) {
      const { server } = await this.cloud.admin.call<{ server: { status: string; fault?: { message: string } } }>(
        'compute',
        `/servers/${this.server}`,
      );
      if (server.status === status) return;
      if (server.status === 'ERROR') throw new Error(`the server is in ERROR: ${server.fault?.message ?? '?'}`);
      await sleep(1000);
    }
  }

  /** Plugs the server's card in on its host, with a default route. */
  async plug(): Promise<void> {
    this.guest = await this.guests.boot(serverHost, this.port);
    await this.guests.route(this.guest, 'default', '10.31.0.1');
    await this.guests.untilActive([this.port]);
  }

  /** Takes the port's device off the switch; the device stays on its host. */
  async offSwitch(): Promise<void> {
    const host = this.cloud.lab.hosts.find(({ name }) => name === serverHost)!;
    await ovsVsctl(this.cloud.lab, host, 'del-port', 'br-int', `qvo${this.port.id.slice(0, 11)}`);
    await this.guests.untilStatus([this.port], 'DOWN');
  }

  private async vlans(): Promise<number[]> {
    const ids = [this.external, this.inner].map(({ networkId }) => `id=${networkId}`).join('&');
    const { networks } = await this.cloud.admin.call<{ networks: { 'provider:segmentation_id': number }[] }>(
      'network',
      `/v2.0/networks?${ids}`,
    );
    return networks.map((network) => network['provider:segmentation_id']);
  }

  /**
   * Whether the server answers a ping from outside. Without its NAT the router itself would answer, because it has the
   * address. So an answer counts only if it has passed the router.
   */
  async answers(): Promise<boolean> {
    await this.guests.ip(this.client, 'neigh', 'flush', 'all');
    const ping = ['ping', '-c', '2', '-i', '0.2', '-W', '1', '-n', this.floating.floating_ip_address];
    return this.guests.in(this.client, ...ping).then(
      (said) => said.includes('ttl=63'),
      () => false,
    );
  }

  /** Pings from outside until `work` ends. */
  async whilePinging<Value>(work: () => Promise<Value>): Promise<Value> {
    const address = this.floating.floating_ip_address;
    const ping = spawn('ip', ['netns', 'exec', this.client, 'ping', '-q', '-i', '0.2', '-n', address], {
      stdio: 'ignore',
    });
    try {
      return await work();
    } finally {
      ping.kill('SIGINT');
    }
  }

  /** A server that fits on no host; it ends in ERROR. */
  async bootTooLarge(): Promise<string> {
    const { admin } = this.cloud;
    const flavor = { name: this.name, vcpus: 1, ram: 1 << 20, disk: 1 };
    const made = await admin.call<{ flavor: Made }>('compute', '/flavors', { method: 'POST', body: { flavor } });
    const { images } = await admin.call<{ images: Made[] }>('image', '/v2/images?name=stackward-utm');
    const server = {
      name: `${this.name}-large`,
      imageRef: images[0]!.id,
      flavorRef: made.flavor.id,
      networks: [{ uuid: this.inner.networkId }],
    };
    const answer = await admin.call<{ server: Made }>('compute', '/servers', { method: 'POST', body: { server } });
    for (;;) {
      const found = await admin.call<{ server: { status: string } }>('compute', `/servers/${answer.server.id}`);
      if (found.server.status === 'ERROR') return answer.server.id;
      await sleep(1000);
    }
  }

  async untilAnswering(answer = true): Promise<void> {
    const giveUpAt = Date.now() + 120_000;
    while ((await this.answers()) !== answer) {
      if (Date.now() > giveUpAt) throw new Error(`the floating IP ${answer ? 'never answered' : 'still answers'}`);
      await sleep(200);
    }
  }

  /** Makes the agent set up the router again, without any change of the router. */
  nudge(): Promise<void> {
    return this.untilSetUp(() => this.put(`/routers/${this.router}`, { router: { name: this.name } }));
  }

  /**
   * Waits until the L3 agent has finished what a change makes it do. The router answers before that, and a rule that a
   * test removes in between is restored by the agent.
   */
  async untilSetUp(change: () => Promise<unknown>): Promise<void> {
    const log = logFile(this.cloud.lab, l3Service);
    const { size: before } = await stat(log);
    await change();
    const giveUpAt = Date.now() + 120_000;
    const started = new RegExp(`Starting router update for ${this.router},.* update_id ([0-9a-f-]+)`);
    for (;;) {
      const since = await readFrom(log, before);
      const update = started.exec(since)?.[1];
      if (update !== undefined && since.includes(`Finished a router update for ${this.router}, update_id ${update}`))
        return;
      if (Date.now() > giveUpAt) throw new Error(`the L3 agent did not finish a change of the router; see ${log}`);
      await sleep(200);
    }
  }

  get namespace(): string {
    return `qrouter-${this.router}`;
  }

  /** Runs a command in the router's namespace. */
  inRouter(...argv: readonly string[]): Promise<string> {
    return this.guests.in(this.namespace, ...argv);
  }

  onRouterHost(...argv: readonly string[]): Promise<string> {
    return this.guests.onHost(L3_HOST, ...argv);
  }

  async put(path: string, body: object): Promise<void> {
    await this.cloud.admin.call('network', `/v2.0${path}`, { method: 'PUT', body });
  }

  /** Sends an action to the server. */
  async act(body: object): Promise<void> {
    await this.cloud.admin.call('compute', `/servers/${this.server}/action`, { method: 'POST', body });
  }

  private async make<Thing>(collection: string, name: string, body: object): Promise<Thing> {
    const answer = await this.cloud.admin.call<Record<string, Thing>>('network', `/v2.0/${collection}`, {
      method: 'POST',
      body: { [name]: body },
    });
    return answer[name] as Thing;
  }

  private get name(): string {
    return this.cloud.prefix;
  }

  private async list<Thing extends Made>(service: string, path: string, collection: string): Promise<Thing[]> {
    return (await this.cloud.admin.call<Record<string, Thing[]>>(service, path))[collection] ?? [];
  }

  /** Deletes everything that this suite made, in this run or in a killed run. */
  private async clean(): Promise<void> {
    const { admin } = this.cloud;
    for (const { id } of await this.list('compute', `/servers?all_tenants=1&name=${this.name}`, 'servers')) {
      await admin.call('compute', `/servers/${id}`, { method: 'DELETE' });
      while ((await admin.call('compute', `/servers/${id}`, { mayBeAbsent: true })) !== undefined) await sleep(200);
    }
    const flavors = await this.list<Made & { name: string }>('compute', '/flavors', 'flavors');
    for (const { id, name } of flavors)
      if (name === this.name) await admin.call('compute', `/flavors/${id}`, { method: 'DELETE' });
    const networks = await this.list('network', `/v2.0/networks?name=${this.name}`, 'networks');
    for (const { id } of networks)
      for (const floating of await this.list('network', `/v2.0/floatingips?floating_network_id=${id}`, 'floatingips'))
        await admin.call('network', `/v2.0/floatingips/${floating.id}`, { method: 'DELETE' });
    for (const router of await this.list('network', `/v2.0/routers?name=${this.name}`, 'routers')) {
      const ports = `/v2.0/ports?device_id=${router.id}&device_owner=network:router_interface`;
      for (const port of await this.list('network', ports, 'ports'))
        await this.put(`/routers/${router.id}/remove_router_interface`, { port_id: port.id });
      await admin.call('network', `/v2.0/routers/${router.id}`, { method: 'DELETE' });
    }
    await this.guests.clean();
  }

  async stop(): Promise<void> {
    await this.clean();
    await removeWire(this.cloud.lab);
    await labCommand('l3', 'down');
    for (const system of this.systems) await system.stop();
    await this.sshd.stop();
    this.command.remove();
    await this.cloud.close();
    await this.lock.release();
  }
}

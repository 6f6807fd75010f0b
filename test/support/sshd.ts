/**
 * A private sshd on a free port of 127.0.0.1, with host keys, configuration and logins of its own in a temporary folder.
 * It dies with the process that started it. Each `Host` of its ssh configuration is another way in.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port';

const server = '/usr/sbin/sshd';

export interface Way {
  /** Default: root. */
  readonly user?: string;
  /** Default: the daemon's own. */
  readonly port?: number;
  /** PATH of the session there. Default: sshd's own. */
  readonly path?: string;
  /** A daemon in this network namespace that serves one connection, in place of the port. */
  readonly namespace?: string;
  /** Further lines of the configuration. */
  readonly lines?: readonly string[];
}

export class Sshd {
  readonly configFile: string;
  readonly knownHosts: string;

  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {
    this.configFile = join(folder, 'ssh_config');
    this.knownHosts = join(folder, 'known_hosts');
  }

  /** @param more further lines of the daemon's configuration */
  static async start(more: readonly string[] = []): Promise<Sshd> {
    if (!existsSync(server)) throw new Error(`${server} is not there: install the Debian package openssh-server`);
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const folder = mkdtempSync('/tmp/stackward-sshd-');
    chmodSync(folder, 0o755);
    for (const key of ['host_key', 'other_key', 'login']) makeKey(join(folder, key));
    writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'login.pub')));
    const port = await freePort();
    writeFileSync(join(folder, 'sshd_config'), [...more, daemonConfiguration(folder, port)].join('\n'));
    // -e logs to stderr. The log tells more than a closed connection.
    const argv = ['--pdeathsig', 'KILL', '--', server, '-D', '-e', '-f', join(folder, 'sshd_config')];
    const child = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (data) => (said += String(data)));
    while (!said.includes(`Server listening on 127.0.0.1 port ${port}`)) {
      if (child.exitCode !== null) throw new Error(`sshd ended while starting:\n${said}`);
      await sleep(10);
    }
    const sshd = new Sshd(folder, port, child);
    writeFileSync(sshd.configFile, '');
    sshd.setKnownKey('host_key');
    return sshd;
  }

  /** The host key that the client knows; undefined: none. */
  setKnownKey(key: 'host_key' | 'other_key' | undefined): void {
    const text = key === undefined ? '' : `stackward-test ${readFileSync(join(this.folder, `${key}.pub`), 'utf8')}`;
    writeFileSync(this.knownHosts, text);
  }

  /** Adds a `Host` to the client's configuration; its name is what ssh is given. */
  addWay(name: string, way: Way = {}): string {
    const lines = [
      `User ${way.user ?? 'root'}`,
      ...(way.namespace === undefined
        ? ['HostName 127.0.0.1', `Port ${way.port ?? this.port}`]
        : [`ProxyCommand ip netns exec ${way.namespace} ${server} -i -f ${join(this.folder, 'sshd_config')}`]),
      'HostKeyAlias stackward-test',
      `IdentityFile ${way.path === undefined ? join(this.folder, 'login') : this.keyWith(name, way.path)}`,
      'IdentitiesOnly yes',
      'IdentityAgent none',
      `UserKnownHostsFile ${this.knownHosts}`,
      'GlobalKnownHostsFile none',
      ...(way.lines ?? []),
    ];
    writeFileSync(this.configFile, `Host ${name}\n${lines.map((line) => `  ${line}\n`).join('')}`, { flag: 'a' });
    return name;
  }

  /** A key whose sessions have this PATH. The server would replace a PATH that the client sends. */
  private keyWith(name: string, path: string): string {
    const key = join(this.folder, `login-${name}`);
    makeKey(key);
    const line = `environment="PATH=${path}" ${readFileSync(`${key}.pub`, 'utf8')}`;
    writeFileSync(join(this.folder, 'authorized_keys'), line, { flag: 'a' });
    return key;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function daemonConfiguration(folder: string, port: number): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    // The folder lies below /tmp, which all may write.
    'StrictModes no',
    'PidFile none',
    'UsePAM no',
    'UseDNS no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'PermitUserEnvironment yes',
    'MaxStartups 100',
    'PrintMotd no',
    'PrintLastLog no',
    // Bash reads the .bashrc of whoever runs the tests, which may start programs, and change PATH.
    'Match User root',
    `SetEnv HOME=${join(folder, 'home')}`,
    '',
  ].join('\n');
}

const makeKey = (file: string): Buffer =>
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'stackward-test', '-f', file]);

/** A connection to a port of 127.0.0.1 that breaks after a number of bytes in one direction. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  #left: { up: number; down: number } = { up: Infinity, down: Infinity };
  #isMended = false;

  private constructor(
    private readonly server: Server,
    private readonly to: number,
  ) {}

  static async open(to: number): Promise<Wire> {
    const server = createServer();
    const wire = new Wire(server, to);
    server.on('connection', (client) => wire.join(client));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * Breaks connections after this number of bytes from now on. @param isMended connections that begin after the break
   * stay whole
   */
  cutAfter(bytes: { up?: number; down?: number }, isMended = false): void {
    this.#left = { up: Infinity, down: Infinity, ...bytes };
    this.#isMended = isMended;
  }

  cut(): void {
    if (this.#isMended) this.#left = { up: Infinity, down: Infinity };
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const daemon = connect({ port: this.to, host: '127.0.0.1' });
    const pass = (from: Socket, to: Socket, way: 'up' | 'down'): void => {
      this.#sockets.add(from);
      from.on('data', (data) => {
        if ((this.#left[way] -= data.length) < 0) this.cut();
        else to.write(data);
      });
      from
        .on('error', () => to.destroy())
        .on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
    };
    pass(client, daemon, 'up');
    pass(daemon, client, 'down');
  }
}

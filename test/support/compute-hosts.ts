/** Compute hosts: network namespaces with the chain that Neutron's agent makes, each behind a real sshd. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CommandFolder } from './command';
import { NeutronServer } from './neutron-server';
import { Sshd } from './sshd';

/** The agent's tables before stackward's rules: one chain to which both hooks jump. */
const agentTables = ['-N neutron-filter-top', '-A FORWARD -j neutron-filter-top', '-A OUTPUT -j neutron-filter-top'];

export class ComputeHosts {
  readonly names: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly command: CommandFolder;

  private constructor(
    count: number,
    readonly sshd: Sshd,
    readonly neutron: NeutronServer,
    readonly folder: string,
    private readonly mark: string,
  ) {
    this.names = Array.from({ length: count }, (_, index) => `host${index}`);
    for (const name of this.names) {
      const namespace = this.namespaceOf(name);
      execFileSync('ip', ['netns', 'add', namespace]);
      for (const line of agentTables) this.inside(name, ['iptables', ...line.split(' ')]);
      sshd.addWay(name, { namespace });
      neutron.network.addAgent({ host: name, type: 'Open vSwitch agent', isAlive: true });
    }
    this.env = neutron.environment;
    this.command = new CommandFolder(this.env);
    this.command.write(
      'stackward.yaml',
      stringify({ hosts: [{ ssh: '{host}', sshConfig: sshd.configFile, stateFolder: `${folder}/{host}` }] }),
    );
  }

  static async make(count: number): Promise<ComputeHosts> {
    const [sshd, neutron] = await Promise.all([Sshd.start(), NeutronServer.start()]);
    const folder = mkdtempSync(join(tmpdir(), 'stackward-hosts-'));
    return new ComputeHosts(count, sshd, neutron, folder, randomBytes(3).toString('hex'));
  }

  /** A second name of a host. */
  addName(name: string, host: string): void {
    this.sshd.addWay(name, { namespace: this.namespaceOf(host) });
  }

  inside(host: string, argv: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.namespaceOf(host), ...argv], { encoding: 'utf8' });
  }

  async remove(): Promise<void> {
    for (const name of this.names) execFileSync('ip', ['netns', 'del', this.namespaceOf(name)]);
    this.command.remove();
    rmSync(this.folder, { recursive: true, force: true });
    await Promise.all([this.sshd.stop(), this.neutron.stop()]);
  }

  private namespaceOf(name: string): string {
    return `sw-${this.mark}-${name}`;
  }
}

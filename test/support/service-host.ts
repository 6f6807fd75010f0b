/** A host, that is, a network namespace of this machine, with processes that look like services of OpenStack. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalHost } from '../../adapters/host/local-host';

export class ServiceHost {
  readonly folder = mkdtempSync('/tmp/stackward-services-');
  readonly namespace = `swsv-${this.folder.slice(-6)}`;
  readonly host = new LocalHost('cnode01', { namespace: this.namespace });
  private readonly children: ChildProcess[] = [];

  constructor() {
    execFileSync('ip', ['netns', 'add', this.namespace]);
    execFileSync('ip', ['-n', this.namespace, 'link', 'set', 'lo', 'up']);
  }

  /** @param name a path below the folder */
  write(name: string, content: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  /**
   * Mounts one of our folders over one of /etc, for every process that enters the namespace by `ip netns exec`, as
   * stackward does.
   */
  overlay(folder: string, files: Readonly<Record<string, string>>): void {
    const path = join('/etc/netns', this.namespace, folder);
    mkdirSync(path, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content, { mode: 0o755 });
    }
  }

  /** Starts a process of this service, which runs until `stop`. Returns its pid. */
  async start(service: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
    const program = join(this.folder, 'bin', service);
    mkdirSync(dirname(program), { recursive: true });
    copyFileSync(join(__dirname, 'fake-service.py'), program);
    return this.run(['/usr/bin/python3', program, ...args], env);
  }

  /** Starts any program that prints something when it is ready and ends when its input ends. */
  async run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> {
    const child = spawn('nsenter', [`--net=/run/netns/${this.namespace}`, '--', ...argv], {
      env,
      cwd: this.folder,
      stdio: ['pipe', 'pipe', 'inherit'] as const,
    });
    this.children.push(child);
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error('it ended'))),
    ]);
    return child.pid ?? 0;
  }

  /** Ends one process that `start` or `run` started. */
  async end(pid: number): Promise<void> {
    for (const child of this.children.filter((each) => each.pid === pid && each.exitCode === null)) {
      child.stdin?.end();
      await once(child, 'exit');
    }
  }

  async stop(): Promise<void> {
    await this.host.close();
    for (const { pid } of this.children) if (pid !== undefined) await this.end(pid);
    execFileSync('ip', ['netns', 'del', this.namespace]);
    for (const path of [this.folder, join('/etc/netns', this.namespace)])
      rmSync(path, { recursive: true, force: true });
  }
}

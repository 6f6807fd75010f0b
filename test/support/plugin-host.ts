/** A host whose rabbitmq-plugins switches plugins in a file of its own: the real tool, or the small one of this folder. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defined } from '../../lib/basics/defined';
import { LocalHost } from '../../adapters/host/local-host';

const source = readFileSync(join(__dirname, '../../host/stackward-host.py'), 'utf8');
const small = join(__dirname, 'rabbitmq-plugins.py');

export class PluginHost {
  readonly folder = mkdtempSync(join(tmpdir(), 'stackward-plugins-'));
  readonly host: LocalHost;

  /** @param environment of the real tool; default: the small tool */
  constructor(limits: object = { plugins: names }, environment?: Readonly<Record<string, string | undefined>>) {
    const bin = join(this.folder, 'bin');
    mkdirSync(bin);
    this.enable();
    if (!environment)
      writeFileSync(join(bin, 'rabbitmq-plugins'), `#!/bin/sh\nexec /usr/bin/python3 ${small} "$@"\n`, { mode: 0o755 });
    const own = defined({ RABBITMQ_ENABLED_PLUGINS_FILE: this.file, ...environment });
    const path = environment ? '/usr/lib/rabbitmq/bin' : bin;
    const program = source.replace("ENVIRONMENT = {'PATH': '", `ENVIRONMENT = {${inPython(own)}'PATH': '${path}:`);
    const installed = join(this.folder, 'stackward-host');
    writeFileSync(installed, program, { mode: 0o755 });
    writeFileSync(`${installed}.limits`, JSON.stringify(limits));
    this.host = new LocalHost('ctl1', { installed });
  }

  get file(): string {
    return join(this.folder, 'enabled_plugins');
  }

  /** By name, as RabbitMQ's file has them. */
  enabled(): readonly string[] {
    return (readFileSync(this.file, 'utf8').match(/[a-z][a-z0-9_]*/g) ?? []).sort();
  }

  /** The output of a shell that finds this rabbitmq-plugins. */
  shell(line: string): string {
    const env = { PATH: `${this.folder}/bin:/usr/bin:/bin`, RABBITMQ_ENABLED_PLUGINS_FILE: this.file };
    return execFileSync('sh', ['-ec', line], { env, encoding: 'utf8' });
  }

  enable(...plugins: readonly string[]): void {
    writeFileSync(this.file, `[${plugins.join(',')}].\n`, { mode: 0o644 });
  }

  async remove(): Promise<void> {
    await this.host.close();
    rmSync(this.folder, { recursive: true });
  }
}

const inPython = (names: Readonly<Record<string, string>>): string =>
  Object.entries(names)
    .map(([name, value]) => `'${name}': '${value}', `)
    .join('');

export const names = [
  'rabbitmq_event_exchange',
  'rabbitmq_federation',
  'rabbitmq_management',
  'rabbitmq_management_agent',
  'rabbitmq_shovel',
];

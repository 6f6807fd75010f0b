/** The folder of a job of docs/ci: a checkout with the scripts in `ci`, and a client that first writes down how it was called. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const scripts = resolve(__dirname, '../../docs/ci/scripts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class JobFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'stackward-job-'));

  /**
   * @param client its name, `gh` or `glab`
   * @param program path of the real client, or of its stand-in
   * @param remote address from which the job's checkout came
   */
  constructor(client: string, program: string, remote: string) {
    symlinkSync(scripts, this.path('ci'));
    mkdirSync(this.path('bin'));
    writeFileSync(this.path('bin', client), `#!/bin/sh\nprintf '%s\\n' "$*" >>"${this.path('calls')}"\nexec "${program}" "$@"\n`); // prettier-ignore
    chmodSync(this.path('bin', client), 0o755);
    for (const args of [['init', '--quiet'], ['remote', 'add', 'origin', remote]]) spawnSync('git', args, { cwd: this.folder }); // prettier-ignore
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** Undefined if there is no such file. */
  read(name: string): Buffer | undefined {
    return existsSync(this.path(name)) ? readFileSync(this.path(name)) : undefined;
  }

  /** Each call of the client, a line. */
  get calls(): string {
    return this.read('calls')?.toString() ?? '';
  }

  /** Like a runner: the environment is that of the job and nothing else. */
  run(script: string, environment: Readonly<Record<string, string>>): Promise<Ended> {
    const PATH = [this.path('bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':');
    const child = spawn('sh', [join('ci', script)], { cwd: this.folder, env: { HOME: this.folder, PATH, CI: 'true', ...environment } }); // prettier-ignore
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += String(data)));
    child.stderr.on('data', (data) => (stderr += String(data)));
    return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

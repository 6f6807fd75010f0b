/** The folder of a job of docs/ci: a checkout with the scripts in `ci`, and a client that first writes down how it was called. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const scripts = resolve(__dirname, '../../docs/ci/scripts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home and a folder for temporary files are beside the checkout, so that a test sees each file that a job leaves. */
export class JobFolder {
  readonly #root = mkdtempSync(join(tmpdir(), 'stackward-job-'));
  readonly #checkout = join(this.#root, 'checkout');
  readonly #client = join(this.#root, 'client');

  /**
   * @param client its name, `gh` or `glab`
   * @param program path of the real client, or of its stand-in
   */
  constructor(client: string, program: string) {
    for (const name of ['home', 'tmp', 'client']) mkdirSync(join(this.#root, name));
    // Copies, because a job that unpacks an artifact into its checkout must not reach the scripts themselves.
    cpSync(scripts, join(this.#checkout, 'ci'), { recursive: true });
    writeFileSync(join(this.#client, client), `#!/bin/sh\nprintf '%s\\n' "$*" >>"${this.#client}/calls"\nexec "${program}" "$@"\n`); // prettier-ignore
    chmodSync(join(this.#client, client), 0o755);
    this.#git('init', '--quiet', '--template=');
  }

  /** @param remote address from which the job's checkout came */
  comesFrom(remote: string): void {
    this.#git('config', 'remote.origin.url', remote);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#checkout, name), text);
  }

  /** Undefined if there is no such file. */
  read(name: string): Buffer | undefined {
    const path = join(this.#checkout, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  }

  /** Each file of the checkout and beside it, as `checkout/review.md`, and its bytes as latin1. The client's are left out. */
  get files(): Readonly<Record<string, string>> {
    const found = readdirSync(this.#root, { recursive: true, withFileTypes: true });
    const paths = found.filter((each) => !each.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
    // glab writes its settings, whatever it is asked.
    const isClients = (name: string) => /^(client|home\/\.config)\//.test(name);
    const own = paths.map((path) => relative(this.#root, path)).filter((name) => !isClients(name));
    return Object.fromEntries(own.map((name) => [name, readFileSync(join(this.#root, name), 'latin1')]));
  }

  /** Each call of the client, a line. */
  get calls(): string {
    const path = join(this.#client, 'calls');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Like a runner: the environment is that of the job and nothing else. */
  run(script: string, environment: Readonly<Record<string, string>>): Promise<Ended> {
    const PATH = [this.#client, dirname(process.execPath), '/usr/bin', '/bin'].join(':');
    const own = { HOME: join(this.#root, 'home'), TMPDIR: join(this.#root, 'tmp'), PATH, CI: 'true' };
    const child = spawn('sh', [join('ci', script)], { cwd: this.#checkout, env: { ...own, ...environment } });
    let [stdout, stderr] = ['', ''];
    // A character may come in two pieces.
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    return new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr })));
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #git(...args: readonly string[]): void {
    const { status, stderr } = spawnSync('git', args, { cwd: this.#checkout, encoding: 'utf8' });
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  }
}

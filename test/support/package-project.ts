/** A project of its own that has the npm package, installed from the real tarball. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';

export const root = resolve(__dirname, '../..');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Engine = 'cdktf' | 'cdktn';

/** What a project has beside stackward; the package brings none of it. */
const tools = ['cdktf', 'cdktn', 'constructs', 'esbuild', 'typescript', '@types/node'];
/** `init` pins TypeScript 7. This repository has it under another name, because its own tools need the library of 5.9. */
const nameHere = (tool: string): string => (tool === 'typescript' ? 'typescript-native' : tool);

export class PackageProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'stackward-project-'));
  readonly tarball: string;

  constructor() {
    const options = { cwd: root, encoding: 'utf8' } as const;
    // `npm test` has made it once for all suites.
    const made = process.env['STACKWARD_PACKAGE'];
    this.tarball = made ?? execFileSync(process.execPath, ['scripts/package.mjs', this.folder], options).trim();
    // Its engine and `constructs` are linked below.
    const offline = ['--offline', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', ...offline, this.tarball], { cwd: this.folder });
    const modules = join(this.folder, 'node_modules');
    for (const tool of tools) link(join(root, 'node_modules', nameHere(tool)), join(modules, tool));
  }

  /** Files of the package with their sizes in bytes, as the tarball has them. */
  list(): ReadonlyMap<string, number> {
    const text = execFileSync('tar', ['-tzvf', this.tarball], { encoding: 'utf8' });
    const lines = text.trim().split('\n');
    return new Map(lines.map((line) => [line.split(' package/')[1] ?? line, Number(line.split(/\s+/)[2])]));
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /**
   * Makes a program of the repository one of this project: it takes constructs and bindings from the package.
   * @param resolveDir the folder that the program's imports are relative to, default the repository's root
   */
  async adopt(program: string, name: string, engine: Engine, resolveDir = root): Promise<void> {
    const entry = engine === 'cdktf' ? 'stackward' : 'stackward/cdktn';
    const bindings = '@cdktf/provider-openstack/lib/';
    await build({
      stdin: { contents: program, resolveDir, loader: 'ts' },
      outfile: join(this.folder, name),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      plugins: [
        {
          name: 'package',
          setup({ onResolve }) {
            onResolve({ filter: /^cdktf$/ }, () => ({ path: engine, external: true }));
            onResolve({ filter: /^\.{1,2}(\/\.\.)*\/constructs$/ }, () => ({ path: entry, external: true }));
            onResolve({ filter: new RegExp(`^${bindings}`) }, ({ path }) => ({
              path: path.replace(bindings, `${entry}/provider/`),
              external: true,
            }));
          },
        },
      ],
    });
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return runNode(this.folder, args, env);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

export function runNode(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd, env: { PATH, HOME, ...env } }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

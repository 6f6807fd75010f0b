// Synthesizes main.ts of the folder that it is run in: the app command of cdktf.json, and `npm run synth` by itself.
//
// Goals: mistakes come once, plain and first; the types are checked beside, not before; nothing is written unless both
// are right. How: esbuild bundles the program within 0.1 s and it runs here, while tsc runs beside as a process. The app
// writes to a folder of its own, which is copied over the output folder at the end.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

const program = resolve('main.ts');
/** esbuild and TypeScript are those of the project. */
const require = createRequire(program);
const settings = existsSync('cdktf.json') ? JSON.parse(readFileSync('cdktf.json', 'utf8')) : {};
const outdir = resolve(process.env.CDKTF_OUTDIR ?? settings.output ?? 'cdktf.out');
const made = mkdtempSync(join(tmpdir(), 'stackward-app-'));
process.on('exit', () => rmSync(made, { recursive: true, force: true }));
// cdktf sets this variable for its app command. cdktf prints the command's stdout, and decorates its stderr.
const isUnderCdktf = process.env.CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS !== undefined;
const complain = (text) => (isUnderCdktf ? process.stdout : process.stderr).write(`${text.trimEnd()}\n`);

/** Ends where the project lacks something. */
function miss(text) {
  complain(text);
  process.exit(1);
}

/** The path of a tool that the project brings. */
function toolAt(path) {
  try {
    return require.resolve(path);
  } catch {
    const [name] = path.split('/');
    return miss(
      `${name} is not installed in ${process.cwd()}; run \`npm install\`, or else \`npm install --save-dev ${name}\``,
    );
  }
}

/** The compiler's messages; '' where the types are right. */
function checkTypes() {
  // By its package.json, since TypeScript 7 exports no other path of its own.
  const description = toolAt('typescript/package.json');
  const tsc = join(dirname(description), JSON.parse(readFileSync(description, 'utf8')).bin.tsc);
  const project = existsSync('tsconfig.app.json') ? 'tsconfig.app.json' : 'tsconfig.json';
  const child = spawn(process.execPath, [tsc, '--project', project, '--pretty', 'false']);
  return new Promise((done, failed) => {
    let said = '';
    // A character may come in two pieces.
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', failed);
    child.on('close', (code) => done(code === 0 ? '' : said || `tsc ended with code ${code}`));
  });
}

/** Runs the program; a promise that it leaves behind is waited for by Node. */
async function runProgram() {
  const { build } = require(toolAt('esbuild'));
  const { outputFiles } = await build({
    entryPoints: [program],
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    write: false,
    logLevel: 'silent',
  });
  process.env.CDKTF_OUTDIR = made;
  // The path of a local state depends on where Terraform will run (constructs/cloud-stack.ts).
  const context = JSON.parse(process.env.CDKTF_CONTEXT_JSON ?? '{}');
  process.env.CDKTF_CONTEXT_JSON = JSON.stringify({ ...context, 'stackward:output': outdir });
  process.setSourceMapsEnabled(true);
  const main = new Module(program);
  main.filename = program;
  main.paths = Module._nodeModulePaths(process.cwd());
  main._compile(outputFiles[0].text, program);
}

const isMistake = (error) => error?.name === 'InvalidConfiguration';

/** Reports both halves: a mistake in the code before the types, an unexpected error after them. */
async function fail(error, types) {
  if (isMistake(error)) complain(error.message);
  const said = await types;
  if (said !== '') complain(said);
  else if (!isMistake(error)) complain(String(error?.stack ?? error));
  process.exit(1);
}

/** See adapters/files/credential-links.ts. */
function copyLink(name) {
  const copy = join(outdir, name);
  if (lstatSync(copy, { throwIfNoEntry: false })?.isSymbolicLink() === false) {
    const words = 'it is a file of its own, which Terraform would read instead of the one beside main.ts';
    throw Object.assign(new Error(`${copy}: ${words}; move it there, or delete it`), { name: 'InvalidConfiguration' });
  }
  rmSync(copy, { force: true });
  symlinkSync(readlinkSync(join(made, name)), copy);
}

function finish() {
  if (!existsSync(join(made, 'manifest.json'))) {
    complain('main.ts wrote no stack; end it with app.synth()');
    process.exitCode = 1;
    return;
  }
  cpSync(made, outdir, { recursive: true, force: true, filter: (path) => !lstatSync(path).isSymbolicLink() });
  // cpSync of Node.js 20 follows a link that it should replace, and fails where the link leads nowhere.
  for (const entry of readdirSync(made, { recursive: true, withFileTypes: true }))
    if (entry.isSymbolicLink()) copyLink(relative(made, join(entry.parentPath ?? entry.path, entry.name)));
  if (isUnderCdktf) return;
  const { stacks } = JSON.parse(readFileSync(join(made, 'manifest.json'), 'utf8'));
  for (const { annotations = [] } of Object.values(stacks))
    for (const { level, constructPath, message } of annotations)
      complain(`${level === '@cdktf/warn' ? 'warning' : 'note'}: ${constructPath}: ${message}`);
  process.stdout.write(`wrote ${Object.keys(stacks).join(', ')} to ${outdir}\n`);
}

if (!existsSync(program))
  miss(`there is no main.ts in ${process.cwd()}; change to the project's folder, or run \`npx stackward init\``);
const types = checkTypes();
process.on('uncaughtException', (error) => void fail(error, types));
try {
  await runProgram();
  const said = await types;
  if (said === '') finish();
  else {
    complain(said);
    process.exitCode = 1;
  }
} catch (error) {
  await fail(error, types);
}

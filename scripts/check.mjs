// `npm run check`: types, lint, format and the quick suites. The suite of the npm package is left to `npm test`, because it
// packs the package and compiles against it: a sixth of the time of all these suites. Types, lint and format run in turn
// beside the suites, so that two cores are busy. Each part prints when it has ended.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { root } from './setup.mjs';

/** Runs an npm script. Resolves to whether it passed. */
function runScript(name) {
  const started = Date.now();
  const child = spawn('npm', ['run', '--silent', name], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.stderr.write(Buffer.concat(output));
      console.log(`${name}: ${code === 0 ? 'passed' : 'failed'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      resolve(code === 0);
    });
  });
}

async function runInTurn(names) {
  const passed = [];
  for (const name of names) passed.push(await runScript(name));
  return passed.every(Boolean);
}

const passed = await Promise.all([runInTurn(['types', 'lint', 'format']), runScript('unit')]);
process.exitCode = passed.every(Boolean) ? 0 : 1;

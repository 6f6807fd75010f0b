/**
 * Writes lib/policy/data/*.ts: what each release of the five services has in its code as policy rules.
 *
 *     node scripts/policy-data.mjs            # some ten minutes the first time: it downloads 170 packages from PyPI
 *
 * A new release: add its first and its last version to scripts/policy-data/packages.json and run it again. It needs Python
 * 3.10 or later with pip; packages stay in the system's temporary folder. A test compares the digest that each file begins with.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const reader = join(root, 'scripts/policy-data/read.py');
const pins = join(root, 'scripts/policy-data/packages.json');
const cache = join(tmpdir(), 'stackward-policy-packages');

/** Of all that the data is made by. */
const digest = createHash('sha256');
for (const file of [import.meta.filename, reader, pins]) digest.update(await readFile(file));
const sources = digest.digest('hex');

const { 'neutron-lib': library, ...services } = JSON.parse(await readFile(pins, 'utf8'));

/** The path of a wheel. Packages of Python 2 have no wheel for Python 3. */
async function download(name, version) {
  const prefix = `${name.replaceAll('-', '_')}-${version}-`;
  const find = async () => (await readdir(cache)).find((file) => file.startsWith(prefix) && file.endsWith('.whl'));
  for (const python of ['3.12', '2.7']) {
    const found = await find();
    if (found !== undefined) return join(cache, found);
    const where = ['--only-binary=:all:', '--python-version', python, '--no-deps', '-d', cache];
    await run('python3', ['-m', 'pip', '-q', 'download', ...where, `${name}==${version}`]).catch((error) => {
      if (python === '2.7') throw error;
    });
  }
  return join(cache, await find());
}

async function read(service, release, version) {
  const wheels = [await download(service, version)];
  if (service === 'neutron') wheels.push(await download('neutron-lib', library[release][0]));
  const { stdout } = await run('python3', [reader, service, ...wheels], { maxBuffer: 1 << 26 });
  const found = JSON.parse(stdout);
  // What oslo.policy did with an empty half up to 2.4 and with one of a rule that is to go up to 3.6, no service met.
  const isBefore = (later) => Object.keys(services.nova).indexOf(release) < Object.keys(services.nova).indexOf(later);
  for (const [name, { check, old, for_removal: isForRemoval }] of Object.entries(found.rules))
    if (old !== null && ((isForRemoval && isBefore('wallaby')) || ([check, old[1]].includes('') && isBefore('ussuri'))))
      throw new Error(`${service} ${version}: ${name} has a deprecated rule beside it in a way that is not known here`);
  return found;
}

/** Adds what is so since that version to what was so before; `-`: it is gone. */
function follow(changes, found, since, state) {
  for (const name of [...new Set([...changes.keys(), ...Object.keys(found)])].sort()) {
    const states = changes.get(name) ?? [];
    const now = state(name, found[name]) ?? '-';
    if ((states.at(-1)?.split('=')[1] ?? '-') !== now) changes.set(name, [...states, `${since}=${now}`]);
  }
}

/** One line a rule: the version since when it is so, and the number of its check; then what is deprecated beside it. */
async function write(service) {
  const lines = [];
  const checks = new Map();
  const rules = new Map();
  const attributes = new Map();
  const numberOf = (check) => {
    if (/[`\\\n]|\$\{/.test(check)) throw new Error(`${service}: ${check} can't stand in the data`);
    if (!checks.has(check)) checks.set(check, checks.size);
    return checks.get(check);
  };
  const state = (name, rule) => {
    if (rule === undefined) return undefined;
    const old = rule.old === null ? '' : `|${numberOf(rule.old[1])}${rule.old[0] === name ? '' : `@${rule.old[0]}`}`;
    return `${numberOf(rule.check)}${old}`;
  };
  for (const [release, versions] of Object.entries(services[service])) {
    lines.push(`release ${release} ${versions.join(' ')}`);
    for (const version of versions) {
      const found = await read(service, release, version);
      const since = version === versions[0] ? version.split('.')[0] : version;
      follow(rules, found.rules, since, state);
      follow(attributes, found.attributes, since, (_, parts) => parts && (parts.join() || '+'));
    }
    process.stdout.write(`${service} ${release}\n`);
  }
  for (const [check, number] of checks) lines.push(`check ${number} ${check}`);
  for (const [word, changes] of Object.entries({ rule: rules, attribute: attributes }))
    for (const [name, states] of [...changes].sort(([a], [b]) => (a < b ? -1 : 1)))
      lines.push(`${word} ${name} ${states.join(' ')}`);
  const text = `// Written by scripts/policy-data.mjs; lib/policy/code-rules.ts says what it means.\nexport const ${service} = \`sources ${sources}\n${lines.join('\n')}\n\`;\n`;
  await writeFile(join(root, `lib/policy/data/${service}.ts`), text);
}

await mkdir(cache, { recursive: true });
await mkdir(join(root, 'lib/policy/data'), { recursive: true });
for (const service of Object.keys(services)) await write(service);

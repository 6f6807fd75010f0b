// `npm run nightly`: the combinations that CI has no time for, and docs/combinations.md with what ran when
// (docs/adr/0033-nightly.md). Words as arguments choose: `npm run nightly -- tofu 3.4.0`, `npm run nightly -- Node.js`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { installBinary } from '../providers/openstack/install-binary.mjs';
import { forgeClients, installForgeClient } from './nightly/forge.mjs';
import { installNode, nodeVersions } from './nightly/node.mjs';
import { installOpenTofu, openTofuVersion } from './nightly/opentofu.mjs';
import { noteRuns } from './nightly/page.mjs';
import { Failed, packagesOfSuites, root, run, setUp } from './setup.mjs';
import { sets } from '../test/turns.mjs';

const page = join(root, 'docs/combinations.md');
const jest = join(root, 'node_modules/jest/bin/jest.js');
const words = process.argv.slice(2);
const isChosen = (name) => words.every((word) => name.includes(word));

const combinations = ['cdktf', 'cdktn'].flatMap((engine) =>
  ['terraform', 'tofu'].flatMap((tool) =>
    ['1.54.1', '3.4.0'].map((provider) => `${engine}, ${tool}, provider ${provider}`),
  ),
);

const nameOfClient = ({ name, version }) => `forge, ${name} ${version}`;

/** Their names, by which `npm run nightly -- moment` and `npm run nightly -- turns` choose them. */
const everyMoment = 'each moment at which a run is struck';
const everyTurn = 'each suite that takes turns';

/**
 * Runs jest to its end, whatever it says.
 * @returns each test's title with whether it passed
 */
async function results(node, args, environment) {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-nightly-'));
  const file = join(folder, 'results.json');
  try {
    await run(node, [jest, ...args, '--json', '--outputFile', file], environment, 2).catch((error) => {
      if (!(error instanceof Failed)) throw error;
    });
    const { testResults, success } = JSON.parse(readFileSync(file, 'utf8'));
    return { success, tests: testResults.flatMap(({ assertionResults }) => assertionResults) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runCombinations(environment) {
  const chosen = combinations.filter(isChosen);
  if (chosen.length === 0) return [];
  const { terraform } = await installBinary({ environment: { ...environment, TERRAFORM_BINARY_NAME: 'terraform' } });
  const tofu = chosen.some((name) => name.includes('tofu')) ? await installOpenTofu() : undefined;
  const NIGHTLY_TOOLS = JSON.stringify({ terraform, tofu });
  const pattern = `^(${chosen.join('|').replaceAll('.', '\\.')})$`;
  const args = ['--selectProjects', 'nightly', '--testNamePattern', pattern];
  const { tests } = await results(process.execPath, args, { ...environment, NIGHTLY_TOOLS });
  const [, version = '?'] = /v(\S+)/.exec(execFileSync(terraform, ['version'], { encoding: 'utf8' })) ?? [];
  const withVersion = (name) =>
    name.replace('terraform,', `Terraform ${version},`).replace('tofu,', `OpenTofu ${openTofuVersion},`);
  return chosen.map((name) => {
    const status = tests.find(({ title }) => title === name)?.status;
    return { name: withVersion(name), passed: status === 'passed' };
  });
}

/** The suites that need no lab, with the npm package among them, and those of the command. */
async function runOnNode(version, environment) {
  const node = await installNode(version);
  const suites = ['/test/(unit|constructs)/', '/test/integration/(command|new-project)\\.test'];
  const args = ['--selectProjects', 'unit', 'constructs', 'integration', '--testPathPatterns', ...suites];
  const PATH = [dirname(node), environment.PATH].join(delimiter);
  const { success } = await results(node, args, { ...environment, PATH });
  return { name: `Node.js ${version}`, passed: success };
}

/** The scripts of docs/ci with the clients that a forge's runner has. */
async function runForge(environment) {
  const chosen = forgeClients.filter((client) => isChosen(nameOfClient(client)));
  if (chosen.length === 0) return [];
  const programs = {};
  for (const client of chosen) programs[client.name] = await installForgeClient(client);
  const args = ['--runTestsByPath', join(root, 'test/nightly/forge.test.ts')];
  const pattern = `^(${chosen.map(({ name }) => name).join('|')}) `;
  const NIGHTLY_CLIENTS = JSON.stringify(programs);
  const { tests } = await results(process.execPath, [...args, '--testNamePattern', pattern], {
    ...environment,
    NIGHTLY_CLIENTS,
  });
  return chosen.map((client) => {
    const own = tests.filter(({ ancestorTitles }) => ancestorTitles[0] === client.name);
    return { name: nameOfClient(client), passed: own.length > 0 && own.every(({ status }) => status === 'passed') };
  });
}

/** The suites that choose their moments by test/support/moments.ts, of which `npm test` visits some. Runbooks share a suite. */
async function visitEveryMoment(environment) {
  const folder = join(root, 'test');
  const suites = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => join(folder, path))
    .filter((path) => /\/support\/moments'|\/runbook-suite'/.test(readFileSync(path, 'utf8')));
  const args = ['--runTestsByPath', ...suites];
  const { success } = await results(process.execPath, args, { ...environment, STACKWARD_EVERY_MOMENT: '1' });
  return { name: everyMoment, passed: success };
}

/** All sides of each set of test/turns.mjs, of which `npm test` draws one. */
async function runEveryTurn(environment) {
  const suites = sets.flatMap(({ sides }) => sides.flat()).map((suite) => join(root, 'test', `${suite}.test.ts`));
  const { success } = await results(process.execPath, ['--runTestsByPath', ...suites], environment);
  return { name: everyTurn, passed: success };
}

try {
  const lab = [...combinations, everyMoment, everyTurn].some(isChosen);
  const environment = await setUp({ lab, packages: packagesOfSuites, olderProviders: ['1.54.1'] });
  const runs = await runCombinations(environment);
  for (const version of nodeVersions.filter((each) => isChosen(`Node.js ${each}`)))
    runs.push(await runOnNode(version, environment));
  runs.push(...(await runForge(environment)));
  if (isChosen(everyMoment)) runs.push(await visitEveryMoment(environment));
  if (isChosen(everyTurn)) runs.push(await runEveryTurn(environment));
  if (runs.length === 0) throw new Error(`no combination has ${words.join(' and ')} in its name; see ${page}`);
  const commit = execFileSync('git', ['rev-parse', '--short=10', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(page, noteRuns(readFileSync(page, 'utf8'), runs, day, commit));
  const failed = runs.filter(({ passed }) => !passed).map(({ name }) => name);
  console.log(failed.length === 0 ? `all ${runs.length} passed` : `failed: ${failed.join('; ')}`);
  if (failed.length > 0) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof Failed)) console.error(`Error: ${error.message}`);
  process.exitCode = error.code ?? 1;
}

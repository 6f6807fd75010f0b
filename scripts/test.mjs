// `npm test`: sets up what is missing, then runs the suites. Without Debian or root it runs the suites that need
// neither, and names those that it left out; with CI set, it fails instead. Dear suites take turns (test/turns.mjs), also in CI.
// Arguments go to jest, and then no suite waits for its turn: `npm test -- allocation`.
import { Failed, findMissingGround, packagesOfSuites, root, run, setUp } from './setup.mjs';
import { join } from 'node:path';
import { drawWaiting, sayWaiting } from '../test/turns.mjs';

const everywhere = ['unit', 'constructs'];
const onTheLab = ['contract', 'integration', 'attack', 'acceptance'];

/** The constructs' suite makes a tenant with it, and upgrades that tenant. */
const olderProviders = ['1.54.1'];

/** Jest's arguments, and what the end of the run says, so that nobody takes this run for a proof of suites that it left out. */
function chooseSuites(missing) {
  const words = process.argv.slice(2);
  if (missing) return { args: words, leftOut: `Skipped: ${onTheLab.join(', ')}: ${missing}.` };
  if (words.length > 0) return { args: words, leftOut: '' };
  const waiting = drawWaiting();
  console.log(`These suites wait for their turn (docs/adr/0033-nightly.md): ${waiting.join(', ')}`);
  const args = ['--testPathIgnorePatterns', '/node_modules/', `/test/(${waiting.join('|')})\\.test\\.ts$`];
  return { args, leftOut: sayWaiting(waiting) };
}

try {
  const missing = findMissingGround();
  if (missing && process.env.CI) throw new Error(`${missing}; CI leaves nothing out`);
  const isWhole = process.argv.length === 2;
  // Two suites install the tarball. Whoever names suites may have named neither.
  const environment = await setUp({ lab: !missing, packages: packagesOfSuites, olderProviders, tarball: isWhole });
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const projects = missing ? everywhere : [...everywhere, ...onTheLab];
  const { args, leftOut } = chooseSuites(missing);
  if (leftOut) console.log(leftOut);
  const said = { STACKWARD_LEFT_OUT: leftOut };
  await run(process.execPath, [jest, ...args, '--selectProjects', ...projects], { ...environment, ...said });
} catch (error) {
  if (!(error instanceof Failed)) console.error(`Error: ${error.message}`);
  process.exitCode = error.code ?? 1;
}

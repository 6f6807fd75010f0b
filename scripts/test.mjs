// `npm test`: sets up what is missing, then runs every suite. Without Debian or root it runs the suites that need
// neither, and names those that it left out; with CI set, leaving out is a failure. Arguments go to jest:
// `npm test -- allocation`.
import { Failed, findMissingGround, root, run, setUp } from './setup.mjs';
import { join } from 'node:path';

const everywhere = ['unit', 'constructs'];
const onTheLab = ['contract', 'integration', 'attack', 'acceptance'];
/** Packages for a real sshd, logins with least privilege, a login whose shell is not sh, libraries of old releases, collected logs, and completion in each shell. */
const packages = [
  'openssh-server',
  'sudo',
  'csh',
  'python3-venv',
  'rsyslog',
  'rsyslog-relp',
  'logrotate',
  'iperf3',
  'zsh',
  'fish',
];

/** The constructs' suite makes a tenant with it, and upgrades that tenant. */
const olderProviders = ['1.54.1'];

try {
  const missing = findMissingGround();
  if (missing && process.env.CI) throw new Error(`${missing}; CI leaves nothing out`);
  // Two suites install it. Whoever names suites may have named neither.
  const tarball = process.argv.length === 2;
  const environment = await setUp({ lab: !missing, packages, olderProviders, tarball });
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const projects = missing ? everywhere : [...everywhere, ...onTheLab];
  if (missing) console.log(`Skipped: ${onTheLab.join(', ')}: ${missing}.`);
  await run(process.execPath, [jest, ...process.argv.slice(2), '--selectProjects', ...projects], environment);
} catch (error) {
  if (!(error instanceof Failed)) console.error(`Error: ${error.message}`);
  process.exitCode = error.code ?? 1;
}

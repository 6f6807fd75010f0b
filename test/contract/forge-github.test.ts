/** The scripts for GitHub with the real `gh` of Debian, which the set-up of `npm test` installs. `npm run nightly -- forge` has a later one. */
import { spawnSync } from 'node:child_process';
import { describeGitHub } from './forge-github-suite';

const program = spawnSync('sh', ['-c', 'command -v gh'], { encoding: 'utf8' }).stdout.trim();
if (program === '') throw new Error('gh is not in PATH; install it as scripts/setup.mjs does');
describeGitHub(program);

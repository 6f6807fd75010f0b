/**
 * The scripts of docs/ci with the real `gh` and `glab` of the versions that scripts/nightly/forge.mjs pins. `npm run
 * nightly -- forge` runs this suite and notes what ran. NIGHTLY_CLIENTS has the paths of the programs, as JSON.
 */
import { describeGitHub } from '../contract/forge-github-suite';
import { describeGitLab } from '../contract/forge-gitlab-suite';

const { gh, glab } = JSON.parse(process.env['NIGHTLY_CLIENTS'] ?? '{}') as Readonly<Record<string, string>>;

describe('gh', () => describeGitHub(gh ?? 'no gh in NIGHTLY_CLIENTS'));
describe('glab', () => describeGitLab(glab ?? 'no glab in NIGHTLY_CLIENTS'));

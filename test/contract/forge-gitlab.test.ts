/** The scripts for GitLab with the stand-in of `glab`. `npm run nightly -- forge` has the real one. */
import { resolve } from 'node:path';
import { describeGitLab } from './forge-gitlab-suite';

describeGitLab(resolve(__dirname, '../support/glab.sh'));

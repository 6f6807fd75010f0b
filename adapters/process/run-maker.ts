/** Finds who makes a run, on which machine and with which commit, for the run's record (docs/adr/0029-shared-journal.md). */
import { defined } from '../../lib/basics/defined';
import { isLine } from '../../lib/basics/line';
import type { RunMaker } from '../../lib/journal/run-record';
import { thisProcess } from './running-process';
import { userName } from './user-name';
import { commitOf } from './working-tree';

export async function runMaker(env: NodeJS.ProcessEnv): Promise<RunMaker> {
  const { user, job } = jobOf(env);
  return { by: thisProcess(), user: user ?? userName(), ...defined({ job, commit: await commitOf('.') }) };
}

/**
 * The person and the address of a CI job. In a job the user of the machine is the same for everybody.
 * Variables: docs.github.com/actions/reference/variables-reference, docs.gitlab.com/ci/variables/predefined_variables.
 */
function jobOf(env: NodeJS.ProcessEnv): { readonly user?: string; readonly job?: string } {
  const { GITHUB_ACTIONS, GITHUB_ACTOR, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID } = env;
  const { GITLAB_USER_LOGIN, CI_JOB_URL } = env;
  const told =
    GITHUB_ACTIONS === 'true'
      ? { user: GITHUB_ACTOR, job: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}` }
      : isGitlabJob(env)
        ? { user: GITLAB_USER_LOGIN, job: CI_JOB_URL }
        : {};
  return defined({ user: lineOf(told.user), job: lineOf(told.job) });
}

export const isGitlabJob = ({ GITLAB_CI }: NodeJS.ProcessEnv): boolean => GITLAB_CI === 'true';

const lineOf = (text: string | undefined): string | undefined =>
  text !== undefined && isLine(text) ? text : undefined;

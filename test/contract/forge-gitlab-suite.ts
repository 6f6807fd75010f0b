/** The scripts for GitLab with a client that is called `glab`. */
import { Forge } from '../support/forge';
import { GitLab, projectId, type Job, type MergeRequest, type Pipeline } from '../support/forge-gitlab';
import { JobFolder, type Ended } from '../support/forge-jobs';
import { describeJobs, mark, sealed, token, type World } from './forge-suite';

const merged = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
const head = 'feedface00feedface00feedface00feedface00';

export function describeGitLab(program: string): void {
  describe('the jobs of GitLab', () => {
    const own = 'gitlab.example.com';
    let host: string;
    let forge: Forge;
    let gitlab: GitLab;
    let job: JobFolder;
    const open = (name: string) => {
      host = name;
      gitlab = new GitLab(host, token);
      forge.reset(gitlab.answer);
      job.comesFrom(`https://gitlab-ci-token:glcbt-of-the-job@${host}/acme/cloud.git`);
    };
    beforeAll(async () => {
      forge = await Forge.start(['gitlab.com', own]);
    });
    afterAll(() => forge.stop());
    beforeEach(() => {
      job = new JobFolder('glab', program);
      open(own);
    });

    /** GitLab's runner sets these, and the project's variables the token. */
    const run = (script: string, more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
      job.run(script, {
        ...forge.environment,
        GITLAB_CI: 'true',
        CI_SERVER_URL: `https://${host}`,
        CI_SERVER_HOST: host,
        CI_PROJECT_ID: String(projectId),
        CI_COMMIT_BRANCH: 'main',
        CI_COMMIT_SHA: merged,
        CI_MERGE_REQUEST_IID: '7',
        CI_JOB_TOKEN: 'glcbt-of-the-job',
        GITLAB_TOKEN: token,
        ...more,
      });
    const isOwn = ({ author }: { author: { id: number } | null }) => author?.id === 5;
    const text = ({ body }: { body: string }) => body;
    const world: () => World = () => ({
      forge,
      job,
      run,
      bodies: () => ({
        own: gitlab.notes.filter(isOwn).map(text),
        others: gitlab.notes.filter((each) => !isOwn(each)).map(text),
      }),
      unknown: () => gitlab.unknown,
    });
    const request = (more: Partial<MergeRequest> = {}): MergeRequest => ({
      iid: 7,
      state: 'merged',
      target_branch: 'main',
      sha: head,
      merge_commit_sha: merged,
      squash_commit_sha: null,
      ...more,
    });
    const pipeline = (more: Partial<Pipeline> = {}): Pipeline => ({
      id: 33,
      project_id: projectId,
      sha: head,
      ref: 'refs/merge-requests/7/head',
      status: 'success',
      ...more,
    });
    const review = (bundle: Buffer, more: Partial<Job> = {}): Job => ({
      id: 55,
      name: 'review',
      status: 'success',
      artifacts: { 'bundle.enc': bundle },
      ...more,
    });
    const reviewed = (bundle: Buffer) => {
      gitlab.requests = [request()];
      gitlab.pipelines = { 7: [pipeline()] };
      gitlab.jobs = { 33: [review(bundle, { id: 54, name: 'lint', artifacts: {} }), review(bundle)] };
    };

    describeJobs(world, {
      forge: 'GitLab',
      comment: 'comment-gitlab.sh',
      bundle: 'bundle-gitlab.sh',
      limit: 1_000_000,
      crowd: (count) => {
        const author = (index: number) => (index % 2 === 0 ? null : { id: 6 });
        const forged = (_: unknown, index: number) => ({ id: gitlab.notes.length + index + 1, author: author(index), body: `${mark}\nforged [a][b]] [` }); // prettier-ignore
        gitlab.notes = [...Array.from({ length: count }, forged), ...gitlab.notes];
      },
      reviewed,
    });
    afterEach(() => job.remove());

    test("the token goes to the job's server alone, wherever the checkout came from", async () => {
      for (const name of ['gitlab.com', own]) {
        open(name);
        reviewed(sealed);
        job.write('review.md', 'text');
        for (const script of ['comment-gitlab.sh', 'bundle-gitlab.sh'])
          expect(await run(script)).toEqual({ code: 0, stdout: '', stderr: '' });
        expect(new Set(forge.asked.map((each) => each.host))).toEqual(new Set([name]));
      }
    });

    test('a job that a newer push cancelled leaves the comment to that push', async () => {
      job.write('review.md', 'half');
      expect(await run('comment-gitlab.sh', { CI_JOB_STATUS: 'canceled' })).toEqual({
        code: 0,
        stdout: '',
        stderr: '',
      });
      expect(forge.asked).toEqual([]);
      for (const CI_JOB_STATUS of ['success', 'failed', 'running'])
        expect(await run('comment-gitlab.sh', { CI_JOB_STATUS })).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(gitlab.notes.map(text)).toEqual([`${mark}\nhalf`]);
    });

    const bundles = async (): Promise<[number | null, string | undefined, Buffer | undefined]> => {
      const { code, stderr } = await run('bundle-gitlab.sh');
      return [code, stderr.trim().split('\n').at(-1), job.read('bundle.enc')];
    };
    const another = 'bring the change by another merge request';

    test('nobody reviewed a commit that no merge request of this branch made', async () => {
      reviewed(sealed);
      const no = [
        request({ state: 'opened' }),
        request({ merge_commit_sha: head }),
        request({ target_branch: 'release' }),
        request({ merge_commit_sha: null, squash_commit_sha: head, sha: merged }),
      ];
      gitlab.requests = no;
      expect(await bundles()).toEqual([1, 'No merge request was merged as this commit, so nobody reviewed it; bring the change by a merge request.', undefined]); // prettier-ignore
      for (const made of [request(), request({ merge_commit_sha: null, squash_commit_sha: merged })]) {
        gitlab.requests = [...no, made];
        expect(await bundles()).toEqual([0, '', sealed]);
      }
    });

    test('a merge request that was fast-forwarded is found by its head', async () => {
      reviewed(sealed);
      gitlab.requests = [request({ merge_commit_sha: null, sha: merged })];
      gitlab.pipelines = { 7: [pipeline({ sha: merged })] };
      expect(await bundles()).toEqual([0, '', sealed]);
    });

    test('the review is the latest one of the head that succeeded in this project', async () => {
      reviewed(sealed);
      const no = [pipeline({ id: 1, status: 'failed' }), pipeline({ id: 2, ref: 'branch' }), pipeline({ id: 3, sha: merged }), pipeline({ id: 4, project_id: 4 })]; // prettier-ignore
      gitlab.pipelines = { 7: [...no, pipeline(), pipeline({ id: 32 })] };
      expect(await bundles()).toEqual([0, '', sealed]);
      gitlab.jobs = { 33: [review(sealed, { status: 'failed' }), review(sealed, { name: 'other' })] };
      expect(await bundles()).toEqual([1, `No review of merge request 7 succeeded; ${another}.`, undefined]);
      gitlab.pipelines = { 7: no };
      expect(await bundles()).toEqual([1, `No review of merge request 7 succeeded; ${another}.`, undefined]);
    });

    test('an artifact that expired, and one that openssl did not write, is said in one sentence', async () => {
      reviewed(sealed);
      for (const artifacts of [{}, { 'bundle.enc': Buffer.from('{"message": "hello"}') }]) {
        gitlab.jobs = { 33: [review(sealed, { artifacts })] };
        expect(await bundles()).toEqual([1, `GitLab did not give the bundle of the review, as glab says above; run the job again, or ${another} if the bundle expired.`, undefined]); // prettier-ignore
      }
    });
  });
}

/** The scripts for GitHub with a client that is called `gh`. */
import { spawnSync } from 'node:child_process';
import { Forge } from '../support/forge';
import { blobHost, GitHub, repository, type Run } from '../support/forge-github';
import { JobFolder, type Ended } from '../support/forge-jobs';
import { describeJobs, mark, sealed, token, type World } from './forge-suite';

/** Makes a zip of names with texts. A name that begins with `link:` is that of a link to the text. */
const zipper = `
import io, json, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, text in json.load(sys.stdin):
        entry = zipfile.ZipInfo(name.removeprefix("link:"))
        entry.external_attr = (0o120777 if name.startswith("link:") else 0o100644) << 16
        archive.writestr(entry, text.encode("latin1"))
sys.stdout.buffer.write(out.getvalue())
`;

/** Zips by their files, because tests want the same ones again and a start of Python is dear. */
const zips = new Map<string, Buffer>();

function zipOf(...files: readonly (readonly [string, string])[]): Buffer {
  const input = JSON.stringify(files);
  const known = zips.get(input);
  if (known !== undefined) return known;
  const { stdout, stderr, status } = spawnSync('python3', ['-c', zipper], { input });
  if (status !== 0) throw new Error(`python3 made no zip: ${stderr.toString()}`);
  zips.set(input, stdout);
  return stdout;
}

const merged = 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00';
const head = 'feedface00feedface00feedface00feedface00';

export function describeGitHub(program: string): void {
  describe('the jobs of GitHub', () => {
    const own = 'github.example.com';
    let host: string;
    let forge: Forge;
    let github: GitHub;
    let job: JobFolder;
    const open = (name: string) => {
      host = name;
      github = new GitHub(host, token);
      forge.reset(github.answer);
    };
    beforeAll(async () => {
      forge = await Forge.start(['api.github.com', own, blobHost]);
    });
    afterAll(() => forge.stop());
    beforeEach(() => {
      open('github.com');
      job = new JobFolder('gh', program);
      job.comesFrom(`https://github.com/${repository}`);
    });

    /** GitHub's runner sets these, and the workflow the last three. */
    const run = (script: string, more: Readonly<Record<string, string>> = {}): Promise<Ended> =>
      job.run(script, {
        ...forge.environment,
        GITHUB_ACTIONS: 'true',
        GITHUB_SERVER_URL: `https://${host}`,
        GITHUB_REPOSITORY: repository,
        GITHUB_SHA: merged,
        GITHUB_REF_NAME: 'main',
        GH_TOKEN: token,
        PULL_REQUEST: '7',
        ...more,
      });
    const isOwn = ({ user }: { user: { login: string } | null }) => user?.login === 'github-actions[bot]';
    const text = ({ body }: { body: string | null }) => body ?? '';
    const world: () => World = () => ({
      forge,
      job,
      run,
      bodies: () => ({
        own: github.comments.filter(isOwn).map(text),
        others: github.comments.filter((each) => !isOwn(each)).map(text),
      }),
      unknown: () => github.unknown,
    });
    const reviewRun = (more: Partial<Run> = {}): Run => ({
      id: 99,
      head_sha: head,
      event: 'pull_request',
      conclusion: 'success',
      head_repository: { full_name: repository },
      ...more,
    });
    const pull = { merged_at: '2026-11-30T10:00:00Z', merge_commit_sha: merged, base: { ref: 'main' }, head: { sha: head } }; // prettier-ignore
    const bundle = (id: number, name: string, zip: Buffer, expired = false) => ({ id, name, zip, expired });
    const reviewed = (zip: Buffer) => {
      github.pulls = [pull];
      github.runs = [reviewRun()];
      github.artifacts = { 99: [bundle(1, 'stackward-runs', zipOf(['x', 'y'])), bundle(2, 'stackward-bundle', zip)] };
    };

    describeJobs(world, {
      forge: 'GitHub',
      comment: 'comment-github.sh',
      bundle: 'bundle-github.sh',
      limit: 65_536,
      crowd: (count) => {
        const author = (index: number) => (index % 3 === 0 ? null : { login: index % 3 === 1 ? 'mallory' : 'github-actions' }); // prettier-ignore
        const forged = (_: unknown, index: number) => ({ id: github.comments.length + index + 1, user: author(index), body: `${mark}\nforged` }); // prettier-ignore
        github.comments = [...Array.from({ length: count }, forged), ...github.comments];
      },
      reviewed: (bytes) => reviewed(zipOf(['bundle.enc', bytes.toString('latin1')], ['.npmrc', 'node-options=--require=./x.cjs'], ['../escaped', 'x'])), // prettier-ignore
    });
    afterEach(() => job.remove());

    test("the token goes to the API of the job's host alone", async () => {
      const hosts = async (script: string, more = {}) => {
        reviewed(zipOf(['bundle.enc', 'x']));
        job.write('review.md', 'text');
        expect(await run(script, more)).toEqual({ code: 0, stdout: '', stderr: '' });
        const told = forge.asked.filter(({ headers }) => headers.authorization !== undefined);
        return new Set(told.map((each) => each.host));
      };
      expect(await hosts('comment-github.sh')).toEqual(new Set(['api.github.com']));
      expect(await hosts('bundle-github.sh')).toEqual(new Set(['api.github.com']));
      open(own);
      expect(await hosts('comment-github.sh', { GH_ENTERPRISE_TOKEN: token })).toEqual(new Set([own]));
      open(own);
      expect((await run('comment-github.sh')).code).toBe(1);
      expect(forge.asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    });

    const bundles = async (): Promise<[number | null, string | undefined, string | undefined]> => {
      const { code, stderr } = await run('bundle-github.sh');
      return [code, stderr.trim().split('\n').at(-1), job.read('bundle.enc')?.toString()];
    };
    const another = 'bring the change by another pull request';

    test('nobody reviewed a commit that no pull request of this branch brought', async () => {
      reviewed(zipOf(['bundle.enc', 'x']));
      github.pulls = [
        { ...pull, merged_at: null },
        { ...pull, merge_commit_sha: head },
        { ...pull, merge_commit_sha: null },
        { ...pull, base: { ref: 'release' } },
      ];
      expect(await bundles()).toEqual([1, 'No pull request was merged as this commit, so nobody reviewed it; bring the change by a pull request.', undefined]); // prettier-ignore
      github.pulls = [...github.pulls, pull];
      expect(await bundles()).toEqual([0, '', 'x']);
    });

    test('the review is the latest one of the head that succeeded in this repository', async () => {
      reviewed(zipOf(['bundle.enc', 'of the review']));
      const forged = { head_repository: { full_name: 'mallory/cloud' } };
      const no = [reviewRun({ id: 1, conclusion: 'failure' }), reviewRun({ id: 2, event: 'push' }), reviewRun({ id: 3, head_sha: merged }), reviewRun({ id: 4, ...forged })]; // prettier-ignore
      github.runs = [...no, reviewRun(), reviewRun({ id: 98 })];
      expect(await bundles()).toEqual([0, '', 'of the review']);
      github.runs = no;
      expect(await bundles()).toEqual([1, `No review of commit ${head} succeeded; ${another}.`, undefined]);
    });

    test.each([
      ['expired', () => (github.artifacts = { 99: [bundle(2, 'stackward-bundle', zipOf(['bundle.enc', 'x']), true)] })],
      ['gone', () => (github.artifacts = {})],
      [
        'of another name',
        () => (github.artifacts = { 99: [bundle(2, 'stackward-bundle2', zipOf(['bundle.enc', 'x']))] }),
      ],
      ['no zip', () => (github.artifacts = { 99: [bundle(2, 'stackward-bundle', sealed)] })],
    ])('an artifact that is %s is said in one sentence', async (_, make) => {
      reviewed(zipOf(['bundle.enc', 'x']));
      make();
      expect(await bundles()).toEqual([1, `GitHub did not give the bundle of the review, as gh says above; run the job again, or ${another} if the bundle expired.`, undefined]); // prettier-ignore
    });

    test('only the file bundle.enc of an artifact comes into the checkout, and never a link', async () => {
      reviewed(zipOf(['other', 'x'], ['bundle.enc/x', 'y']));
      expect(await bundles()).toEqual([1, `The artifact of the review has no file bundle.enc; ${another}.`, undefined]);
      const before = job.files;
      // gh makes no link of a link's entry, but a file that says where the link went.
      reviewed(zipOf(['link:bundle.enc', '/etc/passwd'], ['ci/deploy.sh', 'x'], ['../../../checkout/ci/deploy.sh', 'x'])); // prettier-ignore
      expect(await bundles()).toEqual([0, '', '/etc/passwd']);
      expect(job.files).toEqual({ ...before, 'checkout/bundle.enc': '/etc/passwd' });
    });
  });
}

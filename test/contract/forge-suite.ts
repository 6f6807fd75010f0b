/**
 * What the scripts of docs/ci do with `gh` and `glab`: a comment made once, the bundle of the review that was merged, and
 * a sentence for each refusal. The real clients run it, and so does the stand-in of `glab`.
 */
import type { Answer, Forge } from '../support/forge';
import type { Ended, JobFolder } from '../support/forge-jobs';

export const mark = '<!-- stackward review -->';
export const token = 'forge-token-of-the-job';

/** What an attacker would have a shell, a client, a filter or JSON read as more than text. */
export const hostile = [
  '@/etc/passwd',
  '$(touch owned) `touch owned` ${HOME} \\"; touch owned; \\u0000 %s %n',
  '{"id": 1, "body": "x"}][{"id": 2}]',
  '{owner} :branch :id :fullpath true',
  `\u2028 \u202e ${mark} 🦀 \u001b[31mred </script>`,
].join('\n');

/** One forge and the job that asks it, as a suite of a client sees them. */
export interface World {
  readonly forge: Forge;
  readonly job: JobFolder;
  readonly run: (script: string, more?: Readonly<Record<string, string>>) => Promise<Ended>;
  /** Bodies of the job's own comments and of all others, in any order. */
  readonly bodies: () => { readonly own: readonly string[]; readonly others: readonly string[] };
  /** Texts that the forge has no answer for. */
  readonly unknown: () => readonly string[];
}

export interface Words {
  readonly forge: string;
  readonly comment: string;
  readonly bundle: string;
  /** Puts so many comments of others, with the mark, before those that the forge lists. */
  readonly crowd: (count: number) => void;
  /** The review of the merge, with this bundle. */
  readonly reviewed: (bundle: Buffer) => void;
  /** The greatest length of a comment, in characters. */
  readonly limit: number;
}

export const sealed = Buffer.concat([Buffer.from('Salted__'), Buffer.from([0, 255, 13, 10, 26, 128])]);

const refusal = (status: number): Answer =>
  status >= 500
    ? { status, body: '<html><body>Bad gateway</body></html>' }
    : { status, body: { message: status === 401 ? '401 Unauthorized' : 'no' } };

/** The laws that hold for both forges. A caller removes the job's folder in a hook after this call, because hooks run in their order. */
export function describeJobs(open: () => World, words: Words): void {
  const { comment, bundle } = words;
  const write = ({ job }: World, text: string) => job.write('review.md', text);
  const good = (ended: Ended) => expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
  const changes = ({ forge }: World) => forge.asked.filter(({ method }) => method !== 'GET').map(({ method }) => method); // prettier-ignore

  afterEach(() => {
    const world = open();
    expect(world.unknown()).toEqual([]);
    expect(world.forge.strangers).toEqual([]);
    expect(world.job.calls).not.toContain(token);
    expect(world.job.read('owned')).toBeUndefined();
    expect(Object.keys(world.job.files).filter((name) => name.startsWith('tmp/'))).toEqual([]);
  });

  test('a comment is made once and then changed, and no file but comment.md is left', async () => {
    const world = open();
    const before = world.job.files;
    for (const text of ['first\n', 'second\n']) {
      write(world, text);
      good(await world.run(comment));
    }
    expect(world.bodies()).toEqual({ own: [`${mark}\nsecond\n`], others: [] });
    const left = { 'checkout/review.md': 'second\n', 'checkout/comment.md': `${mark}\nsecond\n` };
    expect(world.job.files).toEqual({ ...before, ...left });
    expect(changes(world)).toHaveLength(2);
  });

  test.each([99, 100, 250])('the own comment is found behind %s of others, which stay', async (count) => {
    const world = open();
    for (const text of ['first\n', 'second\n']) {
      words.crowd(count);
      write(world, text);
      good(await world.run(comment));
    }
    const { own, others } = world.bodies();
    expect(own).toEqual([`${mark}\nsecond\n`]);
    expect(others).toHaveLength(2 * count);
    expect(new Set(others).size).toBe(1);
  });

  test("hostile text stays text, also at the forge's greatest length", async () => {
    const world = open();
    const room = words.limit - [...`${mark}\n${hostile}\n`].length;
    for (const text of [hostile, `${hostile}\n${'🦀'.repeat(room)}`]) {
      write(world, text);
      good(await world.run(comment));
      expect(world.bodies().own).toEqual([`${mark}\n${text}`]);
    }
    write(world, 'after all of that');
    good(await world.run(comment));
    expect(world.bodies().own).toEqual([`${mark}\nafter all of that`]);
    write(world, `${hostile}\n${'🦀'.repeat(room + 1)}`);
    refused(await world.run(comment));
  });

  test.each(['', undefined])('without a review (%j) the comment says that it failed', async (text) => {
    const world = open();
    if (text !== undefined) write(world, text);
    good(await world.run(comment));
    expect(world.bodies().own).toEqual([`${mark}\nThe review failed. The log of its job says why.\n`]);
  });

  test('the bundle is that of the review, byte for byte, and no other file comes with it', async () => {
    const world = open();
    words.reviewed(sealed);
    world.job.write('bundle.enc', 'an older bundle');
    const before = world.job.files;
    good(await world.run(bundle));
    expect(world.job.files).toEqual({ ...before, 'checkout/bundle.enc': sealed.toString('latin1') });
  });

  const refused = (ended: Ended) => {
    const last = ended.stderr.trim().split('\n').at(-1);
    expect([ended.code, ended.stdout, last]).toEqual([1, '', expect.stringMatching(new RegExp(`^${words.forge} did not .*, as g(h|lab) says above; .*\\.$`))]); // prettier-ignore
    expect(ended.stderr).not.toContain(token);
    expect(ended.stderr).not.toMatch(/node:|SyntaxError|\bat /);
  };

  /** Each request of a good run is refused in turn, in two ways. The stand-in of glab ends with 0 after one of them, and with 1 after the other. */
  async function refuseEach(script: string, check: () => void): Promise<void> {
    const world = open();
    good(await world.run(script));
    const asked = world.forge.asked.length;
    expect(asked).toBeGreaterThan(1);
    for (let refusedAt = 0; refusedAt < asked; refusedAt++)
      for (const [index, status] of [[401, 403, 404][refusedAt % 3] ?? 404, 502].entries()) {
        world.forge.asked.length = 0;
        world.forge.instead = (_, asking) => (asking === refusedAt ? refusal(status) : undefined);
        refused(await world.run(script, { GLAB_ENDS_WITH: String((refusedAt + index) % 2) }));
        expect(world.forge.asked).toHaveLength(refusedAt + 1);
        check();
      }
  }

  test('whatever the forge refuses while a comment is made or changed: one sentence, and no second comment', async () => {
    const world = open();
    write(world, 'first\n');
    world.forge.instead = ({ method }) => (method === 'POST' ? refusal(403) : undefined);
    refused(await world.run(comment));
    expect(world.bodies().own).toEqual([]);
    world.forge.instead = () => undefined;
    good(await world.run(comment));
    words.crowd(150);
    world.forge.asked.length = 0;
    await refuseEach(comment, () => expect(world.bodies().own).toEqual([`${mark}\nfirst\n`]));
  });

  test('whatever the forge refuses while the bundle is fetched: one sentence, and no bundle', async () => {
    const world = open();
    words.reviewed(sealed);
    await refuseEach(bundle, () => expect(world.job.read('bundle.enc')).toBeUndefined());
  });

  test('a bundle that breaks off half-way is no bundle', async () => {
    const world = open();
    words.reviewed(sealed);
    good(await world.run(bundle));
    const last = world.forge.asked.length - 1;
    world.forge.asked.length = 0;
    world.forge.instead = (_, asking) => (asking === last ? { status: 200, body: sealed, isCut: true } : undefined);
    refused(await world.run(bundle));
    expect(world.job.read('bundle.enc')).toBeUndefined();
  });

  test('a wrong token is refused in one sentence', async () => {
    const world = open();
    words.reviewed(sealed);
    for (const script of [comment, bundle])
      refused(await world.run(script, { GH_TOKEN: 'wrong', GITLAB_TOKEN: 'wrong' }));
  });
}

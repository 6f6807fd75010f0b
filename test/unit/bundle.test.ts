/** bundle.json and the folder around it: what a deploy finds moved since the review. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle, terraformPlanFile, writeBundle } from '../../cli/bundle-folder';
import { sha256 } from '../../lib/basics/sha256';
import { movedSinceReview, parseBundle, renderBundle, type Bundle } from '../../lib/journal/bundle';

const acme: Bundle['stacks'][number] = {
  name: 'acme',
  dependsOn: ['shared'],
  code: sha256('acme'),
  state: { lineage: '83e7cb3a-cd24', serial: 3 },
  plans: { hasChanges: true, terraform: sha256('plan') },
};
const shared: Bundle['stacks'][number] = { name: 'shared', dependsOn: [], code: sha256('shared') };
const told: Omit<Bundle, 'formatVersion'> = {
  made: '2026-11-29T10:00:00Z',
  by: 'ada@ci',
  commit: { id: 'a'.repeat(40), hasChanges: false },
  version: '0.1.0',
  engine: { name: 'terraform', version: '1.11.4' },
  configuration: sha256('cloud: lab'),
  stacks: [shared, acme],
};
const bundle = parseBundle(renderBundle(told), 'bundle.json');

test('a bundle of which nothing moved is not stale, also by another commit of the same code', () => {
  expect(movedSinceReview(bundle, bundle)).toEqual([]);
  expect(movedSinceReview(bundle, { ...bundle, commit: { id: 'b'.repeat(40), hasChanges: false } })).toEqual([]);
});

test('everything that moved is named: configuration, code with its commits, state', () => {
  const commit = { id: 'b'.repeat(40), hasChanges: false };
  const moved = movedSinceReview(bundle, {
    commit,
    configuration: sha256('cloud: other'),
    stacks: [{ ...acme, code: sha256('other'), state: { lineage: '83e7cb3a-cd24', serial: 4 } }],
  });
  const commits = '(commit aaaaaaaaaaaa was reviewed, this is bbbbbbbbbbbb)';
  expect(moved).toEqual([
    'stackward.yaml is another',
    `the stack shared is no longer in the code ${commits}`,
    `the code of acme is another ${commits}`,
    'the state of acme was at serial 3 of 83e7cb3a and is at serial 4 of 83e7cb3a',
  ]);
});

test.each([
  ['a stack whose name leads to another folder', { stacks: [{ ...acme, name: '../acme' }] }],
  ['a digest that is none', { stacks: [{ ...acme, code: 'x' }] }],
  ['a field that nobody knows', { more: 1 }],
])('bundle.json is refused with %s', (_, change) => {
  expect(() => parseBundle(JSON.stringify({ ...bundle, ...change }), 'bundle.json')).toThrow('this is no bundle of');
});

describe('the folder of a bundle', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stackward-bundle-'));
    writeFileSync(join(folder, 'a.tfplan'), 'plan');
    writeBundle(join(folder, 'bundle'), told, { terraform: new Map([['acme', join(folder, 'a.tfplan')]]), ours: new Map(), review: '{}' }); // prettier-ignore
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is for its owner alone, and is read again', () => {
    const modes = ['', 'bundle.json', 'acme.tfplan', 'review.json'].map((name) => statSync(join(folder, 'bundle', name)).mode & 0o777); // prettier-ignore
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
    expect(readBundle(join(folder, 'bundle'), folder).bundle).toEqual({ ...bundle, review: sha256('{}') });
    expect(readFileSync(terraformPlanFile(folder, 'acme'), 'utf8')).toBe('plan');
  });

  test('is refused with a plan of another review, naming the file', () => {
    const plan = terraformPlanFile(join(folder, 'bundle'), 'acme');
    writeFileSync(plan, 'other');
    expect(() => readBundle(join(folder, 'bundle'), folder)).toThrow(
      `${plan}: it is missing, or it is not the file of this review; review again`,
    );
  });
});

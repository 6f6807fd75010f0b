/** bundle.json and the folder around it: what a deploy finds moved since the review. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readBundle, terraformPlanFile, writeBundle } from '../../cli/bundle-folder';
import { sha256 } from '../../lib/basics/sha256';
import {
  isOtherState,
  movedSinceReview,
  parseBundle,
  renderBundle,
  sayMoved,
  type Bundle,
} from '../../lib/journal/bundle';

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

test('everything that moved is named: configuration, and code with its commits', () => {
  const commit = { id: 'b'.repeat(40), hasChanges: false };
  const moved = movedSinceReview(bundle, {
    commit,
    configuration: sha256('cloud: other'),
    stacks: [{ ...acme, code: sha256('other') }],
  });
  const commits = '(commit aaaaaaaaaaaa was reviewed, this is bbbbbbbbbbbb)';
  expect(moved).toEqual([
    'stackward.yaml is another',
    `the stack shared is no longer in the code ${commits}`,
    `the code of acme is another ${commits}`,
  ]);
});

test('a state that went on, or that was begun, since the review is the same; a state in its place, or none, is not', () => {
  const later = { lineage: '83e7cb3a-cd24', serial: 4 };
  const foreign = { lineage: '11112222-cd24', serial: 3 };
  expect([isOtherState(acme.state, later), isOtherState(undefined, later)]).toEqual([false, false]);
  expect([isOtherState(acme.state, foreign), isOtherState(acme.state, undefined)]).toEqual([true, true]);
  expect([sayMoved(acme.state, acme.state), sayMoved(acme.state, later), sayMoved(undefined, later)]).toEqual([
    undefined,
    'since the review its state went from serial 3 of 83e7cb3a to serial 4 of 83e7cb3a',
    'since the review its state went from nothing to serial 4 of 83e7cb3a',
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

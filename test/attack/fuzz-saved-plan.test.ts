/**
 * Saved plans that somebody changed on purpose, applied over a world in memory. Whatever the file says: only refusals, no crash,
 * and no write but those that both the manifests and the file's own steps show.
 */
import fc from 'fast-check';
import { apply, everything, plan } from '../../lib/run/engine';
import { StackwardError } from '../../lib/basics/errors';
import { bind } from '../../lib/contract/kind';
import type { Manifest } from '../../lib/contract/manifest';
import {
  parseSavedPlan,
  refuseOtherManifests,
  refuseOtherSweep,
  renderSavedPlan,
  reviewed,
} from '../../lib/journal/saved-plan';
import type { Sweep } from '../../lib/contract/reconciler';
import { fuzzCount, fuzzSeed, fuzzTimeoutMs } from '../support/fuzz';
import { mutated, mutations } from '../support/json-mutation';
import { memoryWriters } from '../support/memory-kind';
import { MarkedHosts, markKind, type Mark } from '../support/memory-marks';

const hosts = ['h1', 'h2'] as const;
const mark = (owner: string, path: string): Mark => ({ owner, path, value: 'old' });

/** Things of this run's stack, of another stack of its owner, and of another owner. */
const marks = [mark('team-a', 'a/Kept'), mark('team-a', 'a/Left'), mark('team-a', 'b/Left'), mark('team-b', 'c/Left')];
const worldOf = () => new MarkedHosts({ h1: marks, h2: marks });
const stateOf = (world: MarkedHosts) =>
  new Map(
    hosts.flatMap((host) => [...world.at(`host:${host}`)].map(([path, { value }]) => [`${path}@${host}`, value])),
  );

const [owner, stack] = ['team-a', 'a'];
const resource = (path: string) => ({
  path,
  stack,
  owner,
  kind: 'mark',
  spec: { hosts: [...hosts], value: `new ${path}` },
  dependsOn: [],
  unknown: [],
});
const manifests: Manifest[] = [
  { owner, stack, source: 'a.json', resources: [resource('a/Kept'), resource('a/New')], removed: [] },
];
const own: Sweep[] = [{ owner, stacks: [stack] }];

/** The cells that changed, as `path@host`. */
async function applied(text: string): Promise<{ changed: string[]; shown: ReadonlySet<string>; saved: Set<string> }> {
  const world = worldOf();
  const kinds = [bind(markKind(world))];
  const before = stateOf(world);
  const saved = parseSavedPlan(text, 'saved.plan');
  refuseOtherManifests(saved, manifests, 'saved.plan');
  refuseOtherSweep(saved, own, 'saved.plan');
  const now = await plan(manifests, kinds, world.readers, saved.filter, saved.sweep);
  const { plan: planned } = reviewed(saved, now);
  const { filter, sweep } = saved;
  await apply(planned, kinds, manifests, world.readers, memoryWriters, { filter, sweep });
  const after = stateOf(world);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  const name = ({ id, target }: { id: string; target: string }) => `${id.slice(5)}@${target.slice(5)}`;
  return { changed, shown: new Set(planned.steps.map(name)), saved: new Set(saved.steps.map(name)) };
}

const savedText = async (): Promise<string> => {
  const world = worldOf();
  const planned = await plan(manifests, [bind(markKind(world))], world.readers, everything, own);
  return renderSavedPlan(planned, manifests, { filter: everything, sweep: own }, { id, version: '1' });
};
const id = 'b6f0c1de-5a52-4c39-9f0e-0d9f2f6f3c55';

test('an unchanged saved plan changes its own stack alone', async () => {
  const { changed } = await applied(await savedText());
  expect(changed.sort()).toEqual(
    ['a/Kept', 'a/Left', 'a/New'].flatMap((path) => hosts.map((host) => `${path}@${host}`)),
  );
});

test.each<[string, Sweep[]]>([
  ['another owner', [...own, { owner: 'team-b', stacks: 'all' }]],
  ['another stack of its owner', [{ owner, stacks: ['a', 'b'] }]],
  ['every stack of its owner', [{ owner, stacks: 'all' }]],
])('a saved plan that says it may remove things of %s is refused', async (_, sweep) => {
  const text = JSON.stringify({ ...(JSON.parse(await savedText()) as object), sweep });
  await expect(applied(text)).rejects.toThrow('a run with these manifests may not');
});

test(
  'a saved plan that somebody changed writes nothing that its own steps and the manifests do not show',
  async () => {
    const text = await savedText();
    await fc.assert(
      fc.asyncProperty(mutations, async (all) => {
        try {
          const { changed, shown, saved } = await applied(mutated(text, all));
          for (const place of changed) {
            expect(shown).toContain(place);
            expect(saved).toContain(place);
            expect(place).toMatch(/^a\//);
          }
        } catch (error) {
          if (!(error instanceof StackwardError)) throw error;
        }
      }),
      { numRuns: fuzzCount, seed: fuzzSeed },
    );
  },
  fuzzTimeoutMs,
);

/** Manifests of any shape: refused in words, or planned; and no write that the plan did not show. */
import fc from 'fast-check';
import { apply, everything, plan } from '../../lib/run/engine';
import { StackwardError } from '../../lib/basics/errors';
import { bind } from '../../lib/contract/kind';
import { parseManifests, type DeclaredManifest } from '../../lib/contract/manifest';
import { kinds as realKinds } from '../../reconcilers/registry';
import { fuzzing, fuzzTimeoutMs } from '../support/fuzz';
import { memoryKind, memoryReaders, memoryWriters, World } from '../support/memory-kind';

const odd = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  1e308,
  '',
  '__proto__',
  '\u200b',
  '\u0430',
  '\u001b[2J',
  '${x}',
  [],
  {},
);
const path = fc.constantFrom('acme/a', 'acme/b', 'acme/c', 'acme/d');
const strangePath = fc.constantFrom(
  '__proto__',
  'constructor',
  'shared/a',
  'acme/\u200b',
  'acme/',
  '',
  'acme/a ',
  'acme',
);
const cell = fc.record({
  host: fc.constantFrom('h1', 'h2', 'away'),
  cell: fc.constantFrom('x', 'y', '__proto__', 'constructor'),
  value: fc.constantFrom('old', 'new', 'refused', 'other'),
});
const mostly = (usual: fc.Arbitrary<unknown>, strange: fc.Arbitrary<unknown> = odd): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 19, arbitrary: usual }, { weight: 1, arbitrary: strange });
const entry = fc.record({
  kind: mostly(
    fc.constant('cell'),
    fc.constantFrom('firewall-exception', 'policy-rule', 'allocation-pool', 'CELL', 'no-kind'),
  ),
  spec: mostly(cell, fc.oneof(odd, fc.record({ restore: fc.constant([]) }))),
  dependsOn: mostly(fc.array(path, { maxLength: 2 }), fc.constant(['acme/\u0430'])),
});
const keys = fc.oneof({ weight: 19, arbitrary: path }, { weight: 1, arbitrary: strangePath });
/** As text, so that a key can stand twice. */
const resources = fc
  .array(fc.tuple(keys, entry), { maxLength: 4 })
  .map((all) => `{${all.map(([key, resource]) => `${JSON.stringify(key)}:${JSON.stringify(resource)}`).join(',')}}`);
const field = (usual: string): fc.Arbitrary<string> =>
  mostly(fc.constant(usual)).map((word) => JSON.stringify(word) ?? 'null');
const manifest = fc
  .tuple(field('1.0'), field('team-a'), field('acme'), resources)
  .map(
    ([version, owner, stack, all]) =>
      `{"schemaVersion":${version},"owner":${owner},"stack":${stack},"resources":${all}}`,
  );
const wrapped = fc.oneof(
  { weight: 6, arbitrary: manifest },
  manifest.map((text) => `{"stackward_manifest":{"value":${text}}}`),
  fc
    .tuple(manifest, manifest)
    .map(
      ([before, after]) =>
        `{"format_version":"1.2","output_changes":{"stackward_manifest":{"before":${before},"after":${after},"after_unknown":{"resources":{"acme/a":{"spec":{"value":true}}}}}}}`,
    ),
  fc.tuple(manifest, fc.nat(200)).map(([text, length]) => text.slice(0, length)),
  fc.json(),
);

async function orRefused<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StackwardError) return undefined;
    throw error;
  }
}

const cellsOf = (world: World): Map<string, string> =>
  new Map(
    [...world.hosts].flatMap(([host, cells]) => [...cells].map(([cell, is]) => [`${host}/${cell}`, is] as const)),
  );

async function writesAreShown(manifests: readonly DeclaredManifest[]): Promise<void> {
  const world = new World({ h1: { x: 'old', y: 'old' }, h2: {} });
  world.unreachable.add('away');
  const kinds = [bind(memoryKind(world))];
  const planned = await orRefused(() => plan(manifests, kinds, memoryReaders, everything));
  if (!planned) return;
  const before = cellsOf(world);
  expect(world.writes).toBe(0);
  const shown = new Map(
    planned.steps.map(({ target, subject, changes }) => [
      `${target.slice('host:'.length)}/${subject.slice('cell '.length)}`,
      changes[0]?.after,
    ]),
  );
  await apply(planned, kinds, manifests, memoryReaders, memoryWriters);
  const changed = [...cellsOf(world)].filter(([cell, is]) => before.get(cell) !== is);
  for (const [cell, is] of changed) expect([cell, shown.get(cell)]).toEqual([cell, is]);
  expect([...before.keys()].filter((cell) => !cellsOf(world).has(cell))).toEqual([]);
}

test(
  'a manifest of any shape is refused in words, or planned, and no cell changes that the plan did not show',
  async () => {
    const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    await fc.assert(
      fc.asyncProperty(wrapped, async (text) => {
        const manifests = await orRefused(() => parseManifests(text, 'fuzz'));
        if (!manifests) return;
        await writesAreShown(manifests);
        // The real kinds take or refuse each spec; a plan of theirs needs a cloud.
        for (const kind of realKinds)
          await orRefused(() =>
            kind.open(
              manifests.flatMap((manifest) => manifest.resources).filter((resource) => resource.kind === kind.kind),
            ),
          );
      }),
      fuzzing,
    );
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(prototype);
  },
  fuzzTimeoutMs,
);

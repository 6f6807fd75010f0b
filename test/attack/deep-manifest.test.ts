/** A manifest is as long and as deep as whoever wrote it likes: it is planned, or refused in one sentence that names the bound. */
import { apply, plan } from '../../lib/run/engine';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { maxJsonDepth } from '../../lib/basics/json';
import { bind } from '../../lib/contract/kind';
import { maxResources, parseManifests } from '../../lib/contract/manifest';
import { dependencyLevels } from '../../lib/run/plan';
import { memoryKind, memoryReaders, memoryWriters, World } from '../support/memory-kind';

interface Cell {
  readonly dependsOn?: readonly string[];
  readonly spec?: object;
}

/** With few cells on each, the memory kind copies little after each of thousands of levels. */
const hosts = Array.from({ length: 90 }, (_, index) => `h${index}`);
const emptyWorld = () => new World(Object.fromEntries(hosts.map((host) => [host, {}])));
const hostOf = (index: number): string => hosts[index % hosts.length] ?? '';

const textOf = (cells: readonly Cell[]): string =>
  JSON.stringify({
    schemaVersion: '1.0',
    owner: 'team-a',
    stack: 'acme',
    resources: Object.fromEntries(
      cells.map(({ dependsOn = [], spec }, index) => [
        `acme/${index}`,
        { kind: 'cell', spec: spec ?? { host: hostOf(index), cell: String(index), value: 'new' }, dependsOn },
      ]),
    ),
  });

/** Each depends on the next: the deepest order for whoever follows them from the first. */
const chain = (length: number): Cell[] =>
  Array.from({ length }, (_, index) => (index + 1 < length ? { dependsOn: [`acme/${index + 1}`] } : {}));

function planned(text: string, world = emptyWorld()) {
  const kinds = [bind(memoryKind(world))];
  const manifests = parseManifests(text, 'tenant.json');
  return { kinds, manifests, plan: plan(manifests, kinds, memoryReaders), world };
}

test('a chain of 9,000 dependencies is planned and applied in the order of the dependencies', async () => {
  const written: string[] = [];
  const world = emptyWorld();
  world.beforeWrite = (cell) => written.push(cell);
  const { kinds, manifests, plan: found } = planned(textOf(chain(9000)), world);
  const { results } = await apply(await found, kinds, manifests, memoryReaders, memoryWriters);
  expect(results.every(({ outcome }) => outcome === 'applied')).toBe(true);
  expect(written).toEqual(Array.from({ length: 9000 }, (_, index) => String(8999 - index)));
});

test('a resource that many depend on is counted once per level, and a dependency that is named twice is waited for once', () => {
  const levels = dependencyLevels(
    new Map([
      ['a', []],
      ['b', ['a', 'a']],
      ['c', ['a', 'b']],
      ['d', ['elsewhere']],
    ]),
  );
  expect(Object.fromEntries(levels)).toEqual({ a: 0, b: 1, c: 2, elsewhere: 0, d: 1 });
});

test('a circle of three dependencies is refused, and the message names all three', async () => {
  const cells = [{ dependsOn: ['acme/1'] }, { dependsOn: ['acme/2'] }, { dependsOn: ['acme/0'] }];
  await expect(planned(textOf(cells)).plan).rejects.toThrow(
    new InvalidConfiguration(
      'resources depend on each other in a circle: cell.acme/0 → cell.acme/1 → cell.acme/2 → cell.acme/0',
    ),
  );
});

test('a circle of 9,000 dependencies is refused in one sentence that names its beginning and its length', async () => {
  const cells = chain(9000).map((cell, index) => (index === 8999 ? { dependsOn: ['acme/0'] } : cell));
  await expect(planned(textOf(cells)).plan).rejects.toThrow(
    /^resources depend on each other in a circle: cell\.acme\/0 → .{0,300} → … \(8990 more\) → cell\.acme\/0$/,
  );
});

test.each([
  ['lists', '['],
  ['objects', '{"a":'],
])('%s nested 100,000 deep are refused with the depth that is allowed', (_, open) => {
  expect(() => parseManifests(open.repeat(100_000), 'tenant.json')).toThrow(
    new RegExp(`^tenant\\.json: it is nested deeper than the ${maxJsonDepth} levels that stackward reads`),
  );
});

test('a value known only after apply is found at every depth that is read', () => {
  let flags: unknown = true;
  for (let depth = 0; depth < maxJsonDepth - 10; depth++) flags = { a: flags };
  const after = JSON.parse(textOf([{}])) as object;
  const change = {
    actions: ['create'],
    before: null,
    after,
    after_unknown: { resources: { 'acme/0': { spec: flags } } },
  };
  const text = JSON.stringify({ format_version: '1.2', output_changes: { stackward_manifest: change } });
  expect(parseManifests(text, 'plan.json')[0]?.resources[0]?.unknown).toEqual([
    `spec${'.a'.repeat(maxJsonDepth - 10)}`,
  ]);
});

test('a stack with too many resources is refused with both numbers, before any resource is looked at', () => {
  const wrong = Array.from({ length: maxResources + 1 }, () => ({ spec: null }) as unknown as Cell);
  expect(() => parseManifests(textOf(wrong), 'tenant.json')).toThrow(
    'the manifest declares 50001 resources, and one stack may have 50000; part it into more stacks',
  );
});

test('a cloud of 2,000 tenants in one stack is planned', async () => {
  const cells = Array.from({ length: 10_000 }, (_, index) =>
    index % 5 === 0 ? {} : { dependsOn: [`acme/${index - (index % 5)}`] },
  );
  expect((await planned(textOf(cells)).plan).steps).toHaveLength(10_000);
});

test('a resource with more than 1,000 dependencies is refused', () => {
  const dependsOn = Array.from({ length: 1001 }, (_, index) => `acme/${index}`);
  expect(() => parseManifests(textOf([{ dependsOn }]), 'tenant.json')).toThrow('names more than 1000 resources');
});

import { apply, plan } from '../../lib/run/engine';
import { UnrecoverableError } from '../../lib/basics/errors';
import { applyExitCode, planExitCode } from '../../lib/run/exit-code';
import { bind } from '../../lib/contract/kind';
import type { Manifest } from '../../lib/contract/manifest';
import type { Filter } from '../../lib/run/plan';
import type { Resource } from '../../lib/contract/resource';
import { memoryKind, memoryReaders, memoryWriters, World } from '../support/memory-kind';

type Cell = [cell: string, host: string, value: string, dependsOn?: string[]];

const resource = (stack: string, [cell, host, value, dependsOn = []]: Cell): Resource => ({
  path: `${stack}/${cell}`,
  stack,
  owner: 'tests',
  kind: 'cell',
  spec: { host, cell, value },
  dependsOn,
  unknown: [],
});

const manifest = (stack: string, ...cells: Cell[]): Manifest => ({
  owner: 'tests',
  stack,
  source: `stack ${stack}`,
  resources: cells.map((cell) => resource(stack, cell)),
  removed: [],
});

const filter = (part: Partial<Filter>): Filter => ({ stacks: [], kinds: [], targets: [], ...part });

function start(world: World, ...manifests: Manifest[]) {
  const kinds = [bind(memoryKind(world))];
  return {
    plan: (chosen?: Filter) => plan(manifests, kinds, memoryReaders, chosen),
    apply: async (options: Parameters<typeof apply>[5] = {}) => {
      const planned = await plan(manifests, kinds, memoryReaders, options.filter);
      const report = await apply(planned, kinds, manifests, memoryReaders, memoryWriters, options);
      return { planned, report, code: applyExitCode(planned, report) };
    },
  };
}

const outcomes = (report: Awaited<ReturnType<ReturnType<typeof start>['apply']>>['report']) =>
  Object.fromEntries(report.results.map((result) => [result.id, result.outcome]));

describe('from nothing', () => {
  test('apply makes what is declared, and a second run reads only', async () => {
    const world = new World({ h1: {}, h2: { other: 'foreign' } });
    const run = start(world, manifest('a', ['x', 'h1', '1'], ['y', 'h2', '2']));
    expect((await run.apply()).code).toBe(0);
    expect(world.hosts.get('h1')).toEqual(new Map([['x', '1']]));
    expect(world.hosts.get('h2')).toEqual(new Map([['other', 'foreign'], ['y', '2']])); // prettier-ignore
    const again = await run.apply();
    expect(again.code).toBe(0);
    expect(world.writes).toBe(2);
    expect(again.planned.converged).toEqual(['cell.a/x@host:h1', 'cell.a/y@host:h2']);
  });

  test('plan writes nothing and exits with 2', async () => {
    const world = new World({ h1: {} });
    const planned = await start(world, manifest('a', ['x', 'h1', '1'])).plan();
    expect(planExitCode(planned)).toBe(2);
    expect(world.writes).toBe(0);
  });
});

describe('order', () => {
  test('steps come after what they depend on, also of another stack', async () => {
    const world = new World({});
    const written: string[] = [];
    world.beforeWrite = (cell) => written.push(cell);
    for (const host of ['h1', 'h2', 'h3']) world.hosts.set(host, new Map());
    const run = start(
      world,
      manifest('a', ['x', 'h1', '1', ['a/y']], ['y', 'h2', '1', ['b/z']]),
      manifest('b', ['z', 'h3', '1']),
    );
    expect((await run.apply()).code).toBe(0);
    expect(written).toEqual(['z', 'y', 'x']);
  });

  test('a circle is refused, naming it', async () => {
    const run = start(new World({ h1: {} }), manifest('a', ['x', 'h1', '1', ['a/y']], ['y', 'h1', '1', ['a/x']]));
    await expect(run.plan()).rejects.toThrow('cell.a/x → cell.a/y → cell.a/x');
  });

  test('the plan is the same whatever order the resources come in', async () => {
    const cells: Cell[] = [['x', 'h1', '1'], ['y', 'h2', '2'], ['z', 'h1', '3', ['a/y']]]; // prettier-ignore
    const inOrder = await start(new World({}), manifest('a', ...cells)).plan();
    const reversed = await start(new World({}), manifest('a', ...[...cells].reverse())).plan();
    expect(reversed.steps).toEqual(inOrder.steps);
  });
});

describe('when something fails', () => {
  test('dependents of the failed step are skipped, the other steps are done, and a later run finishes', async () => {
    const world = new World({ h1: {}, h2: {} });
    world.broken.add('x');
    const run = start(
      world,
      manifest('a', ['x', 'h1', '1'], ['y', 'h2', '1', ['a/x']], ['z', 'h2', '1', ['a/y']], ['w', 'h2', '1']),
    );
    const first = await run.apply();
    expect(outcomes(first.report)).toEqual({
      'cell.a/x': 'failed',
      'cell.a/y': 'skipped',
      'cell.a/z': 'skipped',
      'cell.a/w': 'applied',
    });
    expect(first.code).toBe(1);
    world.broken.clear();
    expect((await run.apply()).code).toBe(0);
    expect(world.hosts.get('h2')?.get('z')).toBe('1');
  });

  test('a target that does not answer is a problem of its own, and its dependents are skipped', async () => {
    const world = new World({ h1: {}, h2: {} });
    world.unreachable.add('h1');
    const { planned, report, code } = await start(
      world,
      manifest('a', ['x', 'h1', '1'], ['y', 'h2', '1'], ['z', 'h2', '1', ['a/x']]),
    ).apply();
    expect(planned.problems).toEqual([
      { where: 'cell@host:h1', reason: 'TransientError', message: 'h1 does not answer' },
    ]);
    expect(outcomes(report)).toEqual({ 'cell.a/y': 'applied', 'cell.a/z': 'skipped' });
    expect(code).toBe(1);
  });

  test('a refused resource is a problem, and nothing of it is written', async () => {
    const world = new World({ h1: {} });
    const { planned, code } = await start(world, manifest('a', ['x', 'h1', 'refused'], ['y', 'h1', '1'])).apply();
    expect(planned.problems).toEqual([
      { where: 'cell.a/x@host:h1', reason: 'Blocked', message: 'this value is refused' },
    ]);
    expect(world.hosts.get('h1')).toEqual(new Map([['y', '1']]));
    expect(code).toBe(1);
  });

  test('a world that changed since the plan is refused as stale, and its change stays', async () => {
    const world = new World({ h1: { x: 'before' } });
    world.beforeWrite = () => world.hosts.get('h1')?.set('x', 'somebody else');
    const { report, code } = await start(world, manifest('a', ['x', 'h1', '1'])).apply();
    expect(report.results[0]).toMatchObject({ outcome: 'failed', reason: 'StalePlan' });
    expect(world.hosts.get('h1')?.get('x')).toBe('somebody else');
    expect(code).toBe(1);
  });

  test('a stale step names the step that failed on its target at an earlier level, and no step elsewhere', async () => {
    const world = new World({ h1: {}, h2: {} });
    world.broken.add('x');
    world.beforeWrite = (cell) =>
      world.hosts
        .get(cell === 'z' ? 'h2' : 'h1')
        ?.set('y', 'left half-way')
        .set('z', 'too');
    const { report } = await start(
      world,
      manifest('a', ['w', 'h2', '1'], ['x', 'h1', '1'], ['y', 'h1', '1', ['a/w']], ['z', 'h2', '1', ['a/w']]),
    ).apply();
    expect(Object.fromEntries(report.results.map(({ id, message }) => [id, message]))).toMatchObject({
      'cell.a/y': 'y changed; cell.a/x failed there before in this run, which may be why',
      'cell.a/z': 'z changed',
    });
  });

  test('a thing that differs again after apply is not converged', async () => {
    const world = new World({ h1: { x: 'before' } });
    world.contested.add('x');
    const { report, code } = await start(world, manifest('a', ['x', 'h1', '1'])).apply();
    expect(report.problems).toMatchObject([{ where: 'cell.a/x@host:h1', reason: 'NotConverged' }]);
    expect(code).toBe(1);
  });

  test('an interrupt lets the step under way end and skips the rest', async () => {
    const world = new World({ h1: {} });
    const controller = new AbortController();
    world.beforeWrite = (cell) => (cell === 'y' ? controller.abort() : undefined);
    const { report, code } = await start(
      world,
      manifest('a', ['x', 'h1', '1'], ['y', 'h1', '1'], ['z', 'h1', '1']),
    ).apply({ signal: controller.signal });
    expect(outcomes(report)).toEqual({ 'cell.a/x': 'applied', 'cell.a/y': 'applied', 'cell.a/z': 'skipped' });
    expect(report.interrupted).toBe(true);
    expect(code).toBe(2);
  });
});

describe('the results of an apply', () => {
  test('an unforeseen error is reported with its place', async () => {
    const world = new World({ h1: {} });
    world.beforeWrite = () => {
      throw new TypeError('x is undefined');
    };
    const { report, code } = await start(world, manifest('a', ['x', 'h1', '1'])).apply();
    expect(report.results[0]?.message).toMatch(
      /^this is a defect of stackward; report it with this text: TypeError: x is undefined < at .*engine\.test/,
    );
    expect(code).toBe(1);
  });

  test('an interrupt during the last request leaves nothing, and is none', async () => {
    const world = new World({ h1: {} });
    const controller = new AbortController();
    world.beforeWrite = () => controller.abort();
    const { report, code } = await start(world, manifest('a', ['x', 'h1', '1'])).apply({ signal: controller.signal });
    expect([outcomes(report), report.interrupted, code]).toEqual([{ 'cell.a/x': 'applied' }, false, 0]);
  });

  test('interrupted while a request is under way: all its results are reported as they are', async () => {
    const world = new World({ h1: {}, h2: {} });
    world.isOneRequest = true;
    const controller = new AbortController();
    world.beforeWrite = () => controller.abort();
    const { report } = await start(
      world,
      manifest('a', ['x', 'h1', '1'], ['y', 'h1', '1'], ['z', 'h2', '1', ['a/x']]),
    ).apply({ signal: controller.signal });
    expect(outcomes(report)).toEqual({ 'cell.a/x': 'applied', 'cell.a/y': 'applied', 'cell.a/z': 'skipped' });
    expect(world.hosts.get('h2')).toEqual(new Map());
  });

  test.each<[string, 'lost' | 'broken', string | undefined, string]>([
    ['done all the same', 'lost', undefined, 'as wanted all the same'],
    ['not begun', 'broken', undefined, 'as it was before'],
    ['somewhere between', 'broken', 'half', 'neither as it was before nor as wanted'],
  ])('a step that failed is looked at again: %s', async (_, failure, left, found) => {
    const world = new World({ h1: { x: '0' } });
    world[failure].add('x');
    const { report, code } = await start(world, manifest('a', ['x', 'h1', '1'])).apply({
      onResult: () => (left === undefined ? undefined : world.hosts.get('h1')?.set('x', left)),
    });
    expect(report.results).toMatchObject([{ outcome: 'failed' }]);
    expect(report.found).toEqual([{ where: 'cell.a/x@host:h1', message: expect.stringContaining(found) as string }]);
    expect(code).toBe(1);
  });

  test('a target that is gone at the second look is a problem, whatever its step said', async () => {
    const world = new World({ h1: { x: '0' } });
    world.lost.add('x');
    const { report } = await start(world, manifest('a', ['x', 'h1', '1'])).apply({
      onResult: () => world.unreachable.add('h1'),
    });
    expect(report.problems).toMatchObject([{ where: 'cell@host:h1', message: 'h1 does not answer' }]);
    expect(report.found).toEqual([]);
  });

  test('a result that could not be recorded ends the run: nothing further is begun, and all is reported', async () => {
    const world = new World({ h1: {}, h2: {} });
    const { report, code } = await start(
      world,
      manifest('a', ['x', 'h1', '1'], ['y', 'h1', '1'], ['z', 'h2', '1', ['a/x']]),
    ).apply({
      onResult: () => {
        throw new UnrecoverableError('no space left');
      },
    });
    expect(outcomes(report)).toEqual({ 'cell.a/x': 'applied', 'cell.a/y': 'skipped', 'cell.a/z': 'skipped' });
    expect(report.problems).toEqual([{ where: 'journal', reason: 'UnrecoverableError', message: 'no space left' }]);
    expect([...(world.hosts.get('h1') ?? [])]).toEqual([['x', '1']]);
    expect(code).toBe(1);
  });
});

describe('values that Terraform does not know yet', () => {
  test('the resource waits, what depends on it is skipped, the rest is done', async () => {
    const world = new World({ h1: {} });
    const cells = manifest('a', ['x', 'h1', '1'], ['y', 'h1', '1', ['a/x']], ['z', 'h1', '1']);
    const waiting = {
      ...cells,
      resources: cells.resources.map((resource) =>
        resource.path === 'a/x' ? { ...resource, spec: {}, unknown: ['spec.host'] } : resource,
      ),
    };
    const { planned, report, code } = await start(world, waiting).apply();
    expect(planned.waiting).toEqual([{ id: 'cell.a/x', unknown: ['spec.host'] }]);
    expect(outcomes(report)).toEqual({ 'cell.a/y': 'skipped', 'cell.a/z': 'applied' });
    expect(code).toBe(2);
  });
});

describe('refused as a whole, before anything is read', () => {
  const refused = async (message: string, ...manifests: Manifest[]): Promise<void> => {
    const world = new World({ h1: {} });
    await expect(start(world, ...manifests).plan()).rejects.toThrow(message);
    expect(world.reads).toBe(0);
  };

  test('two owners of one thing, naming both', () =>
    refused(
      'cell h1/x is declared by cell.a/x (stack a) and by cell.b/x (stack b)',
      manifest('a', ['x', 'h1', '1']),
      manifest('b', ['x', 'h1', '2']),
    ));

  test('one stack twice', () => refused('stack "a" is declared twice', manifest('a'), manifest('a')));

  test('an unknown kind, naming stack and field', () => {
    const valid = manifest('a', ['x', 'h1', '1']);
    const resources = valid.resources.map((entry) => ({ ...entry, kind: 'cel' }));
    return refused('the field "resources.a/x.kind" of stack a is "cel"', { ...valid, resources });
  });

  test('a spec that its kind refuses, naming stack, resource and field', () => {
    const valid = manifest('a', ['x', 'h1', '1']);
    const resources = valid.resources.map((entry) => ({ ...entry, spec: { host: 'h1', cell: 'x' } }));
    return refused('stack a, cell.a/x: the field "value" is not a string', { ...valid, resources });
  });
});

describe('filters', () => {
  const manifests = [manifest('a', ['x', 'h1', '1'], ['y', 'h2', '1']), manifest('b', ['z', 'h1', '1'])];

  test.each([
    [{ stacks: ['b'] }, ['cell.b/z']],
    [{ targets: ['host:h2'] }, ['cell.a/y']],
    [{ stacks: ['a'], targets: ['host:h1'] }, ['cell.a/x']],
    [{ kinds: ['cell'] }, ['cell.a/x', 'cell.b/z', 'cell.a/y']],
  ])('%j', async (part, ids) => {
    const { steps } = await start(new World({}), ...manifests).plan(filter(part));
    expect(steps.map((step) => step.id)).toEqual(ids);
  });

  test.each([
    [{ stacks: ['c'] }, 'stack c names nothing here; there are a, b'],
    [{ kinds: ['pool'] }, 'kind pool names nothing here; there is cell'],
    [{ targets: ['host:h3'] }, 'target host:h3 names nothing here; there are host:h1, host:h2'],
  ])('%j is refused', async (part, message) => {
    await expect(start(new World({}), ...manifests).plan(filter(part))).rejects.toThrow(message);
  });

  test('only a full run says what leaves the code', async () => {
    const leaving = { ...manifest('a'), removed: [resource('a', ['x', 'h1', '1'])] };
    const run = start(new World({}), leaving);
    expect((await run.plan()).leaving).toEqual([{ where: 'cell.a/x', message: 'the cell stays as it is' }]);
    expect((await run.plan(filter({ stacks: ['a'] }))).leaving).toEqual([]);
  });
});

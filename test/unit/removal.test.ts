/** The things that a run removes, and how a removal is brought back. */
import { apply, everything, plan } from '../../lib/run/engine';
import { TransientError } from '../../lib/basics/errors';
import { bind } from '../../lib/contract/kind';
import { movedSince, undoManifests, withoutMoved } from '../../lib/journal/journal';
import type { Manifest } from '../../lib/contract/manifest';
import { stepKey, type Filter, type Plan } from '../../lib/run/plan';
import type { Sweep } from '../../lib/contract/reconciler';
import { MarkedHosts, markKind, type Mark } from '../support/memory-marks';
import { memoryWriters } from '../support/memory-kind';
import { RecordedTexts } from '../support/recorded-run';

const mark = (path: string, value = 'x', owner = 'ours'): Mark => ({ owner, path, value });

const manifest = (stack: string, things: Readonly<Record<string, readonly string[]>> = {}): Manifest => ({
  owner: 'ours',
  stack,
  source: `stack ${stack}`,
  removed: [],
  resources: Object.entries(things).map(([id, hosts]) => ({
    path: `${stack}/${id}`,
    stack,
    owner: 'ours',
    kind: 'mark',
    spec: { hosts, value: 'x' },
    dependsOn: [],
    unknown: [],
  })),
});

const start = (hosts: MarkedHosts, ...manifests: Manifest[]) => {
  const kinds = [bind(markKind(hosts))];
  return {
    plan: (filter?: Filter, sweep?: Sweep[]) => plan(manifests, kinds, hosts.readers, filter, sweep),
    /** @param after each result */
    async apply(after: () => unknown = () => undefined) {
      const planned = await plan(manifests, kinds, hosts.readers);
      const recorded = new RecordedTexts(planned, manifests);
      const report = await apply(planned, kinds, manifests, hosts.readers, memoryWriters, {
        onResult: (result) => {
          recorded.onResult(result);
          after();
        },
      });
      return { planned, report, run: recorded.run, kinds };
    },
  };
};

const deleted = async (planned: ReturnType<ReturnType<typeof start>['plan']>) =>
  (await planned).steps.map(({ action, id, target }) => `${action} ${id}@${target}`);

test('a full run removes what its stacks left, also on a host that nothing names any more', async () => {
  const hosts = new MarkedHosts({ h1: [mark('a/x'), mark('a/gone')], h2: [mark('a/x')] });
  const run = start(hosts, manifest('a', { x: ['h1'] }));
  expect(await deleted(run.plan())).toEqual(['delete mark.a/gone@host:h1', 'delete mark.a/x@host:h2']);
  const { report } = await run.apply();
  expect(report.problems).toEqual([]);
  expect([...hosts.at('host:h1').keys(), ...hosts.at('host:h2').keys()]).toEqual(['a/x']);
});

test("another owner's and another stack's things stay", async () => {
  const hosts = new MarkedHosts({ h1: [mark('a/gone', 'x', 'theirs'), mark('b/there'), mark('ab/there')] });
  expect(await deleted(start(hosts, manifest('a')).plan())).toEqual([]);
  expect(await deleted(start(hosts, manifest('a')).plan(everything, [{ owner: 'ours', stacks: 'all' }]))).toEqual([
    'delete mark.ab/there@host:h1',
    'delete mark.b/there@host:h1',
  ]);
});

test.each<Partial<Filter>>([{ stacks: ['a'] }, { kinds: ['mark'] }, { targets: ['host:h1'] }])(
  'a filtered run removes nothing: %j',
  async (part) => {
    const hosts = new MarkedHosts({ h1: [mark('a/gone')] });
    const run = start(hosts, manifest('a', { x: ['h1'] }));
    expect(await deleted(run.plan({ ...everything, ...part }))).toEqual(['create mark.a/x@host:h1']);
  },
);

test('a host on which nothing is wanted, and that does not answer, is a warning', async () => {
  const hosts = new MarkedHosts({ h1: [], h2: [] });
  hosts.unreachable.add('h2');
  const { problems, unswept } = await start(hosts, manifest('a', { x: ['h1'] })).plan();
  expect(problems).toEqual([]);
  expect(unswept).toEqual([
    {
      where: 'mark@host:h2',
      reason: 'TransientError',
      message: "leftovers can't be looked for there, and some may still be in force: h2 does not answer",
    },
  ]);
});

test('a resource that waits for Terraform keeps its things', async () => {
  const hosts = new MarkedHosts({ h1: [mark('a/x'), mark('a/gone')] });
  const there = manifest('a', { x: ['h1'] });
  const waiting = {
    ...there,
    resources: there.resources.map((resource) => ({ ...resource, spec: {}, unknown: ['spec.hosts'] })),
  };
  expect(await deleted(start(hosts, waiting).plan())).toEqual(['delete mark.a/gone@host:h1']);
});

test('a removal with a step of its own is not announced a second time', async () => {
  const hosts = new MarkedHosts({ h1: [mark('a/x')] });
  const [there] = manifest('a', { x: ['h1'], y: ['h1'] }).resources;
  const planned = await start(hosts, {
    ...manifest('a'),
    removed: there ? [there, { ...there, path: 'a/y' }] : [],
  }).plan();
  expect(planned.leaving.map((note) => note.where)).toEqual(['mark.a/y']);
});

test('a run that made, changed and removed is brought back whole, on each host', async () => {
  const before = () => ({ h1: [mark('a/x', 'old'), mark('a/gone', 'kept')], h2: [] });
  const hosts = new MarkedHosts(before());
  const { run, kinds } = await start(hosts, manifest('a', { x: ['h1', 'h2'] })).apply();
  expect(run.record.steps).toHaveLength(3);
  const manifests = undoManifests(run, kinds);
  const planned = await plan(manifests, kinds, hosts.readers, everything, []);
  expect(planned.steps.map(({ action, id, target }) => `${action} ${id}@${target}`)).toEqual([
    'create mark.a/gone@host:h1',
    'update mark.a/x@host:h1',
    'delete mark.a/x@host:h2',
  ]);
  const report = await apply(planned, kinds, manifests, hosts.readers, memoryWriters, { sweep: [] });
  expect(report.problems).toEqual([]);
  const was = new MarkedHosts(before());
  for (const host of ['host:h1', 'host:h2'] as const)
    expect([...hosts.at(host).values()].sort()).toEqual([...was.at(host).values()].sort());
});

test('a target that does not answer any more is not brought back, and said', async () => {
  const hosts = new MarkedHosts({ h1: [] });
  const { run, kinds } = await start(hosts, manifest('a', { x: ['h1'] })).apply();
  hosts.unreachable.add('h1');
  const planned = await plan(undoManifests(run, kinds), kinds, hosts.readers, everything, []);
  expect(planned.problems).toMatchObject([{ where: 'mark@host:h1', reason: 'TransientError' }]);
});

describe('one machine under two names', () => {
  const twoNames = (marks: Mark[]) => {
    const hosts = new MarkedHosts({ ctl1: marks, ctl2: [] });
    hosts.aliases.set('ctl1.example.net', 'ctl1');
    return hosts;
  };

  test('a thing that is wanted under one name is no leftover under the other', async () => {
    const hosts = twoNames([mark('a/gone')]);
    const run = start(hosts, manifest('a', { x: ['ctl1'] }));
    expect(await deleted(run.plan())).toEqual(['delete mark.a/gone@host:ctl1', 'create mark.a/x@host:ctl1']);
    expect((await run.apply()).report.problems).toEqual([]);
    expect((await run.plan()).steps).toEqual([]);
    expect([...hosts.at('host:ctl1').keys()]).toEqual(['a/x']);
  });

  test('where nothing is wanted, what is left goes once', async () => {
    const hosts = twoNames([mark('a/gone')]);
    const { report } = await start(hosts, manifest('a')).apply();
    expect(report.results.map(({ id, outcome }) => [id, outcome])).toEqual([['mark.a/gone', 'applied']]);
    expect(hosts.at('host:ctl1').size).toBe(0);
  });

  test('wanted under both is refused, naming both', async () => {
    const hosts = twoNames([mark('a/gone')]);
    const run = start(hosts, manifest('a', { x: ['ctl1'], y: ['ctl1.example.net'], z: ['ctl2'] }));
    const { steps, problems } = await run.plan();
    expect(steps.map(({ id, target }) => `${id}@${target}`)).toEqual(['mark.a/z@host:ctl2']);
    expect(problems).toMatchObject([
      { reason: 'Blocked', message: expect.stringMatching(/^host:ctl1 and host:ctl1\.example\.net are one machine/) },
    ]);
    expect([...hosts.at('host:ctl1').keys()]).toEqual(['a/gone']);
  });

  test('a name that does not answer may be that of a machine that does: what it wants is left there', async () => {
    const hosts = twoNames([mark('a/x', 'old'), mark('a/gone')]);
    hosts.unreachable.add('ctl1');
    const { steps, warnings } = await start(hosts, manifest('a', { x: ['ctl1'] })).plan();
    expect(steps.map(({ id, target }) => `${id}@${target}`)).toEqual(['mark.a/gone@host:ctl1.example.net']);
    expect(warnings).toMatchObject([{ where: 'mark.a/x@host:ctl1.example.net' }]);
  });
});

test("where Neutron doesn't tell its agents, the run goes on, and says where nothing was looked for", async () => {
  const hosts = new MarkedHosts({ h1: [mark('a/gone')], h2: [mark('a/gone')] });
  hosts.hasAgents = false;
  const { steps, problems, unswept } = await start(hosts, manifest('a', { x: ['h1'] })).plan();
  expect(steps.map(({ action, target }) => `${action} ${target}`)).toEqual(['delete host:h1', 'create host:h1']);
  expect(problems).toEqual([]);
  expect(unswept).toMatchObject([{ where: 'hosts', message: expect.stringContaining('Neutron answered 503') }]);
});

test('hosts that no configuration leads to are named once, and looked at by nobody', async () => {
  const names = ['h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8'];
  const hosts = new MarkedHosts(Object.fromEntries(['h1', ...names].map((name) => [name, [mark('a/gone')]])));
  for (const name of names) hosts.unmatched.add(name);
  const { steps, problems, unswept, warnings } = await start(hosts, manifest('a')).plan();
  expect(steps.map(({ action, target }) => `${action} ${target}`)).toEqual(['delete host:h1']);
  expect([problems, unswept]).toEqual([[], []]);
  expect(warnings).toEqual([
    {
      where: 'hosts',
      message:
        'leftovers are not looked for on h2, h3, h4, h5, h6 and 2 more: no entry of "hosts" in stackward.yaml matches them',
    },
  ]);
  expect((await start(hosts, manifest('a')).plan({ ...everything, stacks: ['a'] })).warnings).toEqual([]);
});

test("a second look that Neutron doesn't help looks at the hosts that were written all the same", async () => {
  const hosts = new MarkedHosts({ h1: [mark('a/gone')] });
  const run = start(hosts, manifest('a', { x: ['h1'] }));
  const { report } = await run.apply(() => (hosts.hasAgents = false));
  expect(report.problems).toEqual([]);
  expect([...hosts.at('host:h1').keys()]).toEqual(['a/x']);
});

test('a removal that nobody can look at again is a problem', async () => {
  const hosts = new MarkedHosts({ h1: [mark('a/gone')] });
  const { report } = await start(hosts, manifest('a')).apply(() => hosts.unreachable.add('h1'));
  expect(report.problems).toMatchObject([{ where: 'mark@host:h1', reason: 'TransientError' }]);
});

describe('back from steps that failed', () => {
  const back = async (hosts: MarkedHosts, { run, kinds }: Awaited<ReturnType<ReturnType<typeof start>['apply']>>) => {
    const planned = await plan(undoManifests(run, kinds), kinds, hosts.readers, everything, []);
    return withoutMoved(planned, movedSince(run, planned));
  };

  test('one that was done all the same is brought back, one that was not begun needs nothing', async () => {
    const hosts = new MarkedHosts({ h1: [mark('a/x', 'old')], h2: [mark('a/x', 'old')] });
    hosts.lost = 'h1';
    const planned = await back(hosts, await start(hosts, manifest('a', { x: ['h1', 'h2'] })).apply());
    expect(planned.steps.map(({ action, target }) => `${action} ${target}`)).toEqual([
      'update host:h1',
      'update host:h2',
    ]);
    const world = new MarkedHosts({ h1: [mark('a/x', 'old')] });
    world.beforeWrite = () => {
      throw new TransientError('nothing was sent');
    };
    const nothing = await back(world, await start(world, manifest('a', { x: ['h1'] })).apply());
    expect([nothing.steps, nothing.problems]).toEqual([[], []]);
  });

  test('one that the run refused because somebody had changed it stays as it is', async () => {
    const hosts = new MarkedHosts({ h1: [mark('a/x', 'old')] });
    hosts.beforeWrite = () => hosts.at('host:h1').set('a/x', mark('a/x', 'by hand'));
    const applied = await start(hosts, manifest('a', { x: ['h1'] })).apply();
    expect(applied.report.results).toMatchObject([{ outcome: 'failed', reason: 'StalePlan' }]);
    const planned = await back(hosts, applied);
    expect([planned.steps, planned.problems]).toEqual([[], []]);
    expect(planned.warnings).toEqual([
      { where: 'mark.a/x@host:h1', message: 'the run refused to change it, and it is left as it is: value is by hand' },
    ]);
  });

  test('a change whose texts do not compare, such as free ranges that every port moves, is left to its kind', () => {
    const step = { id: 'allocation-pool.a/Red', target: 'database:neutron' };
    const wrote = [
      { attribute: 'allocation_pools', before: '.10-.29', after: '.10-.49' },
      { attribute: 'free ranges', before: '.12-.29', after: '.12-.49' },
    ];
    const planned = (pools: string): Plan =>
      ({
        steps: [
          {
            ...step,
            changes: [
              { attribute: 'allocation_pools', before: pools, after: '.10-.29' },
              { attribute: 'free ranges', before: '.13-.49', after: '.13-.29', isComparable: false },
            ],
          },
        ],
      }) as never;
    const run = {
      record: { steps: [{ ...step, changes: wrote }] },
      results: new Map([[stepKey(step.id, step.target), { outcome: 'applied' }]]),
    } as never;
    expect(movedSince(run, planned('.10-.49')).problems).toEqual([]);
    expect(movedSince(run, planned('.10-.39')).problems).toMatchObject([
      {
        message: 'allocation_pools is .10-.39, and the run left .10-.49; somebody changed it since, so decide by hand',
      },
    ]);
  });
});

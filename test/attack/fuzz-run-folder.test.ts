/**
 * Run folders that somebody changed on purpose. Read and rolled back over a world in memory: only refusals, no crash, and no
 * write that the plan of the rollback did not show. The images of the real kinds go through their entrances the same way.
 */
import fc from 'fast-check';
import { apply, everything, plan } from '../../lib/run/engine';
import { StackwardError } from '../../lib/basics/errors';
import { movedSince, recordOf, renderResultRecord, undoManifests, withoutMoved } from '../../lib/journal/journal';
import { bind } from '../../lib/contract/kind';
import type { Manifest } from '../../lib/contract/manifest';
import { renderPlan } from '../../lib/render/text';
import { renderRuns, renderRunsJson } from '../../lib/render/runs';
import { parseRun, readJson } from '../../lib/journal/run-record';
import type { Target } from '../../lib/contract/target';
import { kinds } from '../../reconcilers/registry';
import { fuzzCount, fuzzSeed, fuzzTimeoutMs } from '../support/fuzz';
import { mutated, mutations, type Mutation } from '../support/json-mutation';
import { memoryKind, memoryReaders, memoryWriters, World } from '../support/memory-kind';

const hosts = ['h1', 'h2'] as const;
const [owner, stack] = ['team-a', 'a'];
const resource = (path: string, host: string) => ({
  path,
  stack,
  owner,
  kind: 'cell',
  dependsOn: [],
  unknown: [],
  spec: { host, cell: path, value: 'new' },
});
const manifests: Manifest[] = [
  { owner, stack, source: 'a.json', removed: [], resources: [resource('a/One', 'h1'), resource('a/Two', 'h2')] },
];
const worldOf = () => new World({ h1: { 'a/One': 'old', other: 'x' }, h2: { 'a/Two': 'old', other: 'x' } });
const copyOf = ({ hosts: all }: World): World =>
  new World(Object.fromEntries([...all].map(([host, cells]) => [host, Object.fromEntries(cells)])));
const stateOf = (world: World) =>
  new Map(
    hosts.flatMap((host) => [...(world.hosts.get(host) ?? [])].map(([cell, value]) => [`${cell}@${host}`, value])),
  );
const head = {
  version: '1',
  command: 'apply',
  by: { host: 'h', pid: 1, identity: 'x' },
  startedAt: new Date(0),
} as const;
const end = JSON.stringify({ problems: [], found: [], interrupted: false, exitCode: 0 });

interface Folder {
  readonly run: string;
  readonly results: string;
  readonly end: string;
}

/** The folder of a real run, and the world after it. */
async function applied(): Promise<{ readonly folder: Folder; readonly world: World }> {
  const world = worldOf();
  const own = [bind(memoryKind(world))];
  const planned = await plan(manifests, own, memoryReaders);
  const run = JSON.stringify(recordOf(planned, manifests, head));
  let results = '';
  await apply(planned, own, manifests, memoryReaders, memoryWriters, {
    onResult: (result) => {
      results += renderResultRecord(result, new Date(0));
    },
  });
  return { folder: { run, results, end }, world };
}

/**
 * Rolls the run back as the command does. Returns the cells that changed, as `cell@host`, and the text that the plan
 * showed.
 */
async function rolledBack(folder: Folder, world: World): Promise<{ changed: string[]; shown: string }> {
  const own = [bind(memoryKind(world))];
  const before = stateOf(world);
  const run = parseRun('run', readJson(folder.run, 'run/run.json'), folder.results, folder.end);
  renderRuns([{ ...run, isRunning: false }], 'runs');
  renderRunsJson([{ ...run, isRunning: false }]);
  const undo = undoManifests(run, own);
  const planned = await plan(undo, own, memoryReaders, everything, []);
  const left = withoutMoved(planned, movedSince(run, planned));
  const shown = renderPlan(left);
  await apply(left, own, undo, memoryReaders, memoryWriters, { filter: everything, sweep: [] });
  const after = stateOf(world);
  return { changed: [...after.keys()].filter((key) => before.get(key) !== after.get(key)), shown };
}

const refused = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StackwardError)) throw error;
  }
};

test('the rollback of an unchanged folder brings both cells back', async () => {
  const { folder, world } = await applied();
  expect((await rolledBack(folder, world)).changed.sort()).toEqual(['a/One@h1', 'a/Two@h2']);
});

const files = fc.record({ run: mutations, results: fc.option(mutations), end: fc.option(mutations) });
const spoilt = (
  folder: Folder,
  how: { run: readonly Mutation[]; results: readonly Mutation[] | null; end: readonly Mutation[] | null },
) => ({
  run: mutated(folder.run, how.run),
  results: folder.results
    .split('\n')
    .map((line) => (how.results === null ? line : mutated(line, how.results)))
    .join('\n'),
  end: how.end === null ? folder.end : mutated(folder.end, how.end),
});

test(
  'the rollback of a folder that somebody changed writes nothing that its plan does not show',
  async () => {
    const { folder, world: made } = await applied();
    await fc.assert(
      fc.asyncProperty(files, (how) =>
        refused(async () => {
          const world = copyOf(made);
          const { changed, shown } = await rolledBack(spoilt(folder, how), world);
          for (const place of changed) {
            const [cell = '', host = ''] = place.split('@');
            const value = world.hosts.get(host)?.get(cell) ?? '';
            expect(shown).toContain(`@host:${host}`);
            expect(shown).toContain(`cell ${cell}`);
            if (/^[a-z]+$/.test(value)) expect(shown).toContain(`-> ${value}`);
          }
        }),
      ),
      { numRuns: fuzzCount, seed: fuzzSeed },
    );
  },
  fuzzTimeoutMs,
);

const portId = '28f25940-63aa-4c5e-9d0b-1f6a7e5c3b21';
const comment = 'stackward:a/X';
const rule = `-m physdev --physdev-in tap28f25940-63 --physdev-out qvb28f25940-63 --physdev-is-bridged -m comment --comment "${comment}" -j ACCEPT`;
const grant = {
  service: 'neutron',
  release: 'zed',
  rule: 'create_port:fixed_ips:ip_address',
  role: 'member',
  file: '/etc/neutron/policy.yaml',
};
const written = '"role:admin or role:member"';

/** By kind, an image as a run of that kind records it. */
const option = { service: 'nova-api', section: 'DEFAULT', option: 'debug' };
const optionLine = { path: '/etc/nova/nova.conf', section: 'DEFAULT', line: 2, text: 'debug = true' };
const optionEntry = { ...option, path: 'a/X', stack, before: [], written: [optionLine] };

const images: Readonly<Record<string, object>> = {
  'allocation-pool': { ledgers: [{ book: 'api', owner: portId, pools: [{ start: '10.0.0.2', end: '10.0.0.9' }] }] },
  'boot-restore': { id: 'boot-restore.a/X', isThere: true },
  'bridge-port': {
    portId,
    flags: [
      {
        device: 'tap28f25940-63',
        flag: 'hairpin',
        value: true,
        entry: { device: 'tap28f25940-63', flag: 'hairpin', portId, path: 'a/X', stack, before: false, written: true },
      },
    ],
  },
  'broker-plugin': { plugin: 'rabbitmq_management', enabled: false },
  'database-view': {
    view: 'vw_vm_trace',
    declared: { view: 'vw_vm_trace', schemas: { nova: 'nova_cell1' } },
    text: 'select 1 AS `a`',
  },
  'firewall-exception': { comment, ipv4: { mangle: [], filter: [rule] }, ipv6: { mangle: [], filter: [] } },
  'log-collection': {
    path: 'a/X',
    listen: { protocol: 'tcp', port: 514, days: 30 },
    send: { to: 'ctl1', protocol: 'tcp', port: 514 },
  },
  'service-option': { options: [{ ...option, lines: [optionLine], entry: optionEntry }] },
  'policy-rule': {
    rules: [{ ...grant, value: written, entry: { ...grant, before: '"role:admin"', written, path: 'a/X', stack } }],
  },
};

const opened = (kind: string, image: object) => {
  const own = kinds.find((candidate) => candidate.kind === kind);
  const targets: Readonly<Record<string, Target>> = {
    'allocation-pool': 'database:neutron',
    'database-view': 'database:stackward',
  };
  const target = targets[kind] ?? 'host:h1';
  const declared = { subnetId: portId, method: 'database', pools: [{ start: '10.0.0.2', end: '10.0.0.20' }] };
  return own?.open([
    {
      path: 'a/X',
      stack,
      owner,
      kind,
      dependsOn: [],
      unknown: [],
      before: [{ target, image: image as never }],
      declared,
    },
  ]);
};

test('the images of this file cover every kind, and each kind accepts its image', () => {
  expect(Object.keys(images).sort()).toEqual(kinds.map(({ kind }) => kind).sort());
  for (const [kind, image] of Object.entries(images)) expect(opened(kind, image)?.identities.size).toBe(1);
});

test.each(Object.entries(images))(
  'an image of %s that somebody changed is refused, or still is one that this kind records',
  (kind, image) => {
    const text = JSON.stringify(image);
    fc.assert(
      fc.property(mutations, (all) => {
        try {
          const changed = JSON.parse(mutated(text, all)) as object;
          opened(kind, changed);
          // Lines of rules and of policy values are the only texts that may be written; each is one line of its form.
          if (kind === 'firewall-exception') expect(JSON.stringify(changed)).not.toContain('-I FORWARD');
          if (kind === 'bridge-port') expect(JSON.stringify(changed)).not.toMatch(/"device":"(?!tap28f25940-63)/);
          if (kind === 'database-view') expect(JSON.stringify(changed)).not.toMatch(/"nova":"(?![\w$-]{1,64}")/);
          if (kind === 'log-collection') expect(JSON.stringify(changed)).not.toMatch(/"to":"(?![\w.-]{1,253}")/);
          if (kind === 'policy-rule') expect(JSON.stringify(changed)).not.toMatch(/\\n-I|"file":"[^"]*\.\.\//);
        } catch (error) {
          if (!(error instanceof StackwardError || error instanceof SyntaxError)) throw error;
        }
      }),
      { numRuns: Math.ceil(fuzzCount / 5), seed: fuzzSeed },
    );
  },
  fuzzTimeoutMs,
);

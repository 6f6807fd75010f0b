/** A run compares the release of its manifests with the cloud's APIs: what rests on a wrong one is left alone. */
import { apply, plan } from '../../lib/run/engine';
import { InvalidConfiguration, TransientError } from '../../lib/basics/errors';
import { applyExitCode, planExitCode } from '../../lib/run/exit-code';
import { bind } from '../../lib/contract/kind';
import { parseManifest, type Manifest } from '../../lib/contract/manifest';
import type { Readers, VersionReader } from '../../lib/contract/ports';
import { NoCredentials } from '../../lib/openstack/credentials';
import type { Release } from '../../lib/openstack/releases';
import { renderPlan } from '../../lib/render/text';
import { clouds, FakeVersions } from '../support/fake-versions';
import { memoryKind, memoryReaders, memoryWriters, World } from '../support/memory-kind';

function manifest(stack: string, release: Release | undefined, value: string): Manifest {
  const path = `${stack}/x`;
  const resource = { path, stack, owner: 'tests', kind: 'cell', dependsOn: [], unknown: [] };
  const resources = [{ ...resource, spec: { host: stack, cell: 'x', value } }];
  return { owner: 'tests', stack, release, source: `stack ${stack}`, resources, removed: [] };
}

const readersOf = (versions: () => Promise<VersionReader>): Readers => ({ ...memoryReaders, versions });
const cloudOf = (release: keyof typeof clouds, silent: FakeVersions['silent'] = []): FakeVersions =>
  new FakeVersions(clouds[release], silent);

async function run(versions: () => Promise<VersionReader>, ...manifests: Manifest[]) {
  const world = new World({ a: {}, b: {} });
  const kinds = [bind(memoryKind(world))];
  const readers = readersOf(versions);
  const planned = await plan(manifests, kinds, readers);
  const report = await apply(planned, kinds, manifests, readers, memoryWriters);
  const cells = Object.fromEntries([...world.hosts].map(([host, all]) => [host, Object.fromEntries(all)]));
  return { planned, report, cells, code: applyExitCode(planned, report) };
}

const ofCloud = (cloud: FakeVersions) => () => Promise.resolve(cloud.reader());

test('Kilo said of a Zed cloud is Blocked with the evidence, and nothing of that stack is done', async () => {
  const { planned, cells, code, report } = await run(ofCloud(cloudOf('zed')), manifest('a', 'kilo', '1'));
  expect(planned.problems).toEqual([
    {
      where: 'release kilo',
      reason: 'Blocked',
      message: expect.stringMatching(
        /^Nova's API goes up to 2.93, which is zed; .*; stack a says kilo. In OpenStackCloud set release: 'zed', run `cdktf apply`/,
      ) as string,
    },
  ]);
  expect(planned.steps).toEqual([]);
  expect(report.results).toEqual([]);
  expect(cells).toEqual({ a: {}, b: {} });
  expect([planExitCode(planned), code]).toEqual([1, 1]);
});

test('stacks that declare the right release, or none, are done beside it', async () => {
  const manifests = [manifest('a', 'kilo', '1'), manifest('b', 'zed', '2')];
  const { cells, planned, code } = await run(ofCloud(cloudOf('zed')), ...manifests);
  expect(cells).toEqual({ a: {}, b: { x: '2' } });
  expect(planned.undone).toEqual(['cell.a/x']);
  expect(code).toBe(1);
  expect((await run(ofCloud(cloudOf('zed')), manifest('a', undefined, '1'))).cells).toEqual({ a: { x: '1' }, b: {} });
});

test('a resource that depends on a stack with a wrong release is skipped', async () => {
  const [a, b] = [manifest('a', 'kilo', '1'), manifest('b', 'zed', '2')];
  const depending = { ...b, resources: b.resources.map((resource) => ({ ...resource, dependsOn: ['a/x'] })) };
  const { cells, report } = await run(ofCloud(cloudOf('zed')), a, depending);
  expect(cells).toEqual({ a: {}, b: {} });
  expect(report.results.map(({ outcome }) => outcome)).toEqual(['skipped']);
});

test('the right release is no word, and the services are asked once for plan, apply and second look', async () => {
  const cloud = cloudOf('zed');
  const reader = cloud.reader();
  const { planned, code, cells } = await run(() => Promise.resolve(reader), manifest('a', 'zed', '1'));
  expect([planned.problems, planned.warnings, code]).toEqual([[], [], 0]);
  expect(cells).toEqual({ a: { x: '1' }, b: {} });
  expect(cloud.asked).toBe(1);
});

const uncompared = (why: string) => ({
  where: 'release kilo',
  message: `it was not compared with what the cloud runs: ${why}`,
});

test('a cloud that is named and gives no answer is a problem of the plan, and the run goes on', async () => {
  const refused = new InvalidConfiguration('correct user admin', { about: 'login', status: 401 });
  const byLogin = { where: 'login', why: refused, about: 'login' as const, reason: 'InvalidConfiguration' };
  const byService = { where: 'service', why: new TransientError('Nova is away'), reason: 'TransientError' };
  for (const { why, where, ...told } of [byLogin, byService]) {
    const asked =
      where === 'login' ? () => Promise.reject(why) : ofCloud(new FakeVersions([], [{ service: 'nova', why }]));
    const { planned, cells, code } = await run(asked, manifest('a', 'kilo', '1'));
    expect(planned.problems).toEqual([{ ...uncompared(why.message), ...told }]);
    expect([planned.warnings, cells, code]).toEqual([[], { a: { x: '1' }, b: {} }, 1]);
  }
});

test('a plan of nothing whose cloud was not reached does not end as one that looked', async () => {
  const nobody = () => Promise.reject(new TransientError('Keystone is away'));
  const { planned } = await run(nobody, { ...manifest('a', 'kilo', '1'), resources: [] });
  expect(planExitCode(planned)).toBe(1);
  expect(renderPlan(planned)).toMatch(/\n\nPlan: 0 to add, 0 to change, 0 to destroy, 1 problem\.\n$/);
});

test('where no cloud is named at all the plan says that the release was not compared, and goes on', async () => {
  const nobody = () => Promise.reject(new NoCredentials('there are no credentials'));
  const { planned, cells, code } = await run(nobody, manifest('a', 'kilo', '1'));
  expect(planned.warnings).toEqual([uncompared('there are no credentials')]);
  expect([planned.problems, cells, code]).toEqual([[], { a: { x: '1' }, b: {} }, 0]);
});

test('where Nova alone is silent, the others are compared, and the plan says so', async () => {
  const answers = clouds.zed.filter(({ service }) => service !== 'nova');
  const cloud = new FakeVersions(answers, [{ service: 'nova', why: new TransientError('Nova does not answer') }]);
  const right = await run(ofCloud(cloud), manifest('a', 'zed', '1'));
  expect(right.planned.warnings.map(({ message }) => message)).toEqual([
    'it was compared only with what Cinder and Keystone and Neutron say; Nova would bound it more closely, but it said nothing: Nova does not answer',
  ]);
  const wrong = await run(ofCloud(cloud), manifest('a', 'kilo', '1'));
  expect(wrong.planned.problems.map(({ reason }) => reason)).toEqual(['Blocked']);
});

test('a release that is newer than stackward is a warning, and Blocked where the cloud runs an older one', async () => {
  const cloud = new FakeVersions([{ service: 'nova', version: '2.999' }]);
  const newer = await run(ofCloud(cloud), manifest('a', '2090.1', '1'));
  expect(newer.planned.warnings).toEqual([
    { where: 'release 2090.1', message: expect.stringMatching(/^the release 2090.1 is newer than this/) as string },
  ]);
  expect(newer.cells).toEqual({ a: { x: '1' }, b: {} });
  const older = await run(ofCloud(cloudOf('zed')), manifest('a', '2090.1', '1'));
  expect(older.planned.problems.map(({ reason }) => reason)).toEqual(['Blocked']);
});

test('the stacks of one wrong release are one problem', async () => {
  const many = ['a', 'b', 'c', 'd'].map((stack) => manifest(stack, 'kilo', '1'));
  const { planned } = await run(ofCloud(cloudOf('zed')), ...many);
  expect(planned.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('; stacks a, b and 2 more say kilo.'),
  ]);
});

test('a manifest holds the release as the constructs wrote it, and an older manifest holds none', () => {
  const text = { schemaVersion: '1.0', owner: 'tests', stack: 'a', resources: {} };
  expect(parseManifest({ ...text, release: 'zed' }, 'test').release).toBe('zed');
  expect(parseManifest(text, 'test').release).toBeUndefined();
  expect(() => parseManifest({ ...text, release: 'zedd' }, 'test')).toThrow(
    /"release" of the manifest is not valid: "zedd" is no OpenStack release/,
  );
});

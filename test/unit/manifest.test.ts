import { parseManifests } from '../../lib/contract/manifest';

const spec = { subnetId: '0d5f', method: 'check', pools: [{ start: '192.0.2.10', end: '192.0.2.20' }] };
const entry = { kind: 'allocation-pool', spec, dependsOn: [] };
const shared = {
  schemaVersion: '1.0',
  owner: 'tests',
  stack: 'shared',
  resources: { 'shared/Red/AllocationPools': entry },
};
const read = (json: unknown, source = 'file.json') => parseManifests(JSON.stringify(json), source);
const planOf = (change: object) => ({ format_version: '1.2', output_changes: { stackward_manifest: change } });

const expected = {
  owner: 'tests',
  stack: 'shared',
  source: 'file.json',
  removed: [],
  resources: [
    {
      path: 'shared/Red/AllocationPools',
      stack: 'shared',
      owner: 'tests',
      kind: 'allocation-pool',
      spec,
      dependsOn: [],
      unknown: [],
    },
  ],
};

describe('every form it comes in', () => {
  test.each([
    ['terraform output -json stackward_manifest', shared],
    [
      'terraform output -json',
      { stackward_manifest: { sensitive: false, type: ['object', {}], value: shared }, other: { value: 1 } },
    ],
    [
      'terraform show -json (state)',
      { format_version: '1.0', values: { outputs: { stackward_manifest: { value: shared } } } },
    ],
    ['terraform show -json PLAN', planOf({ actions: ['no-op'], before: shared, after: shared, after_unknown: false })],
    ['cdktf apply --outputs-file', { shared: { stackward_manifest: shared, 'cross-stack-output': 'x' } }],
  ])('%s', (_, json) => {
    expect(read(json)).toEqual([expected]);
  });

  test('several stacks of an outputs file', () => {
    const acme = { ...shared, stack: 'acme', resources: {} };
    const manifests = read({ shared: { stackward_manifest: shared }, acme: { stackward_manifest: acme } });
    expect(manifests.map((manifest) => [manifest.stack, manifest.resources.length])).toEqual([['shared', 1], ['acme', 0]]); // prettier-ignore
  });
});

describe('a Terraform plan', () => {
  test('names what is known after apply, and keeps what is known', () => {
    const after = {
      ...shared,
      resources: { 'shared/Red/AllocationPools': { ...entry, spec: { method: 'check', pools: spec.pools } } },
    };
    const unknown = {
      resources: { 'shared/Red/AllocationPools': { spec: { subnetId: true, pools: [{}] }, dependsOn: [] } },
    };
    const [manifest] = read(planOf({ actions: ['create'], before: null, after, after_unknown: unknown }));
    expect(manifest?.resources).toMatchObject([
      { unknown: ['spec.subnetId'], spec: { method: 'check', pools: spec.pools } },
    ]);
  });

  test('a spec known as a whole only after apply', () => {
    const after = { ...shared, resources: { 'shared/Red/AllocationPools': { kind: 'allocation-pool' } } };
    const unknown = { resources: { 'shared/Red/AllocationPools': { spec: true, dependsOn: true } } };
    const [manifest] = read(planOf({ actions: ['create'], before: null, after, after_unknown: unknown }));
    expect(manifest?.resources).toMatchObject([{ unknown: ['spec'], spec: {} }]);
  });

  test('shows what leaves the code', () => {
    const after = { ...shared, resources: {} };
    const [manifest] = read(planOf({ actions: ['update'], before: shared, after, after_unknown: {} }));
    expect(manifest).toEqual({ ...expected, resources: [], removed: expected.resources });
  });

  test('of a destroy: everything leaves', () => {
    const [manifest] = read(planOf({ actions: ['delete'], before: shared, after: null, after_unknown: false }));
    expect(manifest).toEqual({ ...expected, resources: [], removed: expected.resources });
  });
});

describe('refused with one sentence', () => {
  test.each([
    [
      'no output',
      {},
      'file.json: there is no output "stackward_manifest" here; a stack under OpenStackCloud always has one, so run `cdktf apply` for this stack first',
    ],
    ['what synth writes', { '//': {}, terraform: {}, output: {} }, 'file.json: this is what synth writes'],
    ['no output in a plan', planOf({}), 'there is no output "stackward_manifest" here'],
    [
      'no output in one stack of an outputs file',
      { shared: { stackward_manifest: shared }, acme: {} },
      'file.json, stack acme: there is no output',
    ],
    [
      'another major version',
      { ...shared, schemaVersion: '2.0' },
      'file.json, stack shared: the field "schemaVersion" of the manifest is "2.0"; this stackward reads 1.x',
    ],
    [
      'no version number',
      { ...shared, schemaVersion: 'one' },
      'the field "schemaVersion" of the manifest is not valid: must be "major.minor"',
    ],
    [
      'no owner',
      { ...shared, owner: undefined },
      'file.json, stack shared: the field "owner" of the manifest is not valid',
    ],
    [
      'an endpoint that is none',
      { ...shared, cloud: { endpointType: 'private' } },
      'file.json, stack shared: the field "cloud.endpointType" of the manifest is not valid',
    ],
    [
      'a region with a line break',
      { ...shared, cloud: { region: 'one\ntwo' } },
      'file.json, stack shared: the field "cloud.region" of the manifest is not valid: must be one line',
    ],
    [
      'an entry without a kind',
      { ...shared, resources: { 'shared/Red/AllocationPools': { spec, dependsOn: [] } } },
      'the field "resources.shared/Red/AllocationPools.kind"',
    ],
    [
      'a manifest that is unknown as a whole',
      planOf({ after_unknown: true }),
      'the whole manifest is known only after `cdktf apply`',
    ],
    ['a list', [shared], 'there is no output'],
  ])('%s', (_, json, message) => {
    expect(() => read(json)).toThrow(message);
  });

  test('a text that is not JSON', () => {
    expect(() => parseManifests('Warning: nothing here', 'stdin')).toThrow(/^stdin: it is not JSON/);
  });
});

test('a newer minor version is read, with fields nobody knows yet left out', () => {
  const [manifest] = read({ ...shared, schemaVersion: '1.7', novelty: true });
  expect(manifest).toEqual(expected);
});

import { Construct } from 'constructs';
import { AllocationPools, CloudStack } from '../../constructs';
import { declareResource } from '../../constructs/internal/declarations';
import { parseManifest } from '../../lib/contract/manifest';
import { allocationPoolSpec } from '../../reconcilers/allocation-pool/spec';
import { bootRestoreSpec } from '../../reconcilers/boot-restore/spec';
import { bridgePortSpec } from '../../reconcilers/bridge-port/spec';
import { firewallExceptionSpec } from '../../reconcilers/firewall-exception/spec';
import { fullApp } from '../support/full-app';
import { appWithCloud, synth } from '../support/synth';

test('a stack without declared resources has an empty manifest', () => {
  const { app, cloud } = appWithCloud();
  new CloudStack(app, 'shared', { cloud });
  expect(synth(app).stack('shared').output).toEqual({
    stackward_manifest: {
      description: expect.any(String) as string,
      value: { schemaVersion: '1.1', owner: 'test-owner', stack: 'shared', release: 'zed', resources: {} },
    },
  });
});

test('the manifest holds the provider’s settings of the cloud beside its release', () => {
  const urls = {
    authUrl: 'https://k.example/v3',
    endpointOverrides: { network: 'https://n.example/v2.0/', image: 'x' },
  };
  const providerSettings = { endpointType: 'internalURL', cacertFile: '~/ca.pem', maxRetries: 3, ...urls };
  const { app, cloud } = appWithCloud({ cloud: 'lab', region: 'two', providerSettings });
  new CloudStack(app, 'shared', { cloud });
  const value = synth(app).stack('shared').output['stackward_manifest']?.value;
  const [authUrl, networkUrl] = [urls.authUrl, urls.endpointOverrides.network];
  const said = { region: 'two', endpointType: 'internalURL', cacertFile: '~/ca.pem', authUrl, networkUrl };
  expect(value).toMatchObject({ schemaVersion: '1.1', cloud: said });
  expect(parseManifest(value, 'shared').cloud).toEqual(said);
});

test('the manifest leaves out certificates given as text and URLs that hold a password', () => {
  const providerSettings = { cacertFile: '-----BEGIN CERTIFICATE-----\nabc\n', authUrl: 'https://u:hunter2@k.example' };
  const { app, cloud } = appWithCloud({ providerSettings });
  new CloudStack(app, 'shared', { cloud });
  const value = synth(app).stack('shared').output['stackward_manifest']?.value;
  expect(value).toEqual({
    schemaVersion: '1.1',
    owner: 'test-owner',
    stack: 'shared',
    release: 'zed',
    resources: {},
  });
});

test('a resource is under its construct’s path, however deep, and names the resources that must converge before it', () => {
  const { app, cloud } = appWithCloud();
  const deep = new Construct(new Construct(new CloudStack(app, 'shared', { cloud }), 'A'), 'B');
  const first = new AllocationPools(deep, 'First', {
    subnetId: 's-1',
    pools: [{ start: '192.0.2.5', end: '192.0.2.9' }],
  });
  const second = new Construct(deep, 'Second');
  declareResource(second, { kind: 'another-kind', spec: { a: 1 }, dependsOn: [first] });
  const { value } = synth(app).stack('shared').output['stackward_manifest'] ?? {};
  expect(value).toMatchObject({
    resources: {
      'shared/A/B/First': { kind: 'allocation-pool', dependsOn: [] },
      'shared/A/B/Second': { kind: 'another-kind', spec: { a: 1 }, dependsOn: ['shared/A/B/First'] },
    },
  });
});

test('the stackward command reads every manifest that the constructs write', () => {
  const { stack } = synth(fullApp());
  const manifests = ['shared', 'acme', 'guests'].map((name) =>
    parseManifest(stack(name).output['stackward_manifest']?.value, name),
  );
  const resources = manifests.flatMap((manifest) => manifest.resources);
  expect(manifests.map(({ owner, stack: name }) => [owner, name])).toEqual([
    ['test-owner', 'shared'],
    ['test-owner', 'acme'],
    ['test-owner', 'guests'],
  ]);
  const schemas = {
    'allocation-pool': allocationPoolSpec,
    'boot-restore': bootRestoreSpec,
    'bridge-port': bridgePortSpec,
    'firewall-exception': firewallExceptionSpec,
  };
  expect([...new Set(resources.map(({ kind }) => kind))].sort()).toEqual(Object.keys(schemas));
  for (const { kind, spec } of resources) expect(schemas[kind as keyof typeof schemas].parse(spec)).toEqual(spec);
});

test('the manifest of the full example', () => {
  const { stack } = synth(fullApp());
  expect(stack('shared').output['stackward_manifest']?.value).toMatchInlineSnapshot(`
   {
     "cloud": {
       "region": "RegionTwo",
     },
     "owner": "test-owner",
     "release": "zed",
     "resources": {
       "shared/Red/AllocationPools": {
         "dependsOn": [],
         "kind": "allocation-pool",
         "spec": {
           "allowShrink": true,
           "method": "database",
           "pools": [
             {
               "end": "203.0.113.99",
               "start": "203.0.113.10",
             },
           ],
           "subnetId": "\${openstack_networking_subnet_v2.Red_Subnet_BD5DAD09.id}",
         },
       },
     },
     "schemaVersion": "1.1",
     "stack": "shared",
   }
  `);
});

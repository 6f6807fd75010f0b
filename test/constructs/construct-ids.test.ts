import { fullApp } from '../support/full-app';
import { synth } from '../support/synth';

test('resource addresses and manifest keys are those of docs/adr/0003-construct-ids.md', () => {
  const { stack } = synth(fullApp());
  const addresses = ['shared', 'acme', 'guests'].flatMap((name) => {
    const { resource, data, output, provider } = stack(name);
    const { resources } = output['stackward_manifest']?.value as { resources: object };
    return [
      ...Object.entries(resource).flatMap(([type, instances]) => Object.keys(instances).map((id) => `${type}.${id}`)),
      ...Object.entries(data).flatMap(([type, instances]) => Object.keys(instances).map((id) => `data.${type}.${id}`)),
      ...(provider['openstack'] ?? []).map(({ alias }) => `openstack${alias === undefined ? '' : `.${String(alias)}`}`),
      ...Object.keys(resources).map((path) => `manifest ${path}`),
    ].map((address) => `${name}: ${address}`);
  });
  expect(addresses.sort()).toMatchSnapshot();
});

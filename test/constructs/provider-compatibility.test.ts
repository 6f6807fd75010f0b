import table from '../../providers/openstack/compatibility.json';
import { fullApp } from '../support/full-app';
import { synth, type SynthesizedStack } from '../support/synth';

/** Terraform's own arguments, of any resource. */
const metaArguments = new Set(['depends_on', 'lifecycle', 'provider', 'count', 'for_each']);

/** Paths as the table has them: blocks are named without their index, a map is one attribute. */
function pathsOf(attributes: object, known: ReadonlySet<string>, prefix = ''): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const path = prefix + name;
    const blocks = (Array.isArray(value) ? value : [value]).filter(
      (item): item is object => typeof item === 'object' && item !== null,
    );
    const isBlock = [...known].some((name) => name.startsWith(`${path}.`));
    return [path, ...(isBlock ? blocks.flatMap((block) => pathsOf(block, known, `${path}.`)) : [])];
  });
}

function unknownTo(known: Record<string, string[]>, things: SynthesizedStack['resource']): string[] {
  return Object.entries(things).flatMap(([type, instances]) => {
    const paths = new Set(known[type] ?? []);
    return Object.values(instances).flatMap((attributes) =>
      pathsOf(attributes, paths)
        .filter((path) => !paths.has(path) && !metaArguments.has(path))
        .map((path) => `${type}.${path}`),
    );
  });
}

test('the constructs set only attributes that both provider versions have', () => {
  const { stack } = synth(fullApp());
  for (const name of ['shared', 'acme', 'guests']) {
    const { resource, data, provider } = stack(name);
    delete data['terraform_remote_state'];
    expect(unknownTo(table.resources, resource)).toEqual([]);
    expect(unknownTo(table.dataSources, data)).toEqual([]);
    const arguments_ = provider['openstack']?.flatMap((config) => Object.keys(config));
    expect(arguments_?.filter((argument) => argument !== 'alias' && !table.provider.includes(argument))).toEqual([]);
  }
});

test('the table detects an attribute that a version lacks', () => {
  const known = { openstack_networking_router_v2: ['external_fixed_ip', 'external_fixed_ip.subnet_id', 'name'] };
  const router = { name: 'r', external_gateway: 'x', external_fixed_ip: [{ subnet_id: 's', mac: 'm' }], lifecycle: {} };
  expect(unknownTo(known, { openstack_networking_router_v2: { router } })).toEqual([
    'openstack_networking_router_v2.external_gateway',
    'openstack_networking_router_v2.external_fixed_ip.mac',
  ]);
});

/** Things of a port wait while Terraform has still to boot the port's server. */
import { parseManifest } from '../../lib/contract/manifest';
import { parseTerraformPlan } from '../../review/terraform/plan-json';
import { waitForServers } from '../../review/terraform/unbooted';

const green = 'c1d7a2b8-0b1e-4c55-8f5e-0d5a3c9b7e01';
const red = 'c1d7a2b8-0b1e-4c55-8f5e-0d5a3c9b7e02';
const mail = 'c1d7a2b8-0b1e-4c55-8f5e-0d5a3c9b7e03';

const manifest = parseManifest(
  {
    schemaVersion: '1.1',
    owner: 'example',
    stack: 'acme',
    release: 'zed',
    resources: {
      'acme/Utm/Red': { kind: 'firewall-exception', spec: { portId: red, sources: 'any' }, dependsOn: [] },
      'acme/BootRestore': {
        kind: 'boot-restore',
        spec: { exceptions: [{ portId: mail }, { portId: green }] },
        dependsOn: [],
      },
      'acme/Mail': { kind: 'firewall-exception', spec: { portId: mail }, dependsOn: [] },
    },
  },
  'here',
);

const planOf = (type: string, actions: readonly string[], after: object, more: object = {}) =>
  parseTerraformPlan(
    JSON.stringify({
      format_version: '1.2',
      resource_changes: [{ address: 'x.y', mode: 'managed', type, ...more, change: { actions, before: {}, after } }],
    }),
    'here',
  );

const server = 'openstack_compute_instance_v2';
const nics = { network: [{ port: red }, { port: green }, { uuid: 'n' }] };
const unknownIn = (plan: ReturnType<typeof planOf>) =>
  Object.fromEntries(waitForServers(manifest, plan).resources.map(({ path, unknown }) => [path, unknown]));
const nothing = { 'acme/Utm/Red': [], 'acme/BootRestore': [], 'acme/Mail': [] };
const waiting = { ...nothing, 'acme/Utm/Red': ['spec.portId'], 'acme/BootRestore': ['spec.exceptions[1].portId'] };

test('things of the ports of a server that is to be made wait for it, and things of other ports do not', () => {
  expect(unknownIn(planOf(server, ['create'], nics))).toEqual(waiting);
});

test('things of ports wait for a server that an apply left half made', () => {
  const reason = { action_reason: 'replace_because_tainted' };
  expect(unknownIn(planOf(server, ['delete', 'create'], nics, reason))).toEqual(waiting);
});

test('things of ports wait for an interface that is to be attached', () => {
  const plan = planOf('openstack_compute_interface_attach_v2', ['create'], { port_id: red });
  expect(unknownIn(plan)).toEqual({ ...nothing, 'acme/Utm/Red': ['spec.portId'] });
});

test.each([
  ['a server that is replaced has bound its ports', server, ['delete', 'create'], nics],
  ['a server that is changed has bound its ports', server, ['update'], nics],
  ['the port itself binds nothing', 'openstack_networking_port_v2', ['create'], { port: red, port_id: red }],
])('nothing waits: %s', (_why, type, actions, after) => {
  expect(unknownIn(planOf(type, actions, after))).toEqual(nothing);
});

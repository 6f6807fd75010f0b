/** A plan that destroys a network and its subnet, and ports in it as Neutron tells them. */
import type { Port } from '../../lib/contract/ports';
import { parseTerraformPlan } from '../../review/terraform/plan-json';

export const id = (digit: string) => `00000000-0000-4000-8000-${digit.repeat(12)}`;
export const [network, subnet, router, server, elsewhere] = ['1', '2', '3', '4', '9'].map(id) as [string, string, string, string, string]; // prettier-ignore

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly values: object;
}

export function destroying(...resources: readonly Resource[]) {
  const named = resources.map(({ type, name, values }) => ({ address: `${type}.${name}`, mode: 'managed', type, values })); // prettier-ignore
  const plan = parseTerraformPlan(
    JSON.stringify({
      format_version: '1.2',
      resource_changes: named.map(({ values, ...told }) => ({
        ...told,
        change: { actions: ['delete'], before: values, after: null },
      })),
      prior_state: { values: { root_module: { resources: named } } },
    }),
    'here',
  );
  return [{ stack: 'acme', plan }];
}

export const theNetwork = {
  type: 'openstack_networking_network_v2',
  name: 'net',
  values: { id: network, name: 'Green' },
};
export const theSubnet = {
  type: 'openstack_networking_subnet_v2',
  name: 'sub',
  values: { id: subnet, network_id: network, cidr: '10.0.1.0/24' },
};

export const port = (given: Partial<Port>): Port => ({
  id: id('a'),
  name: '',
  networkId: network,
  macAddress: 'fa:16:3e:00:00:01',
  fixedIps: [{ subnetId: subnet, address: '10.0.1.77' }],
  deviceId: '',
  deviceOwner: '',
  status: 'DOWN',
  hostId: '',
  vifType: 'unbound',
  securityGroups: [],
  ...given,
});

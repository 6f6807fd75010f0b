/** The resources of synth-ours.ts, made with the provider's classes directly: no checks, no manifest. */
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { ComputeInstanceV2 } from '@cdktf/provider-openstack/lib/compute-instance-v2';
import { DataOpenstackIdentityAuthScopeV3 } from '@cdktf/provider-openstack/lib/data-openstack-identity-auth-scope-v3';
import { DataOpenstackIdentityRoleV3 } from '@cdktf/provider-openstack/lib/data-openstack-identity-role-v3';
import { IdentityProjectV3 } from '@cdktf/provider-openstack/lib/identity-project-v3';
import { IdentityRoleAssignmentV3 } from '@cdktf/provider-openstack/lib/identity-role-assignment-v3';
import { NetworkingNetworkV2 } from '@cdktf/provider-openstack/lib/networking-network-v2';
import { NetworkingPortV2 } from '@cdktf/provider-openstack/lib/networking-port-v2';
import { NetworkingSubnetV2 } from '@cdktf/provider-openstack/lib/networking-subnet-v2';
import { OpenstackProvider } from '@cdktf/provider-openstack/lib/provider';

/** About as long as a UTM's user data. */
const script = '# a line of a script that runs at every boot\n'.repeat(110);

const app = new App();
const shared = stackNamed('shared');
const red = new NetworkingNetworkV2(shared, 'Red', { name: 'red', external: true, shared: true });
const redSubnet = new NetworkingSubnetV2(shared, 'RedSubnet', {
  networkId: red.id,
  cidr: '198.18.0.0/16',
  ipVersion: 4,
});
for (let n = 0; n < 400; n++) tenant(n);
app.synth();

function stackNamed(name: string): TerraformStack {
  const stack = new TerraformStack(app, name);
  new LocalBackend(stack, { path: `../../../terraform.${name}.tfstate` });
  new OpenstackProvider(stack, 'Provider', { cloud: 'bench' });
  return stack;
}

function tenant(n: number): void {
  const third = `10.${n >> 8}.${n & 255}`;
  const stack = stackNamed(`tenant${n}`);
  const project = new IdentityProjectV3(stack, 'Project', { name: `tenant${n}` });
  const deployer = new DataOpenstackIdentityAuthScopeV3(stack, 'Deployer', { name: 'deployer' });
  const role = new DataOpenstackIdentityRoleV3(stack, 'Role', { name: 'member' });
  const assignment = new IdentityRoleAssignmentV3(stack, 'Assignment', {
    projectId: project.id,
    userId: deployer.userId,
    roleId: role.id,
  });
  const provider = new OpenstackProvider(stack, 'TenantProvider', {
    alias: 'tenant',
    cloud: 'bench',
    tenantId: project.id,
  });
  const scope = new DataOpenstackIdentityAuthScopeV3(stack, 'Scope', {
    name: 'scope',
    provider,
    dependsOn: [project, assignment],
  });
  const network = new NetworkingNetworkV2(stack, 'Network', { name: 'green', tenantId: project.id });
  const subnet = new NetworkingSubnetV2(stack, 'Subnet', {
    networkId: network.id,
    tenantId: project.id,
    cidr: `${third}.0/24`,
    ipVersion: 4,
  });
  const port = (id: string, networkId: string, subnetId: string, ipAddress: string): NetworkingPortV2 =>
    new NetworkingPortV2(stack, id, {
      name: id,
      networkId,
      tenantId: project.id,
      fixedIp: [{ subnetId, ipAddress }],
      noSecurityGroups: true,
    });
  port('Server', network.id, subnet.id, `${third}.20`);
  const green = port('Green', network.id, subnet.id, `${third}.1`);
  const outside = port('RedPort', red.id, redSubnet.id, `198.18.${10 + (n >> 8)}.${n & 255}`);
  new ComputeInstanceV2(stack, 'Utm', {
    name: `utm${n}`,
    imageId: 'image',
    flavorId: 'flavor',
    provider,
    network: [{ port: green.id }, { port: outside.id }],
    userData: `#!/bin/sh\n${script}nic ${green.macAddress}\nnic ${outside.macAddress}\n`,
    dependsOn: [scope],
  });
}

import { Cloud, type Named } from '../cloud';
import type { Declare } from '../declaration';
import type { Lab } from '../environment';

const base = (port: number): string => `http://127.0.0.1:${String(port)}`;

/** Users, services and endpoints of Keystone, and the member that tests use. */
export const catalogue: Declare = (lab) => ({
  stages: [
    {
      name: 'catalogue',
      needs: ['keystone'],
      // Another slot has other ports, so the endpoints are made to follow.
      key: String(lab.slot),
      run: () => fillCatalogue(lab),
    },
  ],
});

async function fillCatalogue(lab: Lab): Promise<void> {
  const { ports, passwords } = lab;
  const cloud = new Cloud(lab);
  const roles = (await cloud.request<{ roles: Named[] }>('keystone', 'GET', '/roles')).roles;
  const role = (name: string): string => roles.find((each) => each.name === name)?.id ?? '';
  const account = async (name: string, password: string, project: string, roleName: string): Promise<void> => {
    const { id: projectId } = await cloud.findOrCreate('keystone', `/projects?name=${project}`, project, {
      project: { name: project, domain_id: 'default' },
    });
    const { id } = await cloud.findOrCreate('keystone', `/users?name=${name}`, name, {
      user: { name, password, domain_id: 'default' },
    });
    await cloud.request('keystone', 'PUT', `/projects/${projectId}/users/${id}/roles/${role(roleName)}`);
  };
  const services = [
    { name: 'keystone', type: 'identity', address: lab.authUrl },
    { name: 'placement', type: 'placement', address: base(ports.placement) },
    { name: 'glance', type: 'image', address: base(ports.glance) },
    { name: 'neutron', type: 'network', address: base(ports.neutron) },
    { name: 'nova', type: 'compute', address: `${base(ports.nova)}/v2.1` },
    { name: 'cinder', type: 'volumev3', address: `${base(ports.cinder)}/v3/%(project_id)s` },
  ];
  // The first one runs alone, because two requests at once would make the project `service` twice.
  await account('placement', passwords.services, 'service', 'admin');
  await Promise.all([
    ...['glance', 'neutron', 'nova', 'cinder'].map((name) => account(name, passwords.services, 'service', 'admin')),
    account('member', passwords.member, 'member', 'member'),
    ...services.map(async ({ name, type, address }) => {
      const service = await cloud.findOrCreate('keystone', `/services?name=${name}`, name, { service: { name, type } });
      await setEndpoints(cloud, service.id, address);
    }),
  ]);
}

async function setEndpoints(cloud: Cloud, serviceId: string, address: string): Promise<void> {
  const { endpoints } = await cloud.request<{ endpoints: { id: string; interface: string; url: string }[] }>(
    'keystone',
    'GET',
    `/endpoints?service_id=${serviceId}`,
  );
  for (const name of ['public', 'internal', 'admin']) {
    const found = endpoints.find((each) => each.interface === name);
    if (found?.url === address) continue;
    const endpoint = { service_id: serviceId, interface: name, url: address, region_id: 'RegionOne' };
    if (found) await cloud.request('keystone', 'PATCH', `/endpoints/${found.id}`, { endpoint });
    else await cloud.request('keystone', 'POST', '/endpoints', { endpoint });
  }
}

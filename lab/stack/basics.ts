import { Cloud } from '../cloud';
import type { Declare } from '../declaration';
import type { Lab } from '../environment';

const IMAGE = 'stackward-utm';
const FLAVOR = 'stackward.utm';

/** An image and a flavor to boot from, and no quotas for the admin project. */
export const basics: Declare = (lab) => ({
  stages: [
    { name: 'image', needs: ['glance-api', 'catalogue'], run: () => addImage(lab) },
    { name: 'flavor', needs: ['nova-api', 'catalogue'], run: () => addFlavor(lab) },
    {
      name: 'quotas',
      needs: ['nova-api', 'neutron-server', 'cinder-api', 'catalogue'],
      run: () => liftQuotas(lab),
    },
  ],
});

/** A raw disk of zeros, because the fake driver never reads it. */
async function addImage(lab: Lab): Promise<void> {
  const cloud = new Cloud(lab);
  const { images } = await cloud.request<{ images: { id: string }[] }>('glance', 'GET', `/images?name=${IMAGE}`);
  // An image whose upload was interrupted can't be used.
  for (const { id } of images) await cloud.request('glance', 'DELETE', `/images/${id}`);
  const { id } = await cloud.request<{ id: string }>('glance', 'POST', '/images', {
    name: IMAGE,
    disk_format: 'raw',
    container_format: 'bare',
    visibility: 'public',
    min_disk: 1,
    min_ram: 64,
  });
  await cloud.request('glance', 'PUT', `/images/${id}/file`, new Uint8Array(1024 * 1024));
}

async function addFlavor(lab: Lab): Promise<void> {
  await new Cloud(lab).findOrCreate('nova', '/flavors', FLAVOR, {
    flavor: { name: FLAVOR, vcpus: 1, ram: 64, disk: 1 },
  });
}

const unlimited = (names: string): Record<string, number> =>
  Object.fromEntries(names.split(' ').map((name) => [name, -1]));

async function liftQuotas(lab: Lab): Promise<void> {
  const cloud = new Cloud(lab);
  const project = await cloud.project();
  await Promise.all([
    cloud.request('nova', 'PUT', `/os-quota-sets/${project}`, {
      quota_set: unlimited('instances cores ram key_pairs metadata_items server_groups server_group_members'),
    }),
    cloud.request('neutron', 'PUT', `/quotas/${project}`, {
      quota: unlimited(
        'network subnet subnetpool port router floatingip security_group security_group_rule rbac_policy trunk',
      ),
    }),
    cloud.request('cinder', 'PUT', `/${project}/os-quota-sets/${project}`, {
      quota_set: unlimited('volumes snapshots gigabytes backups backup_gigabytes groups per_volume_gigabytes'),
    }),
  ]);
}

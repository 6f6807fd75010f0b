/** The tables that an inventory reads, by era. */
import type { InventoryEra } from './inventory-world';

const mitakaFirst = (name: string): string[] => [`icehouse-${name}.sql`, `mitaka-${name}.sql`];

/** Database → files of test/fixtures/schema. */
export const filesOf: Readonly<Record<InventoryEra, Readonly<Record<string, readonly string[]>>>> = {
  icehouse: {
    nova: ['icehouse-nova.sql'],
    keystone: ['icehouse-keystone.sql'],
    cinder: ['icehouse-cinder.sql'],
    glance: ['icehouse-glance.sql'],
    neutron: ['icehouse-neutron.sql', 'icehouse-securitygroups.sql', 'icehouse-floatingips.sql'],
  },
  mitaka: {
    nova: mitakaFirst('nova'),
    keystone: mitakaFirst('keystone'),
    cinder: mitakaFirst('cinder'),
    glance: ['icehouse-glance.sql'],
    neutron: ['icehouse-neutron.sql', 'mitaka-ipam.sql', 'icehouse-securitygroups.sql', 'icehouse-floatingips.sql'],
  },
  zed: {
    nova: ['zed-nova.sql'],
    nova_cell0: ['zed-nova.sql'],
    nova_api: ['zed-nova-api.sql'],
    keystone: ['zed-keystone.sql'],
    cinder: ['zed-cinder.sql'],
    glance: ['zed-glance.sql'],
    neutron: ['zed-neutron.sql', 'zed-securitygroups.sql', 'zed-floatingips.sql'],
  },
};

/**
 * Rules that had another name. While a file holds the old name alone, its value is in force for the new one, whatever
 * `enforce_new_defaults` says. Source: oslo_policy/policy.py, `_handle_deprecated_rule`; the packages nova 21.0.0–33.0.2 and
 * cinder 25.0.0–27.0.0. Neutron, Glance and Keystone renamed none.
 */
import { isAtLeast, type Release } from '../releases';
import type { PolicyService } from './check';

interface Renaming {
  /** First release with new names. */
  readonly since: Release;
  /** Old name → new names; one that begins with a colon follows the old one. */
  readonly names: Readonly<Record<string, string>>;
}

const nova: Renaming = {
  since: 'ussuri',
  names: {
    'os_compute_api:os-agents': ':create :delete :list :update',
    'os_compute_api:os-attach-interfaces': ':create :delete :list :show',
    'os_compute_api:os-baremetal-nodes': ':list :show',
    'os_compute_api:os-deferred-delete': ':force :restore',
    'os_compute_api:os-flavor-extra-specs:index': 'os_compute_api:servers:show:flavor-extra-specs',
    'os_compute_api:os-floating-ips': ':add :create :delete :list :remove :show',
    'os_compute_api:os-hosts': ':list :reboot :show :shutdown :start :update',
    'os_compute_api:os-hypervisors': ':list :list-detail :search :servers :show :statistics :uptime',
    'os_compute_api:os-instance-actions': ':list :show',
    'os_compute_api:os-instance-usage-audit-log': ':list :show',
    'os_compute_api:os-migrate-server:migrate_live': ':host',
    'os_compute_api:os-migrations:index': ':all_projects :host',
    'os_compute_api:os-multinic': ':add :remove',
    'os_compute_api:os-networks:view': 'os_compute_api:os-networks:list os_compute_api:os-networks:show',
    'os_compute_api:os-rescue': 'os_compute_api:os-unrescue',
    'os_compute_api:os-security-groups':
      ':add :create :delete :get :list :remove :rule:create :rule:delete :show :update',
    'os_compute_api:os-server-password': ':clear :show',
    'os_compute_api:os-services': ':delete :list :update',
    'os_compute_api:os-tenant-networks': ':list :show',
    'os_compute_api:os-used-limits': 'os_compute_api:limits:other_project',
    'os_compute_api:os-volumes':
      ':create :delete :detail :list :show :snapshots:create :snapshots:delete :snapshots:detail :snapshots:list :snapshots:show',
    'os_compute_api:servers:migrations:index': ':host',
  },
};

const cinder: Renaming = {
  since: 'wallaby',
  names: {
    'group:group_types_manage': 'group:group_types:create group:group_types:delete group:group_types:update',
    'group:group_types_specs': ':create :delete :get :get_all :update',
    'volume_extension:quota_classes': ':get :update',
    'volume_extension:types_manage':
      'volume_extension:type_create volume_extension:type_delete volume_extension:type_update',
    'volume_extension:volume_image_metadata': ':remove :set :show',
  },
};

const renamings: Readonly<Partial<Record<PolicyService, Renaming>>> = { nova, cinder };

/** What became of this rule, on that release; [] where it kept its name. */
export function newNamesOf(service: PolicyService, rule: string, release: Release): readonly string[] {
  const renaming = renamings[service];
  if (renaming === undefined || !isAtLeast(release, renaming.since)) return [];
  const names = Object.hasOwn(renaming.names, rule) ? (renaming.names[rule] ?? '') : '';
  return names.split(' ').flatMap((name) => (name === '' ? [] : [name.startsWith(':') ? `${rule}${name}` : name]));
}

export const oldNameOf = (service: PolicyService, rule: string, release: Release): string | undefined =>
  Object.keys(renamings[service]?.names ?? {}).find((old) => newNamesOf(service, old, release).includes(rule));

/** Options that take several values (MultiStrOpt, MultiOpt): each mention adds one, and none shadows another. */
import type { OptionName, OsloConfig, OsloOption } from './effective';
import { sectionKey } from './file';

/** In whatever section. Read in the sources of nova, neutron, cinder, glance, keystone and the oslo libraries, Icehouse to 2026.2. */
const names: ReadonlySet<string> = new Set([
  ...[
    'virt_mkfs',
    'reserved_huge_pages',
    'available_filters',
    'scheduler_available_filters',
    'osapi_compute_extension',
  ],
  ...['pci_alias', 'device_spec', 'passthrough_whitelist', 'pci_passthrough_whitelist', 'service_provider'],
  ...['osapi_volume_extension', 'replication_device', 'excluded_domain_ip', 'excluded_domain_ips'],
  ...['netapp_replication_aggregate_map', 'vmware_cluster_name', 'vmware_storage_profile', 'vmware_datastores'],
  ...['filesystem_store_datadirs', 'trusted_dashboard', 'trusted_issuer', 'notification_opt_out', 'backend_argument'],
  ...['notification_driver', 'list_notifier_drivers', 'pre_settled', 'policy_dirs', 'instance_usage_audit_extension'],
]);

/** Of names that elsewhere take one value. */
const inSections: ReadonlySet<string> = new Set(['pci alias', 'oslo_messaging_notifications driver']);

const isMultiple = ({ section, name }: OptionName): boolean =>
  names.has(name) || inSections.has(`${section.toLowerCase()} ${name}`);

/** Every option that a file sets, once each, by the name that stands there: of former names nothing is known here. */
export function optionsSetIn({ files }: OsloConfig): readonly OsloOption[] {
  const found = new Map<string, OsloOption>();
  for (const { entries, python } of files)
    for (const { section, name } of entries) {
      const key = `${sectionKey(section, python)}\n${name}`;
      if (!found.has(key)) found.set(key, { section, name, multiple: isMultiple({ section, name }) });
    }
  return [...found.values()];
}

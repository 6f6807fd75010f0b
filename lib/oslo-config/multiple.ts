/** Options with several values (MultiStrOpt, MultiOpt): each line adds a value, and no line overrides another. */
import type { OptionName, OsloConfig, OsloOption } from './effective';
import { sectionKey } from './file';

/**
 * These names have several values in every section. From the sources of nova, neutron, cinder, glance, keystone and the
 * oslo libraries, Icehouse to 2026.2.
 */
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

/** These names have several values in this section, and one value elsewhere. */
const inSections: ReadonlySet<string> = new Set(['pci alias', 'oslo_messaging_notifications driver']);

/** True if the option takes several values. Used where the service itself does not describe the option. */
export const isMultiple = ({ section, name }: OptionName): boolean =>
  names.has(name) || inSections.has(`${section.toLowerCase()} ${name}`);

/**
 * All options that a file sets, each once.
 *
 * @param registered the options that the service registers, with present and former names; [] if nobody asked the
 * service: then each name is an option of its own
 */
export function optionsSetIn({ files }: OsloConfig, registered: readonly OsloOption[] = []): readonly OsloOption[] {
  const found = new Map<string, OsloOption>();
  const byName = new Map<string, OsloOption>();
  for (const option of registered.toReversed())
    for (const { section, name } of [...(option.former ?? []), option])
      byName.set(`${sectionKey(section, 3)}\n${name}`, option);
  for (const { entries, python } of files)
    for (const { section, name } of entries) {
      const key = `${sectionKey(section, python)}\n${name}`;
      const known = byName.get(key);
      const id = known === undefined ? key : `${sectionKey(known.section, 3)}\n${known.name}`;
      if (!found.has(id)) found.set(id, known ?? { section, name, multiple: isMultiple({ section, name }) });
    }
  return [...found.values()];
}

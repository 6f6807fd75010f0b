/** OpenStack's services that have policies and a configuration, and their names on a host. */

export const serviceNames = ['neutron', 'nova', 'cinder', 'glance', 'keystone'] as const;
/** The name of the project and of its folder in /etc. */
export type ServiceName = (typeof serviceNames)[number];

/**
 * The program that serves the API and enforces its policies. If it has a unit of its own, the unit has this name too.
 */
export const apiProgram: Readonly<Record<ServiceName, string>> = {
  neutron: 'neutron-server',
  nova: 'nova-api',
  cinder: 'cinder-api',
  glance: 'glance-api',
  keystone: 'keystone',
};

/**
 * The name of the API's configuration file without `.conf`: the project's name. Only Glance has a file for each
 * program.
 */
export const configName = (service: ServiceName): string => (service === 'glance' ? apiProgram.glance : service);

/**
 * The projects whose services the host program recognizes among a host's processes: `PROJECTS` of
 * host/stackward-host.py.
 */
export const knownProjects =
  'aodh barbican ceilometer cinder cloudkitty designate glance gnocchi heat ironic keystone magnum manila mistral neutron nova octavia placement sahara senlin swift trove watcher zaqar zun'.split(
    ' ',
  );

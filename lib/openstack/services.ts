/** OpenStack's services that have policies and a configuration, and the names that each goes by on a host. */

export const serviceNames = ['neutron', 'nova', 'cinder', 'glance', 'keystone'] as const;
/** The project's name, and that of its folder in /etc. */
export type ServiceName = (typeof serviceNames)[number];

/** The program that serves the API and enforces its policies. Its unit has this name too, where it has one of its own. */
export const apiProgram: Readonly<Record<ServiceName, string>> = {
  neutron: 'neutron-server',
  nova: 'nova-api',
  cinder: 'cinder-api',
  glance: 'glance-api',
  keystone: 'keystone',
};

/** Name of the API's configuration file without `.conf`: the project's; Glance alone has a file for each program. */
export const configName = (service: ServiceName): string => (service === 'glance' ? apiProgram.glance : service);

/** Whose services the host program finds among the processes of a host: `PROJECTS` of host/stackward-host.py. */
export const knownProjects =
  'aodh barbican ceilometer cinder cloudkitty designate glance gnocchi heat ironic keystone magnum manila mistral neutron nova octavia placement sahara senlin swift trove watcher zaqar zun'.split(
    ' ',
  );

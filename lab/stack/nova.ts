import { join } from 'node:path';
import { Cloud } from '../cloud';
import { renderIni, type Declare } from '../declaration';
import type { Lab } from '../environment';
import { answersHttp } from '../probes';
import { noHeartbeats, transportUrl } from './broker';
import { databaseUrl, migration } from './database';
import { authTokenSection, consoleScript, serviceUserSection, wsgiFile, wsgiServer } from './python';

/** API, conductor, scheduler, and a compute service with Nova's fake driver for each host. */
export const nova: Declare = (lab, queues) => {
  const { folder, ports } = lab;
  const etc = join(folder, 'etc', 'nova');
  const cloud = new Cloud(lab);
  const config = `--config-file=${join(etc, 'nova.conf')}`;
  const paste = join(folder, 'packages', 'usr', 'share', 'nova-common', 'api-paste.ini');
  return {
    files: [
      { path: 'etc/nova/nova.conf', text: novaConf(lab, etc) },
      wsgiFile('nova-api', { module: 'nova.api.openstack.compute.wsgi', function: 'init_application' }),
      ...lab.hosts.map(({ name }) => ({
        path: `etc/nova/${name}.conf`,
        text: renderIni({ DEFAULT: { host: name, state_path: join(folder, 'nova', name) } }),
      })),
    ],
    stages: [
      migration(lab, {
        name: 'nova-database',
        databases: ['nova', 'nova_api', 'nova_cell0'],
        command: consoleScript(lab, 'nova-manage=nova.cmd.manage:main', ...setUpCells(config)),
      }),
    ],
    services: [
      {
        name: 'nova-api',
        needs: ['nova-database', 'rabbitmq', 'package-files'],
        command: wsgiServer(lab, 'nova-api', ports.nova, 8),
        environment: {
          OS_NOVA_CONFIG_DIR: etc,
          OS_NOVA_CONFIG_FILES: `${paste};nova.conf`,
          // Green threads hang among uwsgi's real ones: "greenlet.error: cannot switch to a different thread".
          OS_NOVA_DISABLE_EVENTLET_PATCHING: '1',
        },
        port: ports.nova,
        isReady: () => answersHttp(ports.nova),
      },
      {
        name: 'nova-conductor',
        needs: ['nova-database', 'rabbitmq'],
        command: consoleScript(lab, 'nova-conductor=nova.cmd.conductor:main', config),
        isReady: () => queues.hasConsumer('conductor'),
      },
      {
        name: 'nova-scheduler',
        needs: ['nova-database', 'rabbitmq', 'catalogue'],
        command: consoleScript(lab, 'nova-scheduler=nova.cmd.scheduler:main', config),
        isReady: () => queues.hasConsumer('scheduler'),
      },
      ...lab.hosts.map(({ name }) => ({
        name: `nova-compute-${name}`,
        needs: ['nova-conductor', 'nova-scheduler', 'nova-api', 'placement', 'catalogue'],
        command: consoleScript(
          lab,
          'nova-compute=nova.cmd.compute:main',
          config,
          `--config-file=${join(etc, `${name}.conf`)}`,
        ),
        isReady: async () => (await queues.hasConsumer(`compute.${name}`)) && (await isSchedulable(cloud, name)),
      })),
    ],
  };
};

/** True if the host is in a cell and reports, because the scheduler passes over any other host. */
async function isSchedulable(cloud: Cloud, host: string): Promise<boolean> {
  const path = '/os-hypervisors';
  const { hypervisors } = await cloud.request<{ hypervisors: { hypervisor_hostname: string; state: string }[] }>(
    'nova',
    'GET',
    path,
  );
  return hypervisors.some((each) => each.hypervisor_hostname === host && each.state === 'up');
}

/**
 * The cells' addresses are templates that Nova fills from its configuration, so no port and no password stands in the
 * database, or here.
 */
function setUpCells(config: string): string[] {
  const database = (name: string) => `{scheme}://{username}:{password}@{hostname}:{port}/${name}?{query}`;
  const commands = [
    ['api_db', 'sync'],
    ['cell_v2', 'map_cell0', `--database_connection=${database('nova_cell0')}`],
    ['db', 'sync'],
    [
      'cell_v2',
      'create_cell',
      '--name=cell1',
      '--transport-url={scheme}://{username}:{password}@{hostname}:{port}/',
      `--database_connection=${database('nova')}`,
    ],
  ];
  return commands.flatMap((command, index) => [...(index > 0 ? ['--then'] : []), config, ...command]);
}

function novaConf(lab: Lab, etc: string): string {
  const { folder, ports } = lab;
  const user = serviceUserSection(lab, 'nova');
  return renderIni({
    DEFAULT: {
      my_ip: '127.0.0.1',
      transport_url: transportUrl(lab),
      state_path: join(folder, 'nova', 'state'),
      compute_driver: 'fake.FakeDriver',
      // The fake driver plugs nothing, so Neutron never reports a plugged port.
      vif_plugging_is_fatal: false,
      vif_plugging_timeout: 0,
      // Otherwise periodic tasks would first wait for up to a minute, by chance.
      periodic_fuzzy_delay: 0,
      // Neutron tells Nova of each change, so no host asks Neutron about a server every minute.
      heal_instance_info_cache_interval: -1,
      osapi_compute_listen: '127.0.0.1',
      osapi_compute_listen_port: ports.nova,
      enabled_apis: 'osapi_compute',
    },
    api: { auth_strategy: 'keystone' },
    api_database: { connection: databaseUrl(lab, 'nova_api') },
    database: { connection: databaseUrl(lab, 'nova') },
    keystone_authtoken: authTokenSection(lab, 'nova'),
    conductor: { workers: 1 },
    // The scheduler puts new hosts into the cell, which spares a slow command at the first start.
    scheduler: { workers: 1, discover_hosts_in_cells_interval: 2 },
    glance: { ...user, api_servers: `http://127.0.0.1:${String(ports.glance)}` },
    neutron: user,
    placement: user,
    cinder: user,
    oslo_messaging_rabbit: noHeartbeats,
    oslo_concurrency: { lock_path: join(folder, 'nova', 'lock') },
    oslo_policy: { policy_file: join(etc, 'policy.yaml') },
  });
}

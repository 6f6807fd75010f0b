import { join } from 'node:path';
import { renderIni, type Declare } from '../declaration';
import type { Lab } from '../environment';
import { answersHttp } from '../probes';
import { noHeartbeats, transportUrl } from './broker';
import { databaseUrl, migration } from './database';
import { authTokenSection, consoleScript, serviceUserSection } from './python';

/** The server, with ML2 and Open vSwitch; the agents are in compute-host.ts. */
export const neutron: Declare = (lab, queues) => {
  const { folder, ports } = lab;
  const etc = join(folder, 'etc', 'neutron');
  const config = [`--config-file=${join(etc, 'neutron.conf')}`, `--config-file=${join(etc, 'ml2.ini')}`];
  return {
    files: [
      { path: 'etc/neutron/neutron.conf', text: neutronConf(lab, etc) },
      {
        path: 'etc/neutron/ml2.ini',
        text: renderIni({
          ml2: {
            type_drivers: 'flat,vlan,local',
            // The agents report no tunnels, so a port of a vxlan network could not be bound on their hosts.
            tenant_network_types: 'vlan',
            mechanism_drivers: 'openvswitch',
            extension_drivers: 'port_security,qos',
          },
          ml2_type_flat: { flat_networks: '*' },
          ml2_type_vlan: { network_vlan_ranges: 'physnet1:100:4000' },
          securitygroup: { enable_security_group: true, enable_ipset: true },
        }),
      },
    ],
    stages: [
      migration(lab, {
        name: 'neutron-database',
        databases: ['neutron'],
        command: consoleScript(lab, 'neutron-db-manage=neutron.db.migration.cli:main', ...config, 'upgrade', 'heads'),
      }),
    ],
    services: [
      {
        name: 'neutron-server',
        needs: ['neutron-database', 'rabbitmq', 'package-files'],
        command: consoleScript(lab, 'neutron-server=neutron_server:main', ...config),
        port: ports.neutron,
        isReady: async () =>
          (await answersHttp(ports.neutron)) &&
          (await queues.hasConsumer('q-plugin')) &&
          (await queues.hasConsumer('q-reports-plugin')),
      },
    ],
  };
};

function neutronConf(lab: Lab, etc: string): string {
  const { folder, ports } = lab;
  return renderIni({
    DEFAULT: {
      bind_host: '127.0.0.1',
      bind_port: ports.neutron,
      state_path: join(folder, 'neutron', 'server'),
      core_plugin: 'ml2',
      service_plugins: 'router,qos,segments,trunk',
      auth_strategy: 'keystone',
      api_paste_config: join(folder, 'packages', 'usr', 'share', 'neutron-common', 'api-paste.ini'),
      transport_url: transportUrl(lab),
      // One process does everything.
      api_workers: 0,
      rpc_workers: 0,
      rpc_state_report_workers: 0,
      dhcp_agent_notification: false,
      notify_nova_on_port_status_changes: true,
      notify_nova_on_port_data_changes: true,
    },
    database: { connection: databaseUrl(lab, 'neutron') },
    keystone_authtoken: authTokenSection(lab, 'neutron'),
    nova: serviceUserSection(lab, 'nova'),
    placement: serviceUserSection(lab, 'placement'),
    oslo_messaging_rabbit: noHeartbeats,
    oslo_concurrency: { lock_path: join(folder, 'neutron', 'server', 'lock') },
    oslo_policy: { policy_file: join(etc, 'policy.yaml') },
  });
}

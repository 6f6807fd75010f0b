import { join } from 'node:path';
import { acceptsTcp } from '../probes';
import type { Declare } from '../declaration';
import type { Lab } from '../environment';

/** The option `transport_url`, as seen from the machine's own namespace or from a compute host's namespace. */
export const transportUrl = (lab: Lab, address = '127.0.0.1'): string =>
  `rabbit://stack:${lab.passwords.services}@${address}:${String(lab.ports.rabbit)}/`;

/**
 * nova-api under uwsgi sends no heartbeats while it idles; the broker then closes the connection, and the next message
 * is lost in the dead socket: the server of that request stays in BUILD for ever. Without heartbeats nobody closes it.
 */
export const noHeartbeats = { heartbeat_timeout_threshold: 0 };

export const broker: Declare = (lab) => {
  const { folder, ports } = lab;
  const etc = join(folder, 'etc', 'rabbitmq');
  return {
    files: [
      {
        path: 'etc/rabbitmq/rabbitmq.conf',
        text: [
          `listeners.tcp.local = 127.0.0.1:${String(ports.rabbit)}`,
          `listeners.tcp.agents = ${lab.address}:${String(ports.rabbit)}`,
          'loopback_users = none',
          'default_user = stack',
          `default_pass = ${lab.passwords.services}`,
          // The default asks `ps` every 2.5 seconds, and that costs as much as the broker itself.
          'vm_memory_calculation_strategy = allocated',
          '',
        ].join('\n'),
      },
      {
        path: 'etc/rabbitmq/advanced.config',
        text: '[{kernel,[{inet_dist_use_interface,{127,0,0,1}}]}].\n',
      },
    ],
    services: [
      {
        name: 'epmd',
        needs: [],
        command: ['epmd', '-address', '127.0.0.1', '-port', String(ports.epmd)],
        port: ports.epmd,
        isReady: () => acceptsTcp(ports.epmd),
      },
      {
        name: 'rabbitmq',
        needs: ['epmd'],
        command: ['/usr/lib/rabbitmq/bin/rabbitmq-server'],
        environment: {
          RABBITMQ_NODENAME: 'stackward@localhost',
          RABBITMQ_MNESIA_BASE: join(folder, 'rabbitmq'),
          RABBITMQ_LOG_BASE: join(folder, 'log'),
          RABBITMQ_LOGS: '-',
          RABBITMQ_CONFIG_FILE: join(etc, 'rabbitmq.conf'),
          RABBITMQ_ADVANCED_CONFIG_FILE: join(etc, 'advanced.config'),
          RABBITMQ_ENABLED_PLUGINS_FILE: join(etc, 'enabled_plugins'),
          RABBITMQ_CONF_ENV_FILE: '/dev/null',
          RABBITMQ_PID_FILE: join(folder, 'run', 'rabbitmq.own-pid'),
          RABBITMQ_DIST_PORT: String(ports.rabbitDistribution),
          ERL_EPMD_ADDRESS: '127.0.0.1',
          ERL_EPMD_PORT: String(ports.epmd),
          // Otherwise its schedulers would spin for a while before they sleep.
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+sbwt none +sbwtdcpu none +sbwtdio none',
        },
        port: ports.rabbit,
        isReady: () => acceptsTcp(ports.rabbit),
        // A client notices a dead connection too late, and its first message is lost.
        takesDependentsAlong: true,
      },
    ],
  };
};

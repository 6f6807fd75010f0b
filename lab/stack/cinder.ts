import { join } from 'node:path';
import { renderIni, type Declare } from '../declaration';
import { answersHttp } from '../probes';
import { noHeartbeats, transportUrl } from './broker';
import { databaseUrl, migration } from './database';
import { authTokenSection, consoleScript, wsgiFile, wsgiServer } from './python';

/** API and scheduler: quotas work in full, a volume is refused for want of a backend. */
export const cinder: Declare = (lab, queues) => {
  const { folder, ports } = lab;
  const etc = join(folder, 'etc', 'cinder');
  const common = join(folder, 'packages', 'usr', 'share', 'cinder-common');
  const config = `--config-file=${join(etc, 'cinder.conf')}`;
  return {
    files: [
      {
        path: 'etc/cinder/cinder.conf',
        text: renderIni({
          DEFAULT: {
            state_path: join(folder, 'cinder'),
            transport_url: transportUrl(lab),
            auth_strategy: 'keystone',
            api_paste_config: join(common, 'api-paste.ini'),
            resource_query_filters_file: join(folder, 'packages', 'etc', 'cinder', 'resource_filters.json'),
          },
          database: { connection: databaseUrl(lab, 'cinder') },
          keystone_authtoken: authTokenSection(lab, 'cinder'),
          oslo_messaging_rabbit: noHeartbeats,
          oslo_concurrency: { lock_path: join(folder, 'cinder', 'lock') },
          oslo_policy: { policy_file: join(etc, 'policy.yaml') },
        }),
      },
      wsgiFile('cinder-api', { module: 'cinder.wsgi.wsgi', function: 'initialize_application' }),
    ],
    stages: [
      migration(lab, {
        name: 'cinder-database',
        databases: ['cinder'],
        command: consoleScript(lab, 'cinder-manage=cinder.cmd.manage:main', config, 'db', 'sync'),
      }),
    ],
    services: [
      {
        name: 'cinder-api',
        needs: ['cinder-database', 'rabbitmq', 'package-files'],
        command: wsgiServer(lab, 'cinder-api', ports.cinder, 2, config),
        port: ports.cinder,
        isReady: () => answersHttp(ports.cinder),
      },
      {
        name: 'cinder-scheduler',
        needs: ['cinder-database', 'rabbitmq'],
        command: consoleScript(lab, 'cinder-scheduler=cinder.cmd.scheduler:main', config),
        isReady: () => queues.hasConsumer('cinder-scheduler'),
      },
    ],
  };
};

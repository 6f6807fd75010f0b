import { join } from 'node:path';
import { renderIni, type Declare } from '../declaration';
import { answersHttp } from '../probes';
import { databaseUrl, migration } from './database';
import { authTokenSection, consoleScript } from './python';

export const glance: Declare = (lab) => {
  const { folder, ports } = lab;
  const etc = join(folder, 'etc', 'glance');
  const config = `--config-file=${join(etc, 'glance-api.conf')}`;
  return {
    files: [
      {
        path: 'etc/glance/glance-api.conf',
        text: renderIni({
          DEFAULT: {
            bind_host: '127.0.0.1',
            bind_port: ports.glance,
            workers: 0,
            node_staging_uri: `file://${join(folder, 'glance', 'staging')}`,
          },
          database: { connection: databaseUrl(lab, 'glance') },
          keystone_authtoken: authTokenSection(lab, 'glance'),
          paste_deploy: {
            flavor: 'keystone',
            config_file: join(folder, 'packages', 'usr', 'share', 'glance-common', 'glance-api-paste.ini'),
          },
          glance_store: {
            stores: 'file,http',
            default_store: 'file',
            filesystem_store_datadir: join(folder, 'glance', 'images'),
          },
          oslo_policy: { policy_file: join(etc, 'policy.yaml') },
        }),
      },
    ],
    stages: [
      migration(lab, {
        name: 'glance-database',
        databases: ['glance'],
        command: consoleScript(lab, 'glance-manage=glance.cmd.manage:main', config, 'db', 'sync'),
      }),
    ],
    services: [
      {
        name: 'glance-api',
        needs: ['glance-database', 'package-files'],
        command: consoleScript(lab, 'glance-api=glance.cmd.api:main', config),
        port: ports.glance,
        isReady: () => answersHttp(ports.glance),
      },
    ],
  };
};

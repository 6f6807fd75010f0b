import { join } from 'node:path';
import { renderIni, type Declare } from '../declaration';
import { answersHttp } from '../probes';
import { databaseUrl, migration } from './database';
import { authTokenSection, consoleScript, wsgiFile, wsgiServer } from './python';

export const placement: Declare = (lab) => {
  const etc = join(lab.folder, 'etc', 'placement');
  return {
    files: [
      {
        path: 'etc/placement/placement.conf',
        text: renderIni({
          api: { auth_strategy: 'keystone' },
          placement_database: { connection: databaseUrl(lab, 'placement') },
          keystone_authtoken: authTokenSection(lab, 'placement'),
        }),
      },
      wsgiFile('placement', { module: 'placement.wsgi', function: 'init_application' }),
    ],
    stages: [
      migration(lab, {
        name: 'placement-database',
        databases: ['placement'],
        command: consoleScript(
          lab,
          'placement-manage=placement.cmd.manage:main',
          `--config-file=${join(etc, 'placement.conf')}`,
          'db',
          'sync',
        ),
      }),
    ],
    services: [
      {
        name: 'placement',
        needs: ['placement-database'],
        command: wsgiServer(lab, 'placement', lab.ports.placement, 4),
        environment: { OS_PLACEMENT_CONFIG_DIR: etc },
        port: lab.ports.placement,
        isReady: () => answersHttp(lab.ports.placement),
      },
    ],
  };
};

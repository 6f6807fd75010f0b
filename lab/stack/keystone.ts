import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderIni, type Declare } from '../declaration';
import { answersHttp } from '../probes';
import { databaseUrl, migration } from './database';
import { consoleScript, wsgiFile, wsgiServer } from './python';

export const keystone: Declare = (lab) => {
  const etc = join(lab.folder, 'etc', 'keystone');
  const keys = ['fernet', 'credential'].map((name) => join(lab.folder, 'keystone', name));
  const manage = ['--config-file', join(etc, 'keystone.conf')];
  return {
    files: [
      {
        path: 'etc/keystone/keystone.conf',
        text: renderIni({
          database: { connection: databaseUrl(lab, 'keystone') },
          token: { provider: 'fernet' },
          // As in production, where memcached keeps what Keystone read. Here one process answers, so its own memory is
          // enough. Without a cache a token costs eight times as much to issue or to check.
          cache: { enabled: true, backend: 'dogpile.cache.memory_pickle' },
          fernet_tokens: { key_repository: keys[0] ?? '' },
          fernet_receipts: { key_repository: keys[0] ?? '' },
          credential: { key_repository: keys[1] ?? '' },
          // The fewest rounds of bcrypt, because these passwords are random.
          identity: { password_hash_rounds: 4 },
          oslo_policy: { policy_file: join(etc, 'policy.yaml') },
        }),
      },
      wsgiFile('keystone', { module: 'keystone.server.wsgi', function: 'initialize_public_application' }),
    ],
    stages: [
      {
        name: 'keystone-keys',
        needs: ['mariadb'],
        run: () => {
          keys.forEach(writeKeys);
          return Promise.resolve();
        },
      },
      migration(lab, {
        name: 'keystone-database',
        needs: ['keystone-keys'],
        databases: ['keystone'],
        command: consoleScript(
          lab,
          'keystone-manage=keystone.cmd.manage:main',
          ...manage,
          'db_sync',
          '--then',
          ...manage,
          'bootstrap',
        ),
        environment: {
          OS_BOOTSTRAP_USERNAME: 'admin',
          OS_BOOTSTRAP_PROJECT_NAME: 'admin',
          OS_BOOTSTRAP_PASSWORD: lab.passwords.admin,
          OS_BOOTSTRAP_REGION_ID: 'RegionOne',
          OS_BOOTSTRAP_PUBLIC_URL: lab.authUrl,
          OS_BOOTSTRAP_INTERNAL_URL: lab.authUrl,
          OS_BOOTSTRAP_ADMIN_URL: lab.authUrl,
        },
      }),
    ],
    services: [
      {
        name: 'keystone',
        needs: ['keystone-database'],
        command: wsgiServer(lab, 'keystone', lab.ports.keystone, 8),
        environment: { OS_KEYSTONE_CONFIG_DIR: etc },
        port: lab.ports.keystone,
        isReady: () => answersHttp(lab.ports.keystone, '/v3'),
      },
    ],
  };
};

/**
 * Does what `keystone-manage fernet_setup` does: 0 is the next key, 1 the present one; each is 32 random bytes in
 * base64url.
 */
function writeKeys(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of ['0', '1']) {
    const key = randomBytes(32).toString('base64url').padEnd(44, '=');
    writeFileSync(join(folder, name), key, { mode: 0o600 });
  }
}

/** Finds clouds.yaml and secure.yaml where every OpenStack client looks for them. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CredentialFiles } from '../lib/credentials';
import { findText, getText } from './files';

/** Order: OS_CLIENT_CONFIG_FILE, this folder, ~/.config/openstack, /etc/openstack (openstacksdk's configuration guide). */
export function readCredentialFiles(env: Readonly<Record<string, string | undefined>>): CredentialFiles {
  const places = ['.', join(homedir(), '.config/openstack'), '/etc/openstack'].map((folder) =>
    join(folder, 'clouds.yaml'),
  );
  const named = env.OS_CLIENT_CONFIG_FILE;
  const path = named || places.find((place) => findText(place) !== undefined);
  if (path === undefined) return {};
  const secure = env.OS_CLIENT_SECURE_FILE || join(dirname(path), 'secure.yaml');
  const text = findText(secure);
  return {
    cloudsYaml: { path, text: getText(path) },
    ...(text === undefined ? {} : { secureYaml: { path: secure, text } }),
  };
}

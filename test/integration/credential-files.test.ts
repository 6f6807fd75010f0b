/** Which files credentials are read from: where openstacksdk and gophercloud would read two different ones, one sentence says so. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readCredentialFiles } from '../../adapters/files/credential-files';

const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-credentials-'));
  mkdirSync(join(folder, 'project'));
  process.chdir(join(folder, 'project'));
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

function put(...paths: string[]): void {
  for (const path of paths) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, path);
  }
}
const found = (env: Record<string, string> = {}) => {
  const { cloudsYaml, secureYaml, publicYaml } = readCredentialFiles({ HOME: join(folder, 'home'), ...env });
  return [cloudsYaml?.text, secureYaml?.text, publicYaml?.text];
};

test('each file is searched by itself: this folder, then ~/.config/openstack', () => {
  put('home/.config/openstack/clouds.yaml', 'home/.config/openstack/secure.yaml');
  expect(found()).toEqual(['home/.config/openstack/clouds.yaml', 'home/.config/openstack/secure.yaml', undefined]);
  put('project/clouds.yaml', 'project/clouds-public.yaml');
  expect(found()).toEqual(['project/clouds.yaml', 'home/.config/openstack/secure.yaml', 'project/clouds-public.yaml']);
});

test('without clouds.yaml nothing is read', () => {
  put('project/secure.yaml');
  expect(found()).toEqual([undefined, undefined, undefined]);
});

test('files that variables name', () => {
  put('elsewhere/a.yaml', 'elsewhere/s.yaml', 'project/clouds.yaml');
  const env = { OS_CLIENT_CONFIG_FILE: join(folder, 'elsewhere/a.yaml'), OS_CLIENT_SECURE_FILE: join(folder, 'elsewhere/s.yaml') }; // prettier-ignore
  expect(found(env)).toEqual(['elsewhere/a.yaml', 'elsewhere/s.yaml', undefined]);
  rmSync(env.OS_CLIENT_SECURE_FILE);
  expect(() => found(env)).toThrow(`${env.OS_CLIENT_SECURE_FILE}: there is no such file`);
});

test('a relative path is refused, because Terraform runs in another folder', () => {
  put('project/clouds.yaml');
  expect(() => found({ OS_CLIENT_CONFIG_FILE: 'clouds.yaml' })).toThrow(
    'OS_CLIENT_CONFIG_FILE is clouds.yaml, and Terraform runs in another folder than stackward; write the absolute path',
  );
});

test.each([
  [['project/clouds.yml', 'home/.config/openstack/clouds.yaml'], 'clouds.yml: the openstack command reads it, and Terraform\'s provider reads '], // prettier-ignore
  [['project/clouds.json'], "clouds.json: the openstack command reads it, and Terraform's provider does not find it; keep one file, by the name clouds.yaml, in this folder"], // prettier-ignore
])('two clients, two files: %j', (paths, sentence) => {
  put(...paths);
  expect(() => found()).toThrow(sentence);
});

test('a folder of XDG_CONFIG_HOME, which openstacksdk alone knows', () => {
  put('xdg/openstack/clouds.yaml');
  const attempt = () => found({ XDG_CONFIG_HOME: join(folder, 'xdg') });
  expect(attempt).toThrow("Terraform's provider does not find it");
});

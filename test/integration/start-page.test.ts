/** docs/start.md to the letter: its main.ts and its clouds.yaml, in a folder of their own, with the real provider. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inClone } from '../support/documents';
import { linkWithNativeTypeScript } from '../support/native-typescript';
import { json, login, password, RogueServer } from '../support/rogue-cloud';

const root = resolve(__dirname, '../..');
const page = readFileSync(join(root, 'docs/start.md'), 'utf8');
const run = promisify(execFile);

let folder: string;
let keystone: RogueServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-start-'));
  for (const name of ['adapters', 'constructs', 'lib', 'reconcilers', 'providers'])
    symlinkSync(join(root, name), join(folder, name));
  // readme.test.ts compiles the same program with the clone's own TypeScript.
  linkWithNativeTypeScript(root, folder);
  // The compiler's cache is the project's own.
  const compilerOptions = { incremental: false, tsBuildInfoFile: null };
  const types = { extends: join(root, 'tsconfig.app.json'), compilerOptions, include: ['main.ts'] };
  writeFileSync(join(folder, 'tsconfig.app.json'), JSON.stringify(types));
  writeFileSync(join(folder, 'main.ts'), inClone(/```ts\n(.*?)```/s.exec(page)?.[1] ?? ''));
  keystone = await RogueServer.start();
  keystone.answer = (request, response) =>
    (request.method === 'POST' && request.url === '/v3/auth/tokens' ? login(keystone.url()) : json({}, 404))(
      request,
      response,
    );
});

afterEach(async () => {
  await keystone.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The environment of a shell without any OS_* variable, whose user keeps no clouds.yaml elsewhere. */
function environment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('OS_'));
  return { ...Object.fromEntries(others), HOME: folder, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
}

const synth = () => run(process.execPath, [join(root, 'scripts/app.mjs')], { cwd: folder, env: environment() });

async function terraform(...args: string[]): Promise<string> {
  const cwd = join(folder, 'cdktf.out/stacks/acme');
  const ended = run(process.env.TERRAFORM_BINARY_NAME ?? 'terraform', [...args, '-input=false', '-no-color'], {
    cwd,
    env: environment(),
  });
  return ended.then(
    ({ stdout }) => stdout,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  );
}

const logins = () => keystone.received.filter((request) => request.startsWith('POST /v3/auth/tokens'));

test('Terraform finds clouds.yaml and secure.yaml beside main.ts, also where the files come after synth', async () => {
  await synth();
  const domain = { user_domain_id: 'default', project_domain_id: 'default' };
  const auth = { auth_url: `${keystone.url()}/v3`, username: 'deployer', project_name: 'admin', ...domain };
  writeFileSync(join(folder, 'clouds.yaml'), JSON.stringify({ clouds: { 'my-cloud': { auth } } }));
  writeFileSync(join(folder, 'secure.yaml'), JSON.stringify({ clouds: { 'my-cloud': { auth: { password } } } }));
  expect(await terraform('init')).toContain('successfully initialized');
  const said = await terraform('plan');
  expect(said).not.toContain('clouds.y');
  expect(logins().filter((request) => request.includes(password))).not.toHaveLength(0);

  // Once more, over the links that are there, of which one leads nowhere, and a copy of the user's own.
  const copy = join(folder, 'cdktf.out/stacks/acme/secure.yaml');
  rmSync(copy);
  writeFileSync(copy, 'clouds: {}');
  await expect(synth()).rejects.toMatchObject({
    stderr: expect.stringContaining(`${copy}: it is a file of its own`) as string,
  });
  expect(readFileSync(copy, 'utf8')).toBe('clouds: {}');
});

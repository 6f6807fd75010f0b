/** An interrupt while Terraform plans: no plan stays on this machine, and no lock on the state. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CommandFolder } from '../support/command';
import { TerraformFolder } from '../support/terraform-folder';

let command: CommandFolder;
let app: TerraformFolder;
let server: Server;
/** What is done when Terraform asks for a state, while it plans. */
let onAsked: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((_, response) => onAsked(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());
beforeEach(() => {
  const { TERRAFORM_BINARY_NAME = 'terraform', TF_CLI_CONFIG_FILE = '' } = process.env;
  command = new CommandFolder();
  const TMPDIR = join(command.folder, 'tmp');
  mkdirSync(TMPDIR);
  command.env = { TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE, TMPDIR };
  app = new TerraformFolder(command.folder);
});
afterEach(() => command.remove());

/** With `asks`, planning reads another state from the server. */
function write({ asks }: { readonly asks: boolean }): void {
  const { port } = server.address() as AddressInfo;
  const config = { address: `http://127.0.0.1:${port}/`, retry_max: 0 };
  const data = asks ? { data: { terraform_remote_state: { other: { backend: 'http', config } } } } : {};
  const manifest = { schemaVersion: '1.0', owner: 'tests', stack: 'acme', resources: {} };
  app.write([
    {
      name: 'acme',
      code: {
        ...data,
        resource: { terraform_data: { one: { input: 'one' } } },
        output: { stackward_manifest: { value: manifest } },
      },
    },
  ]);
}

test.each([
  ['review', ['review', '--no-synth']],
  ['verify', ['verify', '--both-halves']],
  ['deploy', ['deploy', '--no-synth', '--auto-approve']],
  ['destroy', ['destroy', '--stack', 'acme', '--both-halves', '--auto-approve']],
])('%s', async (_, words) => {
  write({ asks: false });
  expect(await command.run(['deploy', '--no-synth', '--auto-approve'])).toMatchObject({ code: 0, stderr: '' });
  write({ asks: true });
  let child: ChildProcess | undefined;
  onAsked = (response) => {
    child?.kill('SIGINT');
    child?.stderr?.once('data', () => response.writeHead(404).end());
  };
  const ended = await command.run(words, '', undefined, (started) => (child = started));
  expect([ended.code, ended.stderr]).toEqual([
    1,
    expect.stringContaining('interrupted while it planned; run it again'),
  ]);
  expect(readdirSync(command.env.TMPDIR ?? '').filter((name) => name.startsWith('stackward-'))).toEqual([]);
  expect(readdirSync(app.folder).filter((name) => name.includes('.lock.'))).toEqual([]);
});

test.each([[['plan', '--manifest', 'manifest.json']], [['services']]])(
  '%j says that nothing was changed',
  async (words) => {
    const { port } = server.address() as AddressInfo;
    writeFileSync(join(command.folder, 'manifest.json'), JSON.stringify({ schemaVersion: '1.0', owner: 'tests', stack: 'acme', release: 'zed', resources: {} })); // prettier-ignore
    Object.assign(command.env, { OS_AUTH_URL: `http://127.0.0.1:${port}/v3`, OS_USERNAME: 'u', OS_PASSWORD: 'p', OS_PROJECT_NAME: 'p' }); // prettier-ignore
    let child: ChildProcess | undefined;
    onAsked = () => void child?.kill('SIGINT');
    const ended = await command.run(words, '', undefined, (started) => (child = started));
    expect([ended.code, ended.stderr]).toEqual([130, '\nInterrupted: nothing was changed.\n']);
  },
);

/** A review whose login Keystone refuses starts no plan, and ends without waiting for Terraform's version. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFolder } from '../support/command';
import { TerraformFolder } from '../support/terraform-folder';

let command: CommandFolder;
let started: string;
let server: Server;

beforeAll(async () => {
  command = new CommandFolder();
  started = join(command.folder, 'started');
  const binary = join(command.folder, 'terraform');
  const slow = `trap 'kill $!; echo ended >> '${started}'; exit 1' INT; sleep 20 & echo $1 >> '${started}'; wait`;
  writeFileSync(binary, `#!/bin/sh\n${slow}\n`, { mode: 0o755 });
  server = createServer((_, response) => {
    void (async () => {
      while (!existsSync(started)) await sleep(20);
      const error = { code: 401, message: 'no', title: 'Unauthorized' };
      response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  command.env = {
    TERRAFORM_BINARY_NAME: binary,
    OS_AUTH_URL: `http://127.0.0.1:${port}/v3`,
    OS_USERNAME: 'u',
    OS_PASSWORD: 'p',
    OS_PROJECT_NAME: 'p',
  };
});
afterAll(() => {
  server.close();
  command.remove();
});

test('it says that the login was refused, and Terraform was asked for no more than its version', async () => {
  const network = { openstack_networking_network_v2: { green: { name: 'green' } } };
  new TerraformFolder(command.folder).write([
    { name: 'acme', code: { provider: { openstack: [{}] }, resource: network } },
  ]);
  const ended = await command.run(['review', '--no-synth']);
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('The login was refused')]);
  expect(readFileSync(started, 'utf8').trim().split('\n')).toEqual(['version', 'ended']);
});

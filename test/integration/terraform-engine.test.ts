/** Which of Terraform and OpenTofu runs, by the programs in PATH and without a variable. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEngine } from '../../adapters/terraform/engine';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stackward-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const terraform = 'Terraform v1.11.4\non linux_amd64';
const openTofu = 'OpenTofu v1.10.6\non linux_amd64';

/** A PATH with programs that answer `version` so. */
function pathWith(answers: Readonly<Record<string, string>>): string {
  for (const [name, answer] of Object.entries(answers)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n[ "$1" = version ] && echo '${answer}'\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

test.each([
  ['tofu', { tofu: openTofu }, {}, { name: 'tofu', binary: 'tofu', version: '1.10.6' }],
  ['both', { tofu: openTofu, terraform }, {}, { name: 'terraform', binary: 'terraform', version: '1.11.4' }],
  [
    'both, and a variable that names tofu',
    { tofu: openTofu, terraform },
    { TERRAFORM_BINARY_NAME: 'tofu' },
    { name: 'tofu', binary: 'tofu', version: '1.10.6' },
  ],
  [
    'OpenTofu by the name terraform',
    { terraform: openTofu },
    {},
    { name: 'tofu', binary: 'terraform', version: '1.10.6' },
  ],
])('with %s in PATH, that engine runs', async (_, answers, variables, expected) => {
  expect(await findEngine({ PATH: pathWith(answers), ...variables })).toEqual(expected);
});

test('a folder and a file that nobody may run are no programs', async () => {
  mkdirSync(join(folder, 'terraform'));
  writeFileSync(join(folder, 'tofu'), '');
  await expect(findEngine({ PATH: folder })).rejects.toThrow(
    "terraform and tofu can't be found; put terraform or tofu into PATH, or name one in TERRAFORM_BINARY_NAME",
  );
});

test('a program that answers as another product is refused with its answer', async () => {
  await expect(findEngine({ PATH: pathWith({ terraform: 'Terrible v3' }) })).rejects.toThrow(
    '`terraform version` does not answer as Terraform or OpenTofu; see which program that is: Terrible v3',
  );
});

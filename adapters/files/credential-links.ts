/**
 * Makes links from the folder in which Terraform runs a stack to the credential files beside main.ts.
 *
 * Symptom: cdktf runs Terraform in cdktf.out/stacks/<stack>. The provider looks for clouds.yaml in its current folder,
 * then in ~/.config/openstack and /etc/openstack. So it did not find the file beside main.ts, which the `openstack`
 * command and stackward read (provider 1.54.1: "no clouds.yml file found").
 * How: there is a link for each name that the provider looks for. For the provider and for Terraform's `fileexists`, a
 * link to a missing file is no file. So the links can be made before the files, and no secret is copied.
 */
import { lstatSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InvalidConfiguration } from '../../lib/basics/errors';

/** Source: gophercloud/utils, openstack/clientconfig/utils.go. */
const names = ['clouds', 'secure', 'clouds-public'].flatMap((name) => [`${name}.yaml`, `${name}.yml`]);

/**
 * Puts the links into a stack's folder. They are absolute, so they lead to the files beside main.ts wherever cdktf
 * writes.
 * @param folder cdktf.out/stacks/<stack>
 * @throws InvalidConfiguration if there is a file in the place of a link
 */
export function putCredentialLinks(folder: string): void {
  for (const name of names) {
    const path = join(folder, name);
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isSymbolicLink())
      throw new InvalidConfiguration(
        'it is a file of its own, which Terraform would read instead of the one beside main.ts; move it there, or delete it',
        { where: path },
      );
    rmSync(path, { force: true });
    symlinkSync(resolve(name), path);
  }
}

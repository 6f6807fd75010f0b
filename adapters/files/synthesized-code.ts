/** What the synthesized code of this folder names of a cloud: cdktf.out/stacks/NAME/cdk.tf.json, as Terraform gets it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { sayFault } from '../../lib/basics/schema-fault';
import type { DeclaredStack } from '../../lib/contract/report-ports';
import { findText, getText } from './files';

const text = z.string().max(1024);
const blocks = z.record(text, z.record(text, z.record(text, z.unknown())));
const provider = z.object({ cloud: text.optional(), auth_url: text.optional() });
const stackFile = z.object({
  provider: z.object({ openstack: z.array(provider).default([]) }).default({ openstack: [] }),
  data: blocks.default({}),
  resource: blocks.default({}),
  output: z
    .object({ stackward_manifest: z.object({ value: z.object({ release: text.optional() }) }).optional() })
    .default({}),
});
type Blocks = z.infer<typeof blocks>;

/** @throws InvalidConfiguration where nothing is synthesized */
export function readSynthesizedCode(folder: string): readonly DeclaredStack[] {
  const settings = findText(join(folder, 'cdktf.json'));
  const output = settings === undefined ? undefined : (parseJson(settings) as { output?: unknown }).output;
  const stacks = join(folder, typeof output === 'string' ? output : 'cdktf.out', 'stacks');
  let names: string[];
  try {
    names = readdirSync(stacks);
  } catch {
    throw new InvalidConfiguration(
      'there is no synthesized code here; run `npm run -s synth` in the project’s folder',
      {
        where: stacks,
      },
    );
  }
  return names.sort().map((name) => stackOf(name, join(stacks, name, 'cdk.tf.json')));
}

function stackOf(name: string, path: string): DeclaredStack {
  const parsed = stackFile.safeParse(parseJson(getText(path)));
  if (!parsed.success)
    throw new InvalidConfiguration(`this is not what cdktf writes: ${sayFault(parsed.error)}; synthesize it again`, {
      where: path,
    });
  const { data, resource, output, provider } = parsed.data;
  const release = output.stackward_manifest?.value.release;
  return {
    name,
    ...defined({ release }),
    // A block with an address of its own is a tenant's, whose login is that of an entry that stands elsewhere in the code.
    clouds: provider.openstack
      .filter(({ cloud, auth_url: url }) => cloud !== undefined || url === undefined)
      .map(({ cloud }) => cloud),
    things: [
      ...thingsOf(resource, 'openstack_compute_instance_v2', 'image', ['image_name', 'image_id']),
      ...thingsOf(resource, 'openstack_compute_instance_v2', 'flavor', ['flavor_name', 'flavor_id']),
      ...thingsOf(data, 'openstack_images_image_v2', 'image', ['name', 'image_id']),
      ...thingsOf(data, 'openstack_compute_flavor_v2', 'flavor', ['name', 'flavor_id']),
      ...thingsOf(data, 'openstack_networking_network_v2', 'network', ['name', 'network_id']),
      ...thingsOf(data, 'openstack_identity_role_v3', 'role', ['name']),
      ...thingsOf(data, 'openstack_identity_user_v3', 'user', ['name']),
    ],
  };
}

/** A value that Terraform works out (`${…}`) names nothing that is there before the apply. */
const thingsOf = (
  from: Blocks,
  type: string,
  kind: DeclaredStack['things'][number]['kind'],
  fields: readonly string[],
): DeclaredStack['things'] =>
  Object.values(from[type] ?? {}).flatMap((block) =>
    fields.flatMap((field) => {
      const value = block[field];
      return typeof value === 'string' && value !== '' && !value.includes('${') ? [{ kind, name: value }] : [];
    }),
  );

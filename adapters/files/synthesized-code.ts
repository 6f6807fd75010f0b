/**
 * Reads which things of a cloud (images, flavors, networks, …) the synthesized code of this folder refers to, from the
 * files that Terraform gets: cdktf.out/stacks/NAME/cdk.tf.json.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { sayFault } from '../../lib/basics/schema-fault';
import {
  terraformTypes,
  type DeclaredStack,
  type DeclaredThing,
  type NamedThing,
} from '../../lib/contract/report-ports';
import { cloudsOfProviders } from '../../lib/openstack/provider-clouds';
import { getText } from './files';
import { outputFolder } from './output-folder';

const text = z.string().max(1024);
const blocks = z.record(text, z.record(text, z.record(text, z.unknown())));
const provider = z.object({ cloud: text.optional(), auth_url: text.optional() });
const required = z.object({ source: text, version: text });
const declared = z.object({ kind: text, spec: z.object({ method: text.optional() }).optional() });
const stackFile = z.object({
  terraform: z.object({ required_providers: z.record(text, required).default({}) }).default({ required_providers: {} }),
  provider: z.object({ openstack: z.array(provider).default([]) }).default({ openstack: [] }),
  data: blocks.default({}),
  resource: blocks.default({}),
  output: z
    .object({
      stackward_manifest: z
        .object({
          value: z.object({
            release: text.optional(),
            owner: text.optional(),
            resources: z.record(text, declared).default({}),
          }),
        })
        .optional(),
    })
    .default({}),
});

/**
 * Things that some stack makes by the same name are no things of the cloud, so they are left out.
 * @throws InvalidConfiguration where nothing is synthesized
 */
export function readSynthesizedCode(folder: string): readonly DeclaredStack[] {
  const stacks = join(outputFolder(folder), 'stacks');
  let names: string[];
  try {
    names = readdirSync(stacks);
  } catch {
    throw new InvalidConfiguration(
      'there is no synthesized code here; run `npm run -s synth` in the project’s folder',
      { where: stacks, about: 'order' },
    );
  }
  const read = names.sort().map((name) => stackOf(name, join(stacks, name, 'cdk.tf.json')));
  const made = new Set(read.flatMap(({ makes }) => makes.map(keyOf)));
  return read.map(({ makes: _, ...stack }) => ({
    ...stack,
    things: stack.things.filter((thing) => !made.has(keyOf(thing))),
  }));
}

const serverType = 'openstack_compute_instance_v2';
const kinds = Object.keys(terraformTypes) as DeclaredThing['kind'][];

const keyOf = ({ kind, by, name }: DeclaredThing): string => `${kind} ${by} ${name}`;

interface ReadStack extends DeclaredStack {
  readonly makes: readonly DeclaredThing[];
}

function stackOf(name: string, path: string): ReadStack {
  const parsed = stackFile.safeParse(parseJson(getText(path)));
  if (!parsed.success)
    throw new InvalidConfiguration(`this is not what cdktf writes: ${sayFault(parsed.error)}; synthesize it again`, {
      where: path,
      about: 'order',
    });
  const { terraform, data, resource, output, provider } = parsed.data;
  const { release, owner, resources = {} } = output.stackward_manifest?.value ?? {};
  const isInDatabase = Object.values(resources).some(
    ({ kind, spec }) => kind === 'allocation-pool' && spec?.method === 'database',
  );
  const named = (type: string, kind: DeclaredThing['kind'], ...fields: readonly string[]): readonly NamedThing[] =>
    Object.values(resource[type] ?? {}).flatMap((block) => thingsOf(block, kind, fields));
  const lookedUp = (kind: DeclaredThing['kind'], ...fields: readonly string[]): readonly NamedThing[] =>
    Object.values(data[terraformTypes[kind]] ?? {}).flatMap((block) =>
      thingsOf(block, kind, fields).map((thing) => ({ ...thing, ...filtersOf(block, fields) })),
    );
  const ofServers = (kind: 'flavor' | 'image'): readonly NamedThing[] =>
    named(serverType, kind, `${kind}_name`, `${kind}_id`).map((thing) =>
      thing.by === 'id' ? thing : { ...thing, needsAccess: true },
    );
  return {
    name,
    ...defined({ release, owner, changesPools: isInDatabase ? (true as const) : undefined }),
    providers: Object.values(terraform.required_providers),
    clouds: cloudsOfProviders(provider.openstack),
    things: [
      ...ofServers('image'),
      ...ofServers('flavor'),
      ...lookedUp('image', 'name', 'image_id'),
      ...lookedUp('flavor', 'name', 'flavor_id'),
      ...lookedUp('network', 'name', 'network_id'),
      ...lookedUp('role', 'name'),
      ...lookedUp('user', 'name'),
    ],
    makes: kinds.flatMap((kind) => named(terraformTypes[kind], kind, 'name')),
  };
}

type Block = Readonly<Record<string, unknown>>;

/** As cdktf marks each block: `"//": {"metadata": {"path": "acme/Web/Resource", …}}`. */
const mark = z.object({ metadata: z.object({ path: text }) });

function writtenBy({ '//': marked }: Block): Pick<NamedThing, 'namedBy'> {
  const read = mark.safeParse(marked);
  return read.success ? { namedBy: read.data.metadata.path } : {};
}

/** True if the value is a literal. A value that Terraform computes (`${…}`) can't name a thing before the apply. */
const isKnown = (value: unknown): value is string => typeof value === 'string' && value !== '' && !value.includes('${');

const thingsOf = (block: Block, kind: DeclaredThing['kind'], fields: readonly string[]): readonly NamedThing[] =>
  fields.flatMap((field) => {
    const value = block[field];
    return isKnown(value)
      ? [{ kind, name: value, by: field.endsWith('_id') ? 'id' : 'name', ...writtenBy(block) }]
      : [];
  });

/**
 * Arguments that leave no thing out: Terraform's own arguments of every data source, and those that sort or choose a
 * place.
 */
const noFilters = [
  ...['//', 'count', 'depends_on', 'for_each', 'lifecycle', 'provider', 'connection', 'provisioner'],
  ...['id', 'region', 'sort_key', 'sort_direction', 'most_recent'],
];

function filtersOf(
  block: Block,
  names: readonly string[],
): Pick<DeclaredThing, 'domainId' | 'takesOne' | 'notCompared'> {
  const domainId = block['domain_id'];
  const known = [...noFilters, ...names, ...(isKnown(domainId) ? ['domain_id'] : [])];
  const notCompared = Object.keys(block).filter((field) => !known.includes(field));
  return defined({
    domainId: isKnown(domainId) ? domainId : undefined,
    takesOne: block['most_recent'] === true ? (true as const) : undefined,
    notCompared: notCompared.length > 0 ? notCompared : undefined,
  });
}

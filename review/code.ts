/** The synthesized code of a stack: which construct each address of Terraform belongs to. Its text is hostile too. */
import * as z from 'zod';
import '../lib/basics/schema-words';
import { asStackwardError, InvalidConfiguration } from '../lib/basics/errors';
import { parseJson } from '../lib/basics/json';
import { line } from '../lib/basics/line';
import { sayFault } from '../lib/basics/schema-fault';
import { outputName } from '../lib/contract/manifest';
import { cloudsOfProviders } from '../lib/openstack/provider-clouds';
import type { Declared } from './model';

const block = z.record(
  line,
  z.looseObject({ '//': z.looseObject({ metadata: z.looseObject({ path: line }) }).optional() }),
);
const providers = z.array(z.looseObject({ cloud: line.optional(), auth_url: z.string().optional() }));
const codeFile = z.looseObject({
  provider: z.looseObject({ openstack: z.unknown() }).optional(),
  resource: z.record(line, block).default({}),
  output: z.record(z.string(), z.looseObject({ value: z.unknown() })).default({}),
});
const declaredManifest = z.looseObject({ resources: z.record(line, z.looseObject({ kind: line })) });

export interface SynthesizedCode {
  /** Address → construct path, such as `acme/Utm/Red`. A path that two resources give belongs to neither. */
  readonly paths: ReadonlyMap<string, string>;
  /** Terraform's resources, then stackward's. */
  readonly declares: readonly Declared[];
  /** The entries of clouds.yaml that Terraform's providers name; undefined: one names none. */
  readonly clouds: readonly (string | undefined)[];
  /** Stack → the outputs of it that this stack reads. */
  readonly reads: ReadonlyMap<string, readonly string[]>;
}

/** A reference to another stack's output, as cdktf writes it, and as people write it by hand with the stack's name. */
const reference =
  /data\.terraform_remote_state\.(?:cross-stack-reference-input-)?([^.}"]{1,1000})\.outputs\.([^.}"[\]]{1,1000})/g;

/**
 * @param text cdk.tf.json of the stack
 * @throws InvalidConfiguration if that is not what cdktf writes
 */
export function parseCode(text: string, source: string): SynthesizedCode {
  try {
    const { provider, resource, output } = codeFile.parse(parseJson(text));
    const resources = Object.entries(resource).flatMap(([type, named]) =>
      Object.entries(named).map(([name, body]) => ({
        address: `${type}.${name}`,
        type,
        path: body['//']?.metadata.path ?? `${type}.${name}`,
      })),
    );
    const manifest = declaredManifest.safeParse(output[outputName]?.value);
    const own = manifest.success ? Object.entries(manifest.data.resources) : [];
    const givers = new Map<string, number>();
    for (const path of [...resources.map((resource) => resource.path), ...own.map(([id]) => id)])
      givers.set(path, (givers.get(path) ?? 0) + 1);
    return {
      paths: new Map(
        resources.filter(({ path }) => givers.get(path) === 1).map(({ address, path }) => [address, path]),
      ),
      declares: [
        ...resources.map(({ type, path }) => ({ type, path })),
        ...own.map(([path, { kind }]) => ({ type: kind, path })),
      ],
      clouds: cloudsOf(provider?.openstack),
      reads: readsIn(text),
    };
  } catch (error) {
    const fault = error instanceof z.ZodError ? sayFault(error) : asStackwardError(error).detail;
    throw new InvalidConfiguration(`this is not what cdktf writes: ${fault}; synthesize it again`, { where: source });
  }
}

/** [] if stackward can't read the blocks: Terraform tells what is wrong with them. */
const cloudsOf = (blocks: unknown): SynthesizedCode['clouds'] =>
  cloudsOfProviders(providers.safeParse(blocks).data ?? []);

function readsIn(text: string): Map<string, string[]> {
  const reads = new Map<string, Set<string>>();
  for (const [, stack = '', output = ''] of text.matchAll(reference)) {
    const known = reads.get(stack) ?? new Set();
    reads.set(stack, known.add(output));
  }
  return new Map([...reads].map(([stack, outputs]) => [stack, [...outputs].sort()]));
}

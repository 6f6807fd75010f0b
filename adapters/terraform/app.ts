/** The stacks of a synthesized app: manifest.json in the folder that cdktf writes. Its text is hostile until checked. */
import { isAbsolute, join, normalize } from 'node:path';
import * as z from 'zod';
import '../../lib/basics/schema-words';
import { asStackwardError, InvalidCommand, InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { name } from '../../lib/basics/line';
import { append } from '../../lib/basics/lists';
import { sayFault } from '../../lib/basics/schema-fault';
import { getText } from '../files/files';

const maxBytes = 16 << 20;
const mostStacks = 10_000;

const isBelow = (path: string): boolean => !isAbsolute(path) && !normalize(path).split('/').includes('..');

/** Stackward makes names of files from a stack's name. */
const stackName = name.refine((text) => !text.includes('/') && !text.startsWith('.'), 'must be the name of a stack');

const file = z.object({
  stacks: z
    .record(
      name,
      z.object({
        name: stackName,
        workingDirectory: name.refine(isBelow, 'must be a folder below that of manifest.json'),
        dependencies: z.array(name).max(mostStacks).default([]),
      }),
    )
    .refine((stacks) => Object.keys(stacks).length <= mostStacks, `has more than ${mostStacks} stacks`),
});

export interface SynthesizedStack {
  readonly name: string;
  /** The folder in which Terraform runs for this stack. */
  readonly folder: string;
  /** Names of the stacks that have to be applied before it. */
  readonly dependsOn: readonly string[];
}

/**
 * The stacks in the order of manifest.json.
 * @param out the folder that cdktf writes: cdktf.out
 * @throws InvalidConfiguration if nothing is synthesized there, or its manifest.json can't be right
 */
export function readApp(out: string): readonly SynthesizedStack[] {
  const { stacks } = readManifestJson(out);
  const all = Object.values(stacks);
  const names = new Set<string>();
  for (const { name: stack } of all) {
    if (names.has(stack)) throw unusable(out, `it has two stacks of the name ${stack}`);
    names.add(stack);
  }
  for (const { name: stack, dependencies } of all) {
    const unknown = dependencies.find((needed) => !names.has(needed));
    if (unknown !== undefined) throw unusable(out, `${stack} depends on ${unknown}, which is no stack of it`);
  }
  return all.map(({ name: stack, workingDirectory, dependencies }) => ({
    name: stack,
    folder: join(out, workingDirectory),
    dependsOn: dependencies,
  }));
}

function readManifestJson(out: string): z.infer<typeof file> {
  let text: string;
  try {
    text = getText(join(out, 'manifest.json'), maxBytes);
  } catch (error) {
    throw new InvalidConfiguration(
      `there is no synthesized app here (${asStackwardError(error).detail}); run \`cdktf synth\` and \`cdktf apply\` in the project's folder, ` +
        'go there, or name a manifest with --manifest',
      { where: out, about: 'order' },
    );
  }
  try {
    return file.parse(parseJson(text));
  } catch (error) {
    throw unusable(out, error instanceof z.ZodError ? sayFault(error) : asStackwardError(error).detail);
  }
}

const unusable = (out: string, fault: string): InvalidConfiguration =>
  new InvalidConfiguration(`this is not what cdktf writes: ${fault}; synthesize it again`, {
    where: join(out, 'manifest.json'),
    about: 'order',
  });

/**
 * Each stack stands behind those that it depends on; otherwise they keep their order.
 * @throws InvalidConfiguration naming a circle
 */
export function inDependencyOrder(stacks: readonly SynthesizedStack[]): readonly SynthesizedStack[] {
  const ordered: SynthesizedStack[] = [];
  let left = stacks;
  while (left.length > 0) {
    const open = new Set(left.map((stack) => stack.name));
    const ready = left.filter(({ dependsOn }) => !dependsOn.some((needed) => open.has(needed)));
    if (ready.length === 0)
      throw new InvalidConfiguration(
        `the stacks ${[...open].slice(0, 10).join(', ')} depend on each other in a circle; take one of the references out of the code`,
      );
    append(ordered, ready);
    left = left.filter((stack) => !ready.includes(stack));
  }
  return ordered;
}

/**
 * The stacks of these names; all of them if no name is given.
 * @throws InvalidCommand naming a stack that isn't there
 */
export function chosenStacks(all: readonly SynthesizedStack[], only: readonly string[]): readonly SynthesizedStack[] {
  const unknown = only.find((wanted) => !all.some((stack) => stack.name === wanted));
  if (unknown !== undefined)
    throw new InvalidCommand(
      `--stack ${unknown} names nothing here; there ${all.length === 1 ? 'is' : 'are'} ${all.map((stack) => stack.name).join(', ') || 'none'}`,
    );
  return all.filter((stack) => only.length === 0 || only.includes(stack.name));
}

/** Stacks whose code is gone while Terraform still keeps things for them in a state file of this folder. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { findText } from '../adapters/files/files';
import { outputFolder } from '../adapters/files/output-folder';
import { readApp, type SynthesizedStack } from '../adapters/terraform/app';
import { parseJson } from '../lib/basics/json';
import { faultOfName } from '../lib/basics/line';
import type { Note } from '../lib/run/plan';
import { commandLine } from './command-line';

const state = z.looseObject({ resources: z.array(z.unknown()) });
const mostBytes = 256 << 20;
const fileName = /^terraform\.(.+)\.tfstate$/;

/** The folder in which a gone stack was synthesized last, as cdktf left it; undefined if it is gone too. */
export function findGoneStack(folder: string, name: string): SynthesizedStack | undefined {
  const own = join(outputFolder(folder), 'stacks', name);
  const isName = faultOfName(name) === undefined && !name.includes('/') && !name.startsWith('.');
  return isName && existsSync(join(own, 'cdk.tf.json')) ? { name, folder: own, dependsOn: [] } : undefined;
}

/**
 * @param folder the project's folder
 * @returns one warning for each stack, with the command that cleans up
 */
export function goneStacks(folder: string): readonly Note[] {
  const known = new Set(readApp(outputFolder(folder)).map(({ name }) => name));
  const names = readdirSync(folder).flatMap((file) => fileName.exec(file)?.[1] ?? []);
  return names
    .filter((name) => !known.has(name) && hasResources(join(folder, `terraform.${name}.tfstate`)))
    .sort()
    .map((name) => ({ where: `stack ${name}`, message: sayGone(folder, name) }));
}

function sayGone(folder: string, name: string): string {
  const command = commandLine(['destroy', '--stack', name, '--both-halves']);
  const order = findGoneStack(folder, name) === undefined ? 'put its code back and synthesize it, then run' : 'run';
  return `its code is gone, and terraform.${name}.tfstate still holds what Terraform made for it; ${order} \`${command}\``;
}

/** A state that can't be read counts as one that holds something. */
function hasResources(path: string): boolean {
  try {
    return state.parse(parseJson(findText(path, mostBytes) ?? '{}')).resources.length > 0;
  } catch {
    return true;
  }
}

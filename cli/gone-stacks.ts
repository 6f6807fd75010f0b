/** Stacks whose code is gone while Terraform may still keep things for them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { findText } from '../adapters/files/files';
import { deploysIn } from '../adapters/files/journal-folder';
import { outputFolder } from '../adapters/files/output-folder';
import { readApp, type SynthesizedStack } from '../adapters/terraform/app';
import { parseJson } from '../lib/basics/json';
import { faultOfName } from '../lib/basics/line';
import { appliedStacks } from '../lib/journal/applied-stacks';
import type { Note } from '../lib/run/plan';
import { commandLine } from '../lib/basics/command-line';

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
 * Stacks that are known by a state file of the folder, or by a deploy in the journal: the state of such a stack may be
 * elsewhere, where nobody can list it.
 * @param folder the project's folder
 * @param journal the folder of the runs
 * @returns one warning for each stack, with the command that cleans up
 */
export function goneStacks(folder: string, journal: string): readonly Note[] {
  const known = new Set(readApp(outputFolder(folder)).map(({ name }) => name));
  const local = new Set(readdirSync(folder).flatMap((file) => fileName.exec(file)?.[1] ?? []));
  const inFile = [...local].filter(
    (name) => !known.has(name) && hasResources(join(folder, `terraform.${name}.tfstate`)),
  );
  const inJournal = [...appliedStacks(deploysIn(journal))].filter(([name]) => !known.has(name) && !local.has(name));
  const said = [
    ...inFile.map((name) => [name, `terraform.${name}.tfstate still holds what Terraform made for it`] as const),
    ...inJournal.map(([name, run]) => [name, `deploy ${run} made things for it, which no destroy in the journal took away`] as const), // prettier-ignore
  ];
  return said
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, why]) => ({
      where: `stack ${name}`,
      message: `its code is gone, and ${why}; ${sayWay(folder, name)}`,
    }));
}

function sayWay(folder: string, name: string): string {
  const command = commandLine(['destroy', '--stack', name, '--both-halves']);
  const order = findGoneStack(folder, name) === undefined ? 'put its code back and synthesize it, then run' : 'run';
  return `${order} \`${command}\``;
}

/** A state that can't be read counts as one that holds something. */
function hasResources(path: string): boolean {
  try {
    return state.parse(parseJson(findText(path, mostBytes) ?? '{}')).resources.length > 0;
  } catch {
    return true;
  }
}

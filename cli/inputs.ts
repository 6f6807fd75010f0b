/** Reads the inputs of a command: stackward.yaml and the manifests. */
import { findText, getText } from '../adapters/files/files';
import type { StateManifests } from '../adapters/terraform/manifests-in-state';
import type { Note } from '../lib/run/plan';
import { parseManifests } from '../lib/contract/manifest';
import { defaultFile, parseConfiguration, type Configuration } from './config';

/** @param named by --config; undefined: ./stackward.yaml, if it exists */
export function readConfiguration(named: string | undefined, env: NodeJS.ProcessEnv): Configuration {
  return named === undefined
    ? parseConfiguration(findText(defaultFile), defaultFile, env)
    : parseConfiguration(getText(named), named, env);
}

/**
 * @param sources files, or `-` for stdin; none: the state of this folder's app
 * @param only the stacks that are read from that state; none: every stack
 * @param keepsUnread true: the answer names a state that can't be read, and has the other stacks
 * @param mayBeNone true: states without any manifest are an answer without manifests
 * @param journal the folder of the runs; default: `runs`
 */
export async function readManifests(
  sources: readonly string[],
  only: readonly string[],
  env: NodeJS.ProcessEnv,
  {
    keepsUnread = false,
    mayBeNone = false,
    journal = 'runs',
  }: { keepsUnread?: boolean; mayBeNone?: boolean; journal?: string | undefined } = {},
): Promise<StateManifests & { readonly gone: readonly Note[] }> {
  if (sources.length === 0) {
    const { readManifestsFromState } = await import('../adapters/terraform/manifests-in-state.js');
    const { goneStacks } = await import('./gone-stacks.js');
    return {
      ...(await readManifestsFromState('.', env, { only, keepsUnread, mayBeNone })),
      gone: only.length > 0 ? [] : goneStacks('.', journal),
    };
  }
  const manifests = sources.flatMap((source) => parseManifests(getText(source), source === '-' ? 'stdin' : source));
  return { manifests, unapplied: [], gone: [] };
}

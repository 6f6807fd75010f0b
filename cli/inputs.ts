/** What a command reads before it starts: stackward.yaml and the manifests. */
import { findText, getText } from '../adapters/files';
import { readManifestsFromState } from '../adapters/terraform';
import { parseManifests, type Manifest } from '../lib/manifest';
import { defaultFile, parseConfiguration, type Configuration } from './config';

/** @param named by --config; undefined: ./stackward.yaml, if it is there */
export function readConfiguration(named: string | undefined, env: NodeJS.ProcessEnv): Configuration {
  return named === undefined
    ? parseConfiguration(findText(defaultFile), defaultFile, env)
    : parseConfiguration(getText(named), named, env);
}

/** @param sources files, or `-` for stdin; none: the state of every stack of this folder's app */
export async function readManifests(sources: readonly string[], env: NodeJS.ProcessEnv): Promise<Manifest[]> {
  if (sources.length === 0) return readManifestsFromState('.', env);
  return sources.flatMap((source) => parseManifests(getText(source), source === '-' ? 'stdin' : source));
}

import { TerraformDataSource, TerraformResource, Tokenization } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { Declarations } from './declarations';
import { acceptedOnlyBy, type Accepted } from './provider-differences';
import { isFrom } from './provider-version';
import type { SynthFinding } from '../../lib/synth/synth-finding';

/** What a version doesn't accept, and a version that does. */
interface Lacking {
  readonly things: Accepted;
  readonly by: string;
}

/**
 * A provider removes arguments only in a major version. So whatever 3.4.0 lacks is gone since 3.0.0 at the latest.
 * Between 1.54.1 and 3.0.0 nothing is known to be missing.
 */
function lackingIn(version: string): Lacking | undefined {
  if (version === '1.54.1') return { things: acceptedOnlyBy['3.4.0'], by: '3.4.0' };
  return isFrom(version, '3.0.0') ? { things: acceptedOnlyBy['1.54.1'], by: '1.54.1' } : undefined;
}

/** Resources, and their arguments, that the cloud's version of the provider does not have. */
export function versionFindings({ stack, cloud }: Declarations): SynthFinding[] {
  const lacking = cloud && lackingIn(cloud.providerVersion);
  if (cloud === undefined || lacking === undefined) return [];
  const instead = `leave it out, or give the cloud a provider that has it, such as providerVersion: '${lacking.by}'`;
  return stack.node.findAll().flatMap((construct) => {
    const [type, missing] = missingOf(construct, lacking.things);
    if (missing === 'all')
      return [{ path: construct.node.path, message: `provider ${cloud.providerVersion} has no ${type}; ${instead}` }];
    return missing.map((name) => ({
      path: construct.node.path,
      message: `its ${name} is no argument of ${type} in provider ${cloud.providerVersion}; ${instead}`,
    }));
  });
}

function missingOf(construct: IConstruct, { resources, dataSources }: Accepted): [string, readonly string[] | 'all'] {
  const isData = TerraformDataSource.isTerraformDataSource(construct);
  if (!isData && !TerraformResource.isTerraformResource(construct)) return ['', []];
  const type = construct.terraformResourceType;
  const missing = (isData ? dataSources : resources)[type];
  if (missing === undefined || missing === 'all') return [type, missing ?? []];
  const byKind = construct.toTerraform() as Record<string, Record<string, Record<string, object>>>;
  const [attributes = {}] = Object.values(byKind[isData ? 'data' : 'resource']?.[type] ?? {});
  const set = new Set(pathsIn(attributes));
  const isWithin = (path: string) => missing.some((outer) => path.startsWith(`${outer}.`));
  return [type, missing.filter((path) => set.has(path) && !isWithin(path))];
}

/** `network.floating_ip`: a list of blocks has the paths of all its items. An unresolved value has only its own. */
function pathsIn(attributes: object, prefix = ''): string[] {
  return Object.entries(attributes).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined || value === null) return [];
    const blocks = [value].flat().filter((item): item is object => typeof item === 'object' && item !== null);
    const plain = blocks.filter((block) => !Tokenization.isResolvable(block));
    return [prefix + name, ...plain.flatMap((block) => pathsIn(block, `${prefix}${name}.`))];
  });
}

/**
 * Compares the release that manifests declare with the answers of the cloud's APIs, and holds back the stacks whose
 * release is wrong.
 */
import { defined } from '../basics/defined';
import { asStackwardError } from '../basics/errors';
import { contradictionOf } from './cloud-release';
import { append } from '../basics/lists';
import type { Manifest } from '../contract/manifest';
import type { Note, Problem } from './plan';
import type { CloudApis, Readers } from '../contract/ports';
import { NoCredentials } from '../openstack/credentials';
import { newerWarning, type Release } from '../openstack/releases';

export interface ComparedReleases {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Note[];
  /** Stacks whose release the cloud contradicts: nothing of them is done. */
  readonly refused: ReadonlySet<string>;
}

/** Never throws. Manifests that declare no release, such as those of older constructs, are compared with nothing. */
export async function compareReleases(
  manifests: readonly Manifest[],
  stacks: readonly string[],
  from: Readers,
): Promise<ComparedReleases> {
  const byRelease = new Map<Release, string[]>();
  for (const { release, stack } of manifests)
    if (release !== undefined && stacks.includes(stack))
      byRelease.set(release, [...(byRelease.get(release) ?? []), stack]);
  if (byRelease.size === 0) return { problems: [], warnings: [], refused: new Set() };
  const apis = await askApis(from);
  const problems: Problem[] = [];
  const warnings: Note[] = [];
  const refused = new Set<string>();
  for (const [release, ofStacks] of byRelease) {
    const where = `release ${release}`;
    const newer = newerWarning(release);
    if (newer !== undefined) warnings.push({ where, message: newer });
    const contradiction = contradictionOf(release, apis);
    if (contradiction === undefined) {
      const uncompared = sayUncompared(where, apis);
      append(problems, uncompared.problems);
      append(warnings, uncompared.warnings);
    } else {
      for (const stack of ofStacks) refused.add(stack);
      const said = `${ofStacks.length === 1 ? 'stack' : 'stacks'} ${sayStacks(ofStacks)} ${ofStacks.length === 1 ? 'says' : 'say'} ${release}`;
      const message = `${contradiction.evidence}; ${said}. In OpenStackCloud ${contradiction.advice}, run \`cdktf apply\`, then run this again; until then nothing of ${ofStacks.length === 1 ? 'it' : 'them'} is done`;
      problems.push({ where, reason: 'Blocked', message });
    }
  }
  return { problems, warnings, refused };
}

const sayStacks = (stacks: readonly string[]): string =>
  stacks.length <= 3 ? stacks.join(', ') : `${stacks.slice(0, 2).join(', ')} and ${stacks.length - 2} more`;

/**
 * Asks the cloud's APIs for their versions. Never throws. If no API can be asked, the answer calls Nova silent, with
 * the reason.
 */
export async function askApis(from: Readers): Promise<CloudApis> {
  try {
    return await (await from.versions()).apis();
  } catch (error) {
    return { answers: [], silent: [{ service: 'nova', why: asStackwardError(error) }] };
  }
}

/**
 * Only Nova's version bounds the release closely from both sides. Where no service of a named cloud answers, nothing in
 * that cloud was looked at, and a reader must not take the rest of the plan for the whole answer.
 */
function sayUncompared(where: string, { answers, silent }: CloudApis): Pick<ComparedReleases, 'problems' | 'warnings'> {
  const why = silent.find(({ service }) => service === 'nova')?.why;
  if (why === undefined) return { problems: [], warnings: [] };
  const { message, reason, about } = why;
  if (answers.length === 0) {
    const said = { where, message: `it was not compared with what the cloud runs: ${message}` };
    return why instanceof NoCredentials
      ? { problems: [], warnings: [said] }
      : { problems: [{ ...said, reason, ...defined({ about }) }], warnings: [] };
  }
  const names = { nova: 'Nova', neutron: 'Neutron', cinder: 'Cinder', keystone: 'Keystone' };
  const others = answers.map(({ service }) => names[service]).join(' and ');
  const compared = `it was compared only with what ${others} say; Nova would bound it more closely, but it said nothing: ${message}`;
  return { problems: [], warnings: [{ where, message: compared }] };
}

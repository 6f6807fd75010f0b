/**
 * Asks the cloud about what a change needs: names that no stack makes, and what a project uses of a quota that changes.
 * All questions are asked at the same time. Nothing is asked where no change needs it.
 */
import { asStackwardError } from '../../lib/basics/errors';
import type { DeclaredStack } from '../../lib/contract/report-ports';
import { plannedChanges, type StackRead } from '../../review/assemble';
import type { CloudSeen } from '../../review/cloud/seen';
import { changedQuotas, neededThings } from '../../review/cloud/wanted';
import { Things } from '../../review/terraform/things';
import type { ReadingContext } from '../wire';

/** Different names that a review asks for. */
const mostNames = 200;

export async function readCloud(stacks: readonly StackRead[], { readers }: ReadingContext): Promise<CloudSeen> {
  const planned = stacks.flatMap(({ name, plan }) => (plan === undefined ? [] : [{ stack: name, plan }]));
  const things = new Things(planned);
  const changes = plannedChanges(stacks, things);
  const unplanned = stacks.filter(({ plan }) => plan === undefined).map(({ name }) => name);
  const code = unplanned.length === 0 ? [] : await codeOf(readers);
  const needed = neededThings(changes, unplanned, code, things);
  const counts = new Map<string, Promise<number | string>>();
  for (const { thing } of needed) {
    const key = JSON.stringify(thing);
    if (counts.has(key)) continue;
    const isTooMany = counts.size >= mostNames;
    counts.set(
      key,
      isTooMany
        ? Promise.resolve(`the review asks for at most ${mostNames} names`)
        : orWhy(async () => (await readers.names()).count(thing)),
    );
  }
  const [names, quotas] = await Promise.all([
    Promise.all(
      needed.map(async (each) => ({
        ...each,
        count: (await counts.get(JSON.stringify(each.thing))) ?? 'nobody asked',
      })),
    ),
    Promise.all(
      changedQuotas(changes).map(async (quota) => ({
        ...quota,
        used: await orWhy(async () =>
          (await readers.quotaUse()).used(quota.service, quota.projectId, Object.keys(quota.limits)),
        ),
      })),
    ),
  ]);
  return { names, quotas };
}

/** The code of each stack was read before; a file that can't be read is a problem of its stack already. */
async function codeOf(readers: ReadingContext['readers']): Promise<readonly DeclaredStack[]> {
  try {
    return await readers.code();
  } catch {
    return [];
  }
}

async function orWhy<Value>(ask: () => Promise<Value>): Promise<Value | string> {
  try {
    return await ask();
  } catch (error) {
    return asStackwardError(error).message;
  }
}

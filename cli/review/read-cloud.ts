/**
 * Asks the cloud about what a change needs: names that no stack makes, and what a project uses of a quota that changes.
 * All questions are asked at the same time. Nothing is asked where no change needs it.
 */
import { asStackwardError } from '../../lib/basics/errors';
import { plannedChanges, type StackRead } from '../../review/assemble';
import type { CloudSeen, Told } from '../../review/cloud/seen';
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
  const code = unplanned.length === 0 ? [] : await orWhy(() => readers.code());
  const needed = neededThings(changes, unplanned, typeof code === 'string' ? [] : code, things);
  const unasked =
    typeof code !== 'string'
      ? []
      : unplanned.map((stack) => ({
          stack,
          message: `the names in its code were not looked up in the cloud: ${code}`,
        }));
  const counts = new Map<string, Promise<Told<number>>>();
  for (const { thing } of needed) {
    const key = JSON.stringify(thing);
    if (counts.has(key)) continue;
    const isTooMany = counts.size >= mostNames;
    counts.set(
      key,
      isTooMany
        ? Promise.resolve({ notCompared: `a review asks for at most ${mostNames} names` })
        : told(async () => (await readers.names()).count(thing)),
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
        used: await told(async () =>
          (await readers.quotaUse()).used(quota.service, quota.projectId, Object.keys(quota.limits)),
        ),
      })),
    ),
  ]);
  return { names, quotas, unasked };
}

async function orWhy<Value>(ask: () => Promise<Value>): Promise<Value | string> {
  try {
    return await ask();
  } catch (error) {
    return asStackwardError(error).message;
  }
}

/** Whoever reviews may not be allowed to look, and the change may be right all the same. */
async function told<Value>(ask: () => Promise<Value>): Promise<Told<Value>> {
  try {
    return await ask();
  } catch (error) {
    const { message, status, about } = asStackwardError(error);
    return status === 403 && about === 'right' ? { notCompared: `${message}, by default admin` } : message;
  }
}

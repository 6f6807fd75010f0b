/**
 * Asks the cloud about what a change needs: names that no stack makes, what a project uses of a quota that changes,
 * ports that keep Neutron from deleting a network, and ports that have an address which the change names.
 * All questions are asked at the same time, except for the names of the owners of ports, which are asked once the ports
 * are known. Nothing is asked where no change needs it.
 */
import type { NameCount } from '../../lib/contract/report-ports';
import { asStackwardError } from '../../lib/basics/errors';
import { plannedChanges, type StackRead } from '../../review/assemble';
import type { ChangedQuota, CloudSeen, NeededThing, TakenSeen, Told } from '../../review/cloud/seen';
import { changedQuotas, neededThings } from '../../review/cloud/wanted';
import { portsOfUsers, type DeployOrder } from '../../review/order/deploy-order';
import { sayPort } from '../../review/terraform/port-words';
import { networksToEmpty, type PortInTheWay } from '../../review/terraform/ports-in-the-way';
import { sayDoubled } from '../../review/terraform/doubled-addresses';
import type { TakenAddress } from '../../review/terraform/taken-addresses';
import { sayTaken } from '../../review/terraform/taken-words';
import { Things, type StackPlan } from '../../review/terraform/things';
import type { ReadingContext } from '../wire';
import { Asking } from './asking';
import { ownerNames, portsToName } from './owner-names';
import { noPorts, readPortsInTheWay, type PortsInTheWay } from './read-ports-in-the-way';
import { readTaken } from './read-taken';
import { servicesOfNames, servicesOfQuotas } from './service-names';
import { withoutAnswer } from './without-answer';

/** Different names that a review asks for, and projects of whose use it asks. */
const mostNames = 200;
const mostProjects = 200;

/** @param stacks in the order of a deploy */
export async function readCloud(
  stacks: readonly StackRead[],
  order: DeployOrder,
  { readers }: ReadingContext,
): Promise<CloudSeen> {
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
  const asking = new Asking();
  const [names, quotas, ports, taken] = await Promise.all([
    readNames(needed, asking, readers),
    readQuotas(changedQuotas(changes), asking, readers),
    readPorts(planned, order, asking, readers),
    readTaken(planned, changes, things, asking, readers),
  ]);
  const { certain, perhaps } = ports;
  const owners = await ownerNames(portsToName(certain, perhaps, taken.found), asking, readers);
  return {
    names,
    quotas,
    ports: [...certain, ...perhaps].map(({ stack, address, port, isCertain }) => ({
      stack,
      address,
      said: sayPort(port, owners),
      isCertain,
    })),
    taken: [
      ...taken.found.map((each) => seenAt(each, sayTaken(each, owners, things), each.because !== 'perhaps')),
      ...taken.doubled.map((each) => seenAt(each, sayDoubled(each, things), each.isSure)),
    ],
    unasked: [...unasked, ...ports.unasked, ...taken.unasked],
    hidden: [...ports.hidden, ...taken.hidden],
  };
}

const seenAt = ({ wanted }: Pick<TakenAddress, 'wanted'>, said: string, isCertain: boolean): TakenSeen => ({
  stack: wanted.change.thing.stack,
  address: wanted.change.planned.address,
  said,
  isCertain,
});

async function readPorts(
  plans: readonly StackPlan[],
  order: DeployOrder,
  asking: Asking,
  readers: Readers,
): Promise<PortsInTheWay & Pick<CloudSeen, 'unasked' | 'hidden'>> {
  const stacks = plans.filter((plan) => networksToEmpty([plan]).length > 0).map(({ stack }) => stack);
  if (stacks.length === 0) return { ...noPorts, unasked: [], hidden: [] };
  const told = await asking.ask(servicesOfNames.network, () => readPortsInTheWay(plans, readers));
  if (typeof told === 'string' || 'notCompared' in told)
    return {
      ...noPorts,
      ...withoutAnswer(stacks, 'whether others have ports in the networks that it deletes', told),
    };
  const known = portsOfUsers(order);
  const ofOthers = (ports: readonly PortInTheWay[]) => ports.filter(({ port }) => !known.has(port.id));
  return { certain: ofOthers(told.certain), perhaps: ofOthers(told.perhaps), unasked: [], hidden: [] };
}

type Readers = ReadingContext['readers'];

function readNames(
  needed: readonly NeededThing[],
  asking: Asking,
  readers: Pick<Readers, 'names'>,
): Promise<CloudSeen['names']> {
  const counts = new Map<string, Promise<Told<NameCount>>>();
  const beyond = Promise.resolve({ notCompared: `a review asks for at most ${mostNames} names` });
  return Promise.all(
    needed.map(async (each) => {
      const key = JSON.stringify(each.thing);
      const count =
        counts.get(key) ??
        (counts.size >= mostNames
          ? beyond
          : asking.ask(servicesOfNames[each.thing.kind], async () => (await readers.names()).count(each.thing)));
      if (count !== beyond) counts.set(key, count);
      return { ...each, count: await count };
    }),
  );
}

function readQuotas(
  changed: readonly ChangedQuota[],
  asking: Asking,
  readers: Pick<Readers, 'quotaUse'>,
): Promise<CloudSeen['quotas']> {
  const projects = new Set([...new Set(changed.map(({ projectId }) => projectId))].slice(0, mostProjects));
  return Promise.all(
    changed.map(async (quota) => {
      const { service, projectId, limits } = quota;
      const used = projects.has(projectId)
        ? await asking.ask(servicesOfQuotas[service], async () =>
            (await readers.quotaUse()).used(service, projectId, Object.keys(limits)),
          )
        : { notCompared: `a review asks for the use of at most ${mostProjects} projects` };
      return { ...quota, used };
    }),
  );
}

async function orWhy<Value>(ask: () => Promise<Value>): Promise<Value | string> {
  try {
    return await ask();
  } catch (error) {
    return asStackwardError(error).message;
  }
}

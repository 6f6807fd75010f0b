/**
 * Asks the cloud about what a change needs: names that no stack makes, what a project uses of a quota that changes,
 * ports that keep Neutron from deleting a network, and ports that have an address which the change names.
 * All questions are asked at the same time. Nothing is asked where no change needs it.
 */
import type { DeclaredThing, NameCount, QuotaService } from '../../lib/contract/report-ports';
import { asStackwardError } from '../../lib/basics/errors';
import { plannedChanges, type StackRead } from '../../review/assemble';
import type { Unreviewed } from '../../review/model';
import type { ChangedQuota, CloudSeen, NeededThing, Told } from '../../review/cloud/seen';
import { changedQuotas, neededThings } from '../../review/cloud/wanted';
import { portsOfUsers, type DeployOrder } from '../../review/order/deploy-order';
import { sayPort } from '../../review/terraform/port-words';
import { networksToEmpty } from '../../review/terraform/ports-in-the-way';
import { Things, type StackPlan } from '../../review/terraform/things';
import type { ReadingContext } from '../wire';
import { Asking } from './asking';
import { readPortsInTheWay } from './read-ports-in-the-way';
import { readTaken } from './read-taken';

/** Different names that a review asks for, and projects of whose use it asks. */
const mostNames = 200;
const mostProjects = 200;

/** By the words of messages. */
const servicesOfNames: Readonly<Record<DeclaredThing['kind'], string>> = {
  image: 'Glance',
  flavor: 'Nova',
  network: 'Neutron',
  role: 'Keystone',
  user: 'Keystone',
};
const servicesOfQuotas: Readonly<Record<QuotaService, string>> = {
  compute: 'Nova',
  network: 'Neutron',
  blockStorage: 'Cinder',
};

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
  const [names, quotas, inTheWay, taken] = await Promise.all([
    readNames(needed, asking, readers),
    readQuotas(changedQuotas(changes), asking, readers),
    readPorts(planned, order, asking, readers),
    readTaken(planned, changes, asking, readers),
  ]);
  return {
    names,
    quotas,
    ports: inTheWay.ports,
    taken: taken.taken,
    unasked: [...unasked, ...inTheWay.unasked, ...taken.unasked],
    hidden: [...inTheWay.hidden, ...taken.hidden],
  };
}

async function readPorts(
  plans: readonly StackPlan[],
  order: DeployOrder,
  asking: Asking,
  readers: Readers,
): Promise<Pick<CloudSeen, 'ports' | 'unasked' | 'hidden'>> {
  const nothing = { ports: [], unasked: [], hidden: [] };
  const stacks = plans.filter((plan) => networksToEmpty([plan]).length > 0).map(({ stack }) => stack);
  if (stacks.length === 0) return nothing;
  const told = await asking.ask(servicesOfNames.network, () => readPortsInTheWay(plans, readers));
  const ofEach = (message: string): Unreviewed[] => stacks.map((stack) => ({ stack, message }));
  if (typeof told === 'string')
    return {
      ...nothing,
      unasked: ofEach(`nobody looked for ports of others in the networks that it deletes: ${told}`),
    };
  if ('notCompared' in told)
    return {
      ...nothing,
      hidden: ofEach(`whether others have ports in the networks that it deletes: ${told.notCompared}`),
    };
  const { certain, perhaps, names } = told;
  const known = portsOfUsers(order);
  const others = [...certain, ...perhaps].filter(({ port }) => !known.has(port.id));
  const ports = others.map(({ stack, address, port, isCertain }) => ({
    stack,
    address,
    said: sayPort(port, names),
    isCertain,
  }));
  return { ...nothing, ports };
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

/** Services that run in containers on a host. Reports name them, and read nothing inside of the containers. Pure. */
import type { Outcome } from '../lib/hosts/host';
import type { ContainedService, ServiceProcess } from '../lib/hosts/service-answers';
import { failed, toldBy, untried, type Unread } from './looked';
import { isUnknownThere, olderProgram } from '../lib/hosts/older-program';

export const inContainer = 'it runs in a container: stackward reads only files, units and packages of the host';

export function untoldBy(left: number, inContainers: Outcome<{ readonly left: number }>): readonly Unread[] {
  const beyond = (count: number, what: string): readonly Unread[] =>
    count === 0 ? [] : [failed(`${count} more ${what} run there than the host program tells`)];
  const old = isUnknownThere(inContainers) ? untried(olderProgram('does not tell what runs in containers')) : undefined;
  const told = old ?? toldBy(inContainers);
  return [
    ...beyond(left, 'processes of services'),
    ...(told.isRead ? beyond(told.value.left, 'processes in containers') : [told]),
  ];
}

const isOf =
  (processes: readonly ServiceProcess[]) =>
  ({ pid }: ContainedService): boolean =>
    processes.some((process) => process.pid === pid);

export const containersOf = (
  group: readonly ServiceProcess[],
  containers: readonly ContainedService[],
): readonly ContainedService[] => containers.filter(isOf(group));

/** Containers whose processes are not listed, because they have another network namespace. By the service's name. */
export function containersApart(
  containers: readonly ContainedService[],
  told: readonly ServiceProcess[],
): ReadonlyMap<string, readonly ContainedService[]> {
  const apart = new Map<string, ContainedService[]>();
  for (const each of containers.filter((container) => !isOf(told)(container)))
    apart.set(each.service, [...(apart.get(each.service) ?? []), each]);
  return apart;
}

/** `docker 4f2a9c1b2d3e`, `lxc infra1_nova_api`; of a runtime that nobody knows: nothing. */
export const sayContainer = ({ runtime, container }: ContainedService): string =>
  [runtime, container !== null && /^[0-9a-f]{64}$/.test(container) ? container.slice(0, 12) : container]
    .filter((word) => word !== null)
    .join(' ');

/** Asks Neutron for ports that keep it from deleting the networks and subnets of these plans, and names their owners. */
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { OwnerNames } from '../../review/terraform/port-words';
import { findPortsInTheWay, networksToEmpty, type PortInTheWay } from '../../review/terraform/ports-in-the-way';
import type { StackPlan } from '../../review/terraform/things';
import { noNames, ownerNames, type OwnerReaders } from './owner-names';

/** Ports of each certainty with the names of their owners. */
export const mostNamedPorts = 20;

type Readers = Pick<ReportReaders, 'network' | 'cloud'> & OwnerReaders;

export interface PortsInTheWay {
  /** In the way for sure. */
  readonly certain: readonly PortInTheWay[];
  /** In the way unless a service deletes them in time. */
  readonly perhaps: readonly PortInTheWay[];
  /** Of the owners of the first `mostNamedPorts` of each. */
  readonly names: OwnerNames;
}

const nobody: PortsInTheWay = { certain: [], perhaps: [], names: noNames };

export async function readPortsInTheWay(plans: readonly StackPlan[], readers: Readers): Promise<PortsInTheWay> {
  const networks = networksToEmpty(plans);
  if (networks.length === 0) return nobody;
  const found = findPortsInTheWay(plans, await (await readers.network(`api:${readers.cloud}`)).portsOf(networks));
  if (found.length === 0) return nobody;
  const certain = found.filter(({ isCertain }) => isCertain);
  const perhaps = found.filter(({ isCertain }) => !isCertain);
  const named = [certain, perhaps].flatMap((ports) => ports.slice(0, mostNamedPorts));
  const names = await ownerNames(
    named.map(({ port }) => port),
    readers,
  );
  return { certain, perhaps, names };
}

/** Asks Neutron for ports that keep it from deleting the networks and subnets of these plans. */
import type { ReportReaders } from '../../lib/contract/report-ports';
import { findPortsInTheWay, networksToEmpty, type PortInTheWay } from '../../review/terraform/ports-in-the-way';
import type { StackPlan } from '../../review/terraform/things';

export interface PortsInTheWay {
  /** In the way for sure. */
  readonly certain: readonly PortInTheWay[];
  /** In the way unless a service deletes them in time. */
  readonly perhaps: readonly PortInTheWay[];
}

export const noPorts: PortsInTheWay = { certain: [], perhaps: [] };

export async function readPortsInTheWay(
  plans: readonly StackPlan[],
  readers: Pick<ReportReaders, 'network' | 'cloud'>,
): Promise<PortsInTheWay> {
  const networks = networksToEmpty(plans);
  if (networks.length === 0) return noPorts;
  const found = findPortsInTheWay(plans, await (await readers.network(`api:${readers.cloud}`)).portsOf(networks));
  return {
    certain: found.filter(({ isCertain }) => isCertain),
    perhaps: found.filter(({ isCertain }) => !isCertain),
  };
}

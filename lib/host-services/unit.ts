/** Finds the unit of systemd that runs a service. Pure. */
import type { HostService } from './service-files';

/** The service that the unit runs, by its name, such as `nova-api` for `openstack-nova-api.service`. */
export const servedBy = (unit: string): string | undefined =>
  /^(?:openstack-)?([a-z0-9-]+)(?:@[\w-]+)?\.service$/.exec(unit)?.[1];

/** The one unit whose restart makes a process of the service read its files again. */
export function unitOf({ name, processes: [first] }: Pick<HostService, 'name' | 'processes'>): string | undefined {
  const unit = first?.unit ?? '';
  // A web server's unit serves more than this service.
  return servedBy(unit) === name ? unit : undefined;
}

export const whoRuns = ({ processes: [first] }: Pick<HostService, 'processes'>): string =>
  first?.unit ? `${first.unit} runs it, and may serve more than it` : 'no unit of systemd runs it';

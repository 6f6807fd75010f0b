/** Computes the files and the records of a host as they are after these steps. Pure. */
import { recordsAfter } from '../../lib/hosts/record-holding';
import type { HostService } from '../../lib/host-services/service-files';
import { unitOf } from '../../lib/host-services/unit';
import type { Job, OptionObserved, ServiceOptionStep } from './model';
import { dialectOf } from './option/dialects';
import { holdingsOf, restartedHoldingsOf } from './option/holdings';

export function advance(observed: OptionObserved, applied: readonly ServiceOptionStep[]): OptionObserved {
  const jobs = applied.flatMap((step) => step.jobs.open());
  const site = jobs.reduce((now, job) => {
    const edit = dialectOf(job).perform(job, now);
    return edit.is === 'edited' ? edit.after : now;
  }, observed);
  const written = recordsAfter(observed.records, jobs.flatMap(holdingsOf));
  return {
    ...site,
    services: site.services.map((service) => (isRestarted(service, jobs) ? begun(service) : service)),
    records: recordsAfter(written, jobs.flatMap(restartedHoldingsOf)),
  };
}

const isRestarted = (service: HostService, jobs: readonly Job[]): boolean =>
  jobs.some(({ restart }) => restart !== undefined && restart === unitOf(service));

const begun = (service: HostService): HostService => ({
  ...service,
  processes: service.processes.map((process) => ({ ...process, aliveSeconds: 0 })),
});

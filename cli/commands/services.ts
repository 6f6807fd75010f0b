import { formatVersion } from '../../lib/render/json';
import { readServices, renderServices, renderServicesJson, servicesExitCode } from '../../reports/services/report';
import { Sources } from '../../reports/sources';
import type { ContextOptions } from '../options';
import { runReport, terminalWidth, watchOf } from '../run-report';

export const services = (options: ContextOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const report = await readServices(new Sources(readers, watchOf(clock)));
    return {
      seen: report,
      exitCode: servicesExitCode(report),
      text: (seen: typeof report) => renderServices(seen, clock, terminalWidth(), style),
      json: (seen: typeof report) => renderServicesJson(seen, readers.cloud, clock.now(), formatVersion),
    };
  });

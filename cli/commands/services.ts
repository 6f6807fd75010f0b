import { formatVersion } from '../../lib/render/json';
import { readServices, renderServices, renderServicesJson, servicesExitCode } from '../../reports/services/report';
import { Sources } from '../../reports/sources';
import type { ContextOptions } from '../options';
import { runReport, terminalWidth, watchOf } from '../run-report';
import { say } from '../terminal';

export const services = (options: ContextOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const report = await readServices(new Sources(readers, watchOf(clock)));
    say(
      options.json
        ? renderServicesJson(report, readers.cloud, clock.now(), formatVersion)
        : renderServices(report, clock, terminalWidth(), style),
    );
    return servicesExitCode(report);
  });

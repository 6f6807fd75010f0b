import { formatVersion } from '../../lib/render/json';
import { readWhere } from '../../reports/where/read';
import { renderWhere, renderWhereJson, whereExitCode } from '../../reports/where/render';
import type { WhereOptions } from '../options';
import { runReport, terminalWidth } from '../run-report';

export const where = (service: string, options: WhereOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const report = await readWhere(await readers.host(`host:${options.host}`), service);
    return {
      seen: report,
      exitCode: whereExitCode(report),
      text: (seen: typeof report) => renderWhere(seen, clock, terminalWidth(), style),
      json: (seen: typeof report) => renderWhereJson(seen, readers.cloud, formatVersion),
    };
  });

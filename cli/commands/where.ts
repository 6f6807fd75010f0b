import { formatVersion } from '../../lib/render/json';
import { readWhere } from '../../reports/where/read';
import { renderWhere, renderWhereJson, whereExitCode } from '../../reports/where/render';
import type { WhereOptions } from '../options';
import { runReport, terminalWidth } from '../run-report';
import { say } from '../terminal';

export const where = (service: string, options: WhereOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const report = await readWhere(await readers.host(`host:${options.host}`), service);
    say(
      options.json
        ? renderWhereJson(report, readers.cloud, formatVersion)
        : renderWhere(report, clock, terminalWidth(), style),
    );
    return whereExitCode(report);
  });

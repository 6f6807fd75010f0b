import { formatVersion } from '../../lib/render/json';
import { brokerExitCode, renderBroker, renderBrokerJson } from '../../reports/broker/render';
import { Sources } from '../../reports/sources';
import type { ContextOptions } from '../options';
import { runReport, terminalWidth, watchOf } from '../run-report';

export const broker = (options: ContextOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const looked = await new Sources(readers, watchOf(clock)).broker();
    const head = { formatVersion, command: 'broker', cloud: readers.cloud, time: clock.now().toISOString() };
    return {
      seen: looked,
      exitCode: brokerExitCode(looked),
      text: (seen: typeof looked) => renderBroker(seen, terminalWidth(), style),
      json: (seen: typeof looked) => renderBrokerJson(seen, head),
    };
  });

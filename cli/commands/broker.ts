import { formatVersion } from '../../lib/render/json';
import { brokerExitCode, renderBroker, renderBrokerJson } from '../../reports/broker/render';
import { Sources } from '../../reports/sources';
import type { ContextOptions } from '../options';
import { runReport, terminalWidth, watchOf } from '../run-report';
import { say } from '../terminal';

export const broker = (options: ContextOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const looked = await new Sources(readers, watchOf(clock)).broker();
    const head = { formatVersion, command: 'broker', cloud: readers.cloud, time: clock.now().toISOString() };
    say(options.json ? renderBrokerJson(looked, head) : renderBroker(looked, terminalWidth(), style));
    return brokerExitCode(looked);
  });

import { InvalidCommand } from '../../lib/basics/errors';
import { uuid } from '../../lib/basics/uuid';
import { parseAddress } from '../../lib/net/ip-ranges';
import { formatVersion } from '../../lib/render/json';
import { Sources } from '../../reports/sources';
import { judgeFloatingIp } from '../../reports/trace/floating-ip/judge';
import { readFloatingIp } from '../../reports/trace/floating-ip/read';
import type { Knock } from '../../reports/trace/groups';
import { traceExitCode, type Leg } from '../../reports/trace/hop';
import { judgePort } from '../../reports/trace/port';
import { readWholePort } from '../../reports/trace/read-port';
import { renderTrace, renderTraceJson } from '../../reports/trace/render';
import { sayProtocol } from '../../reports/trace/host-filter/first-packet';
import { judgePacket } from '../../reports/trace/packet/judge';
import { parseQuestion } from '../../reports/trace/packet/question';
import { readPacketWay } from '../../reports/trace/packet/read';
import type { ContextOptions, TraceFloatingIpOptions, TracePacketOptions } from '../options';
import { readServer } from '../../reports/trace/server/read';
import { renderServerTrace, renderServerTraceJson } from '../../reports/trace/server/render';
import { traceOfServer } from '../../reports/trace/server/report';
import { runReport, terminalWidth, watchOf, type Report } from '../run-report';
import type { ReadingContext } from '../wire';

export const traceFloatingIp = (wanted: string, options: TraceFloatingIpOptions): Promise<void> =>
  runReport(options, async (context) => {
    if (!uuid.safeParse(wanted).success) parseAddress(wanted);
    const knock = knockOf(options.port);
    const { readers, clock } = context;
    const watch = watchOf(clock);
    const seconds = secondsOf(options.count);
    const counting = seconds === undefined ? undefined : { ...watch, seconds };
    const seen = await readFloatingIp(wanted, readers, new Sources(readers, watch), counting);
    return tell(context, judgeFloatingIp(seen, knock), {
      command: 'trace floating-ip',
      subject: `floating IP ${wanted}`,
    });
  });

export const tracePacket = (options: TracePacketOptions): Promise<void> =>
  runReport(options, async (context) => {
    const { from, to } = options;
    if (!uuid.safeParse(from).success)
      throw new InvalidCommand(`--from must be the id of a port, and is ${JSON.stringify(from)}`);
    const question = parseQuestion(options);
    const legs = judgePacket(question, await readPacketWay(question, context.readers));
    const subject = `${sayProtocol(question)} from port ${from} to ${to}`;
    return tell(context, legs, { command: 'trace packet', subject });
  });

export const tracePort = (wanted: string, options: ContextOptions): Promise<void> =>
  runReport(options, async (context) => {
    if (!uuid.safeParse(wanted).success)
      throw new InvalidCommand(`${JSON.stringify(wanted)} is no id of a port; \`openstack port list\` shows them`);
    const { readers, clock } = context;
    const seen = await readWholePort(wanted, readers, new Sources(readers, watchOf(clock)));
    const told = { command: 'trace port', subject: `port ${wanted}`, withEvidence: true };
    return tell(context, judgePort(seen), told);
  });

export const traceServer = (wanted: string, options: ContextOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const { cloud } = readers;
    const show = (time: Date): string => clock.show(time);
    const trace = traceOfServer(await readServer(wanted, readers, new Sources(readers, watchOf(clock))), show);
    const head = { formatVersion, command: 'trace server', cloud, time: clock.now().toISOString() };
    return {
      seen: trace,
      exitCode: traceExitCode(trace.legs),
      text: (seen: typeof trace) => renderServerTrace(seen, { cloud, show }, terminalWidth(), style),
      json: (seen: typeof trace) => renderServerTraceJson(seen, head),
    };
  });

function knockOf(port: string | undefined): Knock {
  if (port === undefined) return { protocol: 'icmp' };
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65535)
    throw new InvalidCommand(`--port must be a TCP port from 1 to 65535, and is ${JSON.stringify(port)}`);
  return { protocol: 'tcp', port: number };
}

function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > 600)
    throw new InvalidCommand(`--count must be seconds from 1 to 600, and is ${JSON.stringify(text)}`);
  return seconds;
}

function tell(
  { readers, style, clock }: ReadingContext,
  legs: readonly Leg[],
  { command, ...told }: { readonly command: string; readonly subject: string; readonly withEvidence?: boolean },
): Report<readonly Leg[]> {
  const { cloud } = readers;
  const head = { formatVersion, command, cloud, time: clock.now().toISOString(), subject: told.subject };
  return {
    seen: legs,
    exitCode: traceExitCode(legs),
    text: (seen) => renderTrace(seen, { ...told, cloud }, terminalWidth(), style),
    json: (seen) => renderTraceJson(seen, head),
  };
}

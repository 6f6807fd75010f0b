/** `trace` on the command line, with its commands and their options. */
import type { Command } from 'commander';
import * as shared from './options';

export function addTrace(root: Command): Command {
  const trace = root
    .command('trace')
    .description(
      'follow a packet hop by hop, each proved, assumed or not looked at, and name the first broken one; changes nothing\n' +
        'Exit codes: 0 nothing broken was found, 2 a hop is broken, 1 a look failed.',
    );
  shared
    .withContext(
      trace
        .command('floating-ip <address>')
        .description('from outside through router and host to the server, and back'),
    )
    .option('--port <number>', 'a TCP port that is asked for; default: a ping')
    .option('--count <seconds>', 'also count packets for so long, while you send some')
    .action(async (address: string, options: shared.TraceFloatingIpOptions) =>
      (await import('./commands/trace.js')).traceFloatingIp(address, options),
    );
  addTracePacket(trace);
  shared
    .withContext(
      trace.command('port <id>').description('a port: its binding, server, devices on its host, and what may reach it'),
    )
    .action(async (id: string, options: shared.ContextOptions) =>
      (await import('./commands/trace.js')).tracePort(id, options),
    );
  shared
    .withContext(
      trace
        .command('server <name>')
        .description('a server: its state and why it waits, its ports and floating IPs, and all that was asked of it'),
    )
    .action(async (name: string, options: shared.ContextOptions) =>
      (await import('./commands/trace.js')).traceServer(name, options),
    );
  return root;
}

function addTracePacket(trace: Command): void {
  shared
    .withContext(
      trace
        .command('packet')
        .description('name the rule of the packet filter that decides on each host, there and back')
        .requiredOption('--from <port>', 'id of the port that sends')
        .requiredOption('--to <address>', 'to whom'),
    )
    .option('--protocol <name>', 'tcp, udp, icmp or a number; default: tcp with --port, else a ping')
    .option('--port <number>', 'to which port')
    .option('--source-port <number>', 'from which port; default: any, which may leave the answer open')
    .option('--source <address>', "default: the port's own address")
    .option('--mac <address>', "default: the port's own MAC address")
    .action(async (options: shared.TracePacketOptions) => (await import('./commands/trace.js')).tracePacket(options));
}

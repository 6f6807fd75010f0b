import { Cloud } from './cloud';
import type { Service } from './declaration';
import type { Lab } from './environment';
import { Queues } from './probes';
import { declareStack } from './stack';
import { findRunning, logFile } from './supervisor';

const PATIENCE_MS = 5_000;

/**
 * A `ready` service answers its probe, a `running` one has a process that doesn't answer, a `stopped` one has no
 * process.
 */
type State = 'ready' | 'running' | 'stopped';

/** Prints every service and every agent. @returns whether all are ready. */
export async function status(lab: Lab): Promise<boolean> {
  const queues = new Queues(lab);
  const declared = declareStack(lab, queues).flatMap((component) => component.services ?? []);
  const services = declared.filter(({ name, isOptional }) => !isOptional || findRunning(lab, name));
  const rows = await Promise.all(services.map((service) => row(lab, service)));
  queues.close();
  printTable([['service', 'state', 'pid', 'port', 'log'], ...rows.map(({ cells }) => cells)]);
  const agents = await new Cloud(lab).listAgents().catch(() => []);
  if (agents.length > 0) {
    console.log();
    printTable([
      ['agent', 'host', 'state', 'last heartbeat (UTC)'],
      ...agents.map((agent) => [agent.binary, agent.host, agent.alive ? 'alive' : 'dead', agent.heartbeat_timestamp]),
    ]);
  }
  return rows.every(({ state }) => state === 'ready');
}

async function row(lab: Lab, service: Service): Promise<{ state: State; cells: string[] }> {
  const running = findRunning(lab, service.name);
  let state: State = 'stopped';
  if (running) {
    const late = new Promise<false>((resolve) => setTimeout(resolve, PATIENCE_MS, false).unref());
    const isReady = await Promise.race([service.isReady(running.startedAt), late]).catch(() => false);
    state = isReady ? 'ready' : 'running';
  }
  const { name, port } = service;
  const pid = running ? String(running.process.pid) : '-';
  return { state, cells: [name, state, pid, port ? String(port) : '-', logFile(lab, name)] };
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of rows) {
    console.log(
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

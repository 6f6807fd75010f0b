/** A folder for Terraform's plans, which hold secrets, and the interrupts of whoever waits for them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refused } from '../lib/basics/errors';
import { stopOnInterrupt } from './terminal';

export interface PlanFolder {
  /** Only its owner may read it. */
  readonly folder: string;
  readonly stop: ReturnType<typeof stopOnInterrupt>;
}

/**
 * The folder ends with `work`, also where an interrupt ends the process. Terraform is no child of the terminal's
 * process group, so an interrupt reaches it by `stop` alone.
 */
export async function withPlanFolder<Result>(
  command: string,
  work: (given: PlanFolder) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), `stackward-${command}-`));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const stop = stopOnInterrupt({ takesAtOnce: true });
  try {
    return await work({ folder, stop });
  } finally {
    stop.done();
    remove();
    process.off('exit', remove);
  }
}

/** @throws Refused after an interrupt. It replaces Terraform's own error, which then says no more than that. */
export function refuseInterrupted({ signal }: PlanFolder['stop']): void {
  if (signal.aborted) throw new Refused('interrupted while it planned; run it again');
}

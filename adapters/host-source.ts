import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UnrecoverableError } from '../lib/basics/errors';

/**
 * The program that hosts run. `host/` lies beside `adapters/` in the repository, and beside `dist/`, where the bundled
 * command is.
 */
export const hostProgramFile = join(__dirname, '../host/stackward-host.py');

/** @throws UnrecoverableError if it is missing, so that a run reports this once and not for each host */
export function refuseWithoutHostProgram(): void {
  if (existsSync(hostProgramFile)) return;
  throw new UnrecoverableError(
    `this installation of stackward is incomplete: ${hostProgramFile} is missing; install stackward again as a whole, with host/ beside dist/`,
  );
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UnrecoverableError } from '../lib/basics/errors';

/** The program that hosts run. It lies beside `adapters/` as beside `dist/`, where the bundled command is. */
export const hostProgramFile = join(__dirname, '../host/stackward-host.py');

/** @throws UnrecoverableError where it is missing, so that a run says so once, and not at each look at a host */
export function refuseWithoutHostProgram(): void {
  if (existsSync(hostProgramFile)) return;
  throw new UnrecoverableError(
    `this installation of stackward is incomplete: ${hostProgramFile} is missing; install stackward again as a whole, with host/ beside dist/`,
  );
}

import { join } from 'node:path';

/** The program that hosts run. It lies beside `adapters/` as beside `dist/`, where the bundled command is. */
export const hostProgramFile = join(__dirname, '../host/stackward-host.py');

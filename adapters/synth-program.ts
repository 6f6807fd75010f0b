import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Lies beside `adapters/` in the repository, and beside `dist/`, where the bundled command is. */
const program = join(__dirname, '../scripts/app.mjs');

/**
 * Synthesizes main.ts of this folder, with this terminal.
 * @returns true if the program ended well
 */
export function runSynth(env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program], { stdio: 'inherit', env });
    child.on('error', reject).on('close', (code) => resolve(code === 0));
  });
}

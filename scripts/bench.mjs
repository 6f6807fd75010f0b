// `npm run bench`: sets up what is missing and runs bench/main.ts.
import { Failed, findMissingGround, run, setUp } from './setup.mjs';

try {
  const missing = findMissingGround();
  if (missing) throw new Error(missing);
  const environment = await setUp({ lab: true });
  await run('tsx', ['bench/main.ts', ...process.argv.slice(2)], environment);
} catch (error) {
  if (!(error instanceof Failed)) console.error(`Error: ${error.message}`);
  process.exitCode = error.code ?? 1;
}

// `npm run bench`: sets up what is missing and runs bench/main.ts. Where Debian or root is missing it measures what needs neither.
import { Failed, findMissingGround, run, setUp } from './setup.mjs';

try {
  const missing = findMissingGround();
  if (missing) console.error(`Without the lab: ${missing}.`);
  const environment = await setUp({ lab: !missing, packages: ['openssh-server'] });
  await run('tsx', ['bench/main.ts', ...process.argv.slice(2)], environment);
} catch (error) {
  if (!(error instanceof Failed)) console.error(`Error: ${error.message}`);
  process.exitCode = error.code ?? 1;
}

// `npm run demo`: sets up what is missing, including the lab, and plays demo/main.ts. `-- --down` stops the lab,
// `--wipe` also deletes its data.
import { Failed, findMissingGround, run, setUp } from './setup.mjs';

try {
  const args = process.argv.slice(2);
  const unknown = args.find((arg) => arg !== '--down' && arg !== '--wipe');
  if (unknown)
    throw new Error(`there is no option ${unknown}; there are --down (stop the lab) and --wipe (also delete its data)`);
  const missing = findMissingGround();
  if (missing) throw new Error(missing);
  const stops = args.length > 0;
  const environment = await setUp({ lab: !stops });
  if (stops) await run('tsx', ['lab/main.ts', 'down', ...(args.includes('--wipe') ? ['--wipe'] : [])], environment);
  else await run('tsx', ['demo/main.ts'], environment);
} catch (error) {
  if (!(error instanceof Failed)) console.error(`Error: ${error.message}`);
  process.exitCode = error.code ?? 1;
}

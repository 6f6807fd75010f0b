// `npm run fuzz -- --count 1000000 --seed 7`: the fuzzers of test/attack with more cases than `npm test` gives them.
// Without --seed every run chooses another seed and prints it. The other arguments go to jest:
// `npm run fuzz -- manifest`.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Failed, findMissingGround, root, run, setUp } from './setup.mjs';

try {
  const { values, positionals } = parseArgs({
    options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
    allowPositionals: true,
  });
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
  for (const [option, text] of [
    ['--count', values.count],
    ['--seed', seed],
  ])
    // prettier-ignore
    if (!/^\d{1,10}$/.test(text)) throw new Error(`${option} is "${text}"; it must be a whole number`);
  const missing = findMissingGround();
  if (missing) throw new Error(`${missing}: some fuzzers run in network namespaces`);
  const environment = await setUp({ lab: false });
  console.log(`${values.count} cases each, seed ${seed}`);
  const pattern = positionals.length > 0 ? `fuzz.*(${positionals.join('|')})` : 'fuzz';
  const jest = [
    join(root, 'node_modules/jest/bin/jest.js'),
    '--selectProjects',
    'attack',
    '--testPathPatterns',
    pattern,
  ];
  await run(process.execPath, jest, { ...environment, STACKWARD_FUZZ_COUNT: values.count, STACKWARD_FUZZ_SEED: seed });
} catch (error) {
  if (!(error instanceof Failed)) console.error(`Error: ${error.message}`);
  process.exitCode = error.code ?? 1;
}

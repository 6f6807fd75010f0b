/** Which files a service reads, and which value counts, against the real oslo.config with real command lines, folders and search paths. */
import { mkdtempSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { accountOf } from '../../lib/oslo-config/account';
import { fuzzCount, fuzzSeed } from '../support/fuzz';
import { servicesOf, memoryServiceHost, serviceProcess } from '../support/memory-service-host';
import { askOsloConfig, oracleReleases, osloConfigVersions, type OracleCase } from '../support/oslo-config';

let folder: string;
beforeEach(() => (folder = mkdtempSync('/tmp/stackward-order-')));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Below the folder. `home` is the home of the service; a project of this name has nothing in /etc. */
const places = [
  ...['a.conf', 'b.conf', 'd/10-x.conf', 'd/2-x.conf', 'd/.hidden.conf', 'd/x.ini', 'e/only.conf', 'empty/readme'],
  ...['home/.swproj/swproj.conf', 'home/swproj.conf', 'home/swproj-api.conf', 'home/.swproj/swproj-api.conf'],
  ...['home/swproj.conf.d/1.conf', 'home/.swproj/swproj.conf.d/z.conf', 'home/swproj-api.conf.d/1.conf'],
];
const words = [
  ...[
    ['--config-file', 'a.conf'],
    ['--config-file=b.conf'],
    ['--config-file', '{folder}/a.conf'],
    ['--config-file=~/swproj.conf'],
  ],
  ...[['--config-dir', 'd'], ['--config-dir={folder}/e'], ['--config-dir=empty']],
];

const caseOf = fc.record({
  // Each place that is there sets some of the options, to its own name.
  set: fc.tuple(...places.map((place) => fc.subarray(['one', 'two', 'old']).map((names) => ({ place, names })))),
  present: fc.subarray(places),
  args: fc.array(fc.constantFrom(...words), { maxLength: 4 }),
  environment: fc
    .subarray(['ONE'])
    .map((names) => Object.fromEntries(names.map((name) => [`OS_DEFAULT__${name}`, 'environment']))),
});

const options: OracleCase['options'] = [
  { section: 'DEFAULT', name: 'one' },
  { section: 'DEFAULT', name: 'two', former: [{ section: 'DEFAULT', name: 'old' }] },
];

/** What a command line names has to be there, and all of the places that it doesn't name may be. */
function caseIn({ set, present, args, environment }: typeof caseOf extends fc.Arbitrary<infer Case> ? Case : never) {
  const line = args.flat().map((word) => word.replace('{folder}', folder));
  const needed = places.filter((place) =>
    ['a.conf', 'b.conf', 'd/', 'e/', 'empty/', 'home/swproj.conf'].some((start) => place.startsWith(start)),
  );
  const files = set.filter(({ place }) => present.includes(place) || needed.includes(place));
  const texts = files.map(({ place, names }) => `[DEFAULT]\n${names.map((name) => `${name} = ${place}\n`).join('')}`);
  return { paths: files.map(({ place }) => place), files: texts, arguments: line, environment, options, folder };
}

test.each(oracleReleases)('the reading order of %s', async (release) => {
  const count = Math.ceil(fuzzCount / 8);
  const cases = fc.sample(caseOf, { numRuns: count, seed: fuzzSeed }).map(caseIn);
  const theirs = await askOsloConfig(release, cases);
  const seen = { unset: 0, environment: 0, searched: 0, named: 0, folder: 0 };
  const wrong: unknown[] = [];
  for (const [index, asked] of cases.entries()) {
    const host = memoryServiceHost({
      library: osloConfigVersions[release],
      files: Object.fromEntries(asked.paths.map((path, place) => [`${folder}/${path}`, asked.files[place] ?? ''])),
      processes: [
        serviceProcess('swproj-api', asked.arguments, {
          folder,
          home: `${folder}/home`,
          environment: asked.environment,
          python: release === 'icehouse' ? 2 : 3,
        }),
      ],
    });
    const [service] = (await servicesOf(host)).services;
    const values = options.map((option) => {
      const [value] = service === undefined ? [] : accountOf(option, service.config).values;
      return value?.value.reveal() ?? null;
    });
    for (const value of values) {
      if (value === null) seen.unset += 1;
      else if (value === 'environment') seen.environment += 1;
      else if (value.startsWith('home/')) seen.searched += 1;
      else seen[value.includes('/') ? 'folder' : 'named'] += 1;
    }
    const said = theirs[index];
    if (JSON.stringify({ values }) !== JSON.stringify(said)) wrong.push({ asked, values, said });
  }
  expect({ seed: fuzzSeed, wrong: wrong.slice(0, 2), wrongs: wrong.length }).toEqual({
    seed: fuzzSeed,
    wrong: [],
    wrongs: 0,
  });
  for (const [kind, times] of Object.entries(seen))
    if (kind !== 'environment' || release === '2026.2') expect([kind, times > count / 50]).toEqual([kind, true]);
});

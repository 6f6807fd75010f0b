/**
 * `npm run bench` measures what stackward costs beside the same work done otherwise, all in one run. `-- --json` prints
 * one line for programs.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readLab } from '../lab/environment';
import { mariadbMissing } from '../test/support/mariadb';
import { benchExceptions } from './exceptions';
import { benchGrants } from './grants';
import { benchInventory } from './inventory';
import { medianUsage, inTurn, runNode } from './measure';
import { oneSubnetSet } from './openstack-cli';
import { benchPlannedReview } from './planned-review';
import { benchPools } from './pools';
import { benchReview } from './review';
import { measured, renderJson, renderTable, type Measured } from './results';
import { benchOneTry, benchSynth } from './synth';

const root = resolve(__dirname, '..');
const bundle = join(root, 'dist/stackward');
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<void> {
  const results: Measured[] = [];
  const bare = () => runNode([bundle, '--version']);
  const folder = mkdtempSync(join(tmpdir(), 'stackward-bench-'));
  const nothing = join(folder, 'manifest.json');
  writeFileSync(nothing, '{"schemaVersion":"1.1","owner":"bench","stack":"bench","resources":{}}');
  const empty = () => runNode([bundle, 'plan', '--manifest', nothing]);
  const [version, emptyPlan, node] = await inTurn(9, bare, empty, () => runNode(['-e', '0']));
  const [ours, plan, bareNode] = [medianUsage(version), medianUsage(emptyPlan), medianUsage(node)];
  results.push(
    measured('stackward --version, time', [ours.seconds, bareNode.seconds], 's', '`node -e 0`', {
      target: { of: 'ratio', atMost: 1.5 },
    }),
    measured('stackward --version, memory', [ours.mebibytes, bareNode.mebibytes], 'MiB', '`node -e 0`', {
      target: { of: 'ours', atMost: 120 },
    }),
    measured('plan of a manifest without targets, time', [plan.seconds, bareNode.seconds], 's', '`node -e 0`', {
      remark: 'the process, configuration, manifest and text of every plan',
    }),
  );
  if (mariadbMissing === undefined) {
    const pools = await benchPools(bundle, bare, empty, say);
    results.push(...pools, ...(await againstCommandLine(pools)));
    results.push(...(await benchInventory(bundle, say)));
  } else say(`Plan, apply and inventory are left out: ${mariadbMissing}.`);
  results.push(...(await benchExceptions(bundle, say)), ...(await benchGrants(bundle, empty, say)));
  rmSync(folder, { recursive: true });
  results.push(...(await benchReview(say)), ...(await benchPlannedReview(root, bundle, say)));
  say('synth of 400 tenants, ours and raw, three times each …');
  results.push(await benchOneTry(root), await benchSynth(root));
  if (process.argv.includes('--json')) process.stdout.write(`${renderJson(results)}\n`);
  else process.stdout.write(`\n${renderTable(results)}\n`);
}

/** Apply of 1, 100, 1,000 beside as many calls of the openstack command. */
async function againstCommandLine(pools: readonly Measured[]): Promise<Measured[]> {
  if (!readLab()) {
    say('No lab here: `openstack subnet set` is left out.');
    return [];
  }
  say('openstack subnet set, three times …');
  const call = await oneSubnetSet();
  return pools.flatMap((result) => {
    const size = /^apply to (\d+) .*time/.exec(result.name)?.[1];
    return size === undefined
      ? []
      : [
          measured(
            `apply to ${size} beside the openstack command`,
            [result.ours, call * Number(size)],
            's',
            'one `openstack subnet set` each',
            { remark: 'three sampled on the lab, scaled' },
          ),
        ];
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`Error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});

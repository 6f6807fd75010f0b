/**
 * `disable-compute` and `enable-compute` on the lab's Nova, with the requests of Pike and later and with those of
 * before Pike.
 */
import { join } from 'node:path';
import { ComputeServices } from '../../adapters/openstack/compute-services';
import type { VersionReader } from '../../lib/contract/ports';
import { DeadComputes } from '../support/dead-compute';
import { RunbookBench } from '../support/runbook-bench';
import { describeRunbook, type RunbookCase } from './runbook-suite';

let computes: DeadComputes;
/** Sessions as since Pike and as before it, each with a journal of its runs. */
let benches: { readonly young: RunbookBench; readonly old: RunbookBench };

beforeAll(async () => {
  computes = await DeadComputes.start('test-enablement');
  benches = { young: benchOf(false), old: benchOf(true) };
});
afterAll(async () => {
  for (const bench of Object.values(benches ?? {})) await bench.close();
  await computes?.stop();
});

/** Pretends that Nova has no microversions, as before Kilo. The lab's Nova accepts such requests as well. */
const icehouse: VersionReader = {
  apis: () => Promise.resolve({ answers: [{ service: 'nova', version: '' }], silent: [] }),
};

function benchOf(isOld: boolean): RunbookBench {
  const { environment, folder } = computes.lab;
  const old = () => Promise.resolve(new ComputeServices(computes.session, icehouse));
  const ports = isOld ? { readers: { computeServices: old }, writers: { computeServices: old } } : {};
  return new RunbookBench(environment, join(folder, 'stackward.yaml'), () => ports);
}

const disabling = (isOld: boolean): RunbookCase => ({
  make: async () => {
    const argument = await computes.add();
    return {
      bench: isOld ? benches.old : benches.young,
      runbook: 'disable-compute',
      given: { argument, options: { reason: 'new mainboard; ask Kim' } },
      truth: () => computes.service(argument),
      meddle: async () => void (await computes.sql(`UPDATE nova.services SET disabled = 1, disabled_reason = 'fire' WHERE host = '${argument}'`)), // prettier-ignore
    };
  },
  done: 'disabled new mainboard; ask Kim',
  undone: 'enabled -',
  steps: 1,
  moved: /it is disabled, reason "fire", and the run left it disabled, reason "new mainboard; ask Kim"; somebody changed it since/, // prettier-ignore
});

describeRunbook('disable-compute since Pike (case 1203)', disabling(false));

const enabling = (isOld: boolean): RunbookCase => ({
  make: async () => {
    const argument = await computes.add();
    await computes.sql(
      `UPDATE nova.services SET disabled = 1, disabled_reason = 'new disk' WHERE host = '${argument}'`,
    );
    return {
      bench: isOld ? benches.old : benches.young,
      runbook: 'enable-compute',
      given: { argument, options: {} },
      truth: () => computes.service(argument),
      meddle: async () => void (await computes.sql(`UPDATE nova.services SET disabled = 1, disabled_reason = 'fire' WHERE host = '${argument}'`)), // prettier-ignore
    };
  },
  done: 'enabled -',
  undone: 'disabled new disk',
  steps: 1,
  moved: /it is disabled, reason "fire", and the run left it enabled; somebody changed it since/,
  isAlike: true,
});

describeRunbook('enable-compute before Pike (case 1203)', enabling(true));

/** All runbooks, and all acts that a journal may name. */
import { InvalidConfiguration } from '../lib/basics/errors';
import { nearestNames } from '../lib/basics/nearest';
import type { Step } from './act';
import { computeEnablement } from './acts/compute-enablement';
import { agentRemoved, computeRemoved, hostRemains, providerRemoved } from './acts/compute-removal';
import { computeRows } from './acts/compute-rows';
import { credentials } from './acts/credentials';
import { serverDeleted, serverRemains, serverState } from './acts/server';
import { serviceRestart } from './acts/service-restart';
import { throughput } from './acts/throughput';
import { disableCompute, enableCompute } from './books/compute';
import { handOutCredentials } from './books/credentials';
import { measureThroughput } from './books/measure-throughput';
import { removeCompute } from './books/remove-compute';
import { restartService } from './books/restart-service';
import { deleteStuckServer, resetState } from './books/server';
import type { Runbook } from './runbook';

export const runbooks: readonly Runbook[] = [
  disableCompute,
  enableCompute,
  resetState,
  deleteStuckServer,
  removeCompute,
  restartService,
  measureThroughput,
  handOutCredentials,
];

const acts: readonly { readonly name: string; restore(inputs: unknown): Step }[] = [
  computeEnablement,
  computeRemoved,
  computeRows,
  providerRemoved,
  agentRemoved,
  hostRemains,
  serverState,
  serverDeleted,
  serverRemains,
  serviceRestart,
  throughput,
  credentials,
];

/** @throws InvalidConfiguration */
export function getRunbook(name: string): Runbook {
  const found = runbooks.find((runbook) => runbook.name === name);
  if (found !== undefined) return found;
  const names = runbooks.map((runbook) => runbook.name);
  const [near] = nearestNames(name, names);
  throw new InvalidConfiguration(
    `there is no runbook "${name}"${near === undefined ? '' : ` (did you mean ${near}?)`}; there is: ${names.join(', ')}`,
    { about: 'command line' },
  );
}

/** Makes a step from a journal. @throws InvalidConfiguration if this stackward could not have written it */
export function restoreStep(act: string, inputs: unknown, where: string): Step {
  const found = acts.find(({ name }) => name === act);
  if (found !== undefined) return found.restore(inputs);
  throw new InvalidConfiguration(
    `the run did "${act}", which this stackward doesn't know; use the version that made it`,
    { where },
  );
}

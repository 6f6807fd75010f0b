import { join } from 'node:path';
import type { Component, Service } from './declaration';
import { stopLab, wipeLab } from './down';
import { labFolder, LAB_VERSION, readRecord, type Lab } from './environment';
import { scriptsOf, writeFiles } from './files';
import { runSteps, type Step } from './graph';
import { lock } from './lock';
import { checkMachine, installPackages } from './packages';
import { Queues } from './probes';
import { checkFolder, openLab } from './record';
import { declareStack } from './stack';
import { StageRecord } from './stage-record';
import { digestOf, endLeftovers, ensureService, findRunning, listStarted } from './supervisor';

type Say = (text: string) => void;

/**
 * Brings the lab up from any state. A service that runs and answers is left alone.
 *
 * @param goals services that must be ready in the end, with everything that they need. Default: every service that is not
 *   optional.
 */
export async function up(goals?: readonly string[]): Promise<void> {
  const folder = labFolder();
  const startedAt = Date.now();
  const elapsed = (): string => ((Date.now() - startedAt) / 1000).toFixed(1);
  let said = 0;
  const say: Say = (text) => {
    said += 1;
    console.log(`[${elapsed().padStart(6)} s] ${text}`);
  };

  checkMachine();
  checkFolder(folder);
  await lock(join(folder, 'lock'), () => {
    say(`another command is at work in ${folder}: waiting for it`);
  });
  await installPackages(say);
  const lab = await prepareLab(folder, say);
  const queues = new Queues(lab);
  endTogether(lab);
  try {
    const components = declareStack(lab, queues);
    const steps = declareSteps(lab, components);
    await runSteps(steps, goals ?? usualGoals(lab, components, steps), (name, tookMs) => {
      say(`${name.padEnd(24)} ${(tookMs / 1000).toFixed(1).padStart(5)} s`);
    });
  } catch (error) {
    await endLeftovers(lab);
    throw error;
  } finally {
    queues.close();
  }
  console.log(`The lab is ${said > 0 ? 'up' : 'running'} (${elapsed()} s): ${lab.cloudsYaml}, ${lab.stackwardYaml}`);
  if (said > 0) console.log(`Use it with: . ${join(folder, 'env.sh')}`);
}

/** Everything except optional services that do not run now. */
function usualGoals(lab: Lab, components: readonly Component[], steps: readonly Step[]): string[] {
  const services = components.flatMap((each) => each.services ?? []);
  const idle = services.filter(({ name, isOptional }) => isOptional && !findRunning(lab, name));
  return steps.map(({ name }) => name).filter((name) => !idle.some((service) => service.name === name));
}

/** Ends what an earlier run left behind, and removes data of another definition. */
async function prepareLab(folder: string, say: Say): Promise<Lab> {
  await endLeftovers({ folder });
  const before = readRecord(folder);
  if (before && before.version !== LAB_VERSION) {
    const [made, wanted] = [String(before.version), String(LAB_VERSION)];
    say(`this lab was made by definition ${made}, this is definition ${wanted}: it is rebuilt from nothing`);
    await stopLab(folder);
    wipeLab(folder);
  }
  const previous = readRecord(folder)?.slot;
  const isRunning = listStarted({ folder }).some((name) => findRunning({ folder }, name));
  const lab = await openLab(folder, isRunning);
  if (previous !== undefined && previous !== lab.slot) {
    say(`somebody took the ports of slot ${String(previous)}: the lab moves to slot ${String(lab.slot)}`);
  }
  return lab;
}

/** A person's Ctrl-C also ends the stages under way; services stay. */
function endTogether(lab: Lab): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      void endLeftovers(lab).finally(() => process.exit(130));
    });
  }
}

/** Writes the files, and declares every stage and service as a step of one graph. */
function declareSteps(lab: Lab, components: readonly Component[]): Step[] {
  writeFiles(
    lab,
    components.flatMap(({ files }) => files ?? []),
  );
  const record = new StageRecord(lab);
  const stages = components.flatMap((each) => (each.stages ?? []).map((stage) => record.step(stage)));
  const steps = components.flatMap((each) => each.steps ?? []);
  const services = components.flatMap((each) => each.services ?? []);
  const needs = new Map([...stages, ...steps, ...services].map((each) => [each.name, each.needs]));
  const started = new Set<string>();
  return [
    ...stages,
    ...steps,
    ...components.flatMap(({ files = [], services: own = [] }) =>
      own.map((service) => ({
        name: service.name,
        needs: service.needs,
        run: async () => {
          const anew = takersAlong(services, started).some((name) => isNeededBy(service.name, name, needs));
          const digest = digestOf(service, [...files, ...scriptsOf(service)]);
          const wasStarted = await ensureService(lab, service, digest, anew);
          if (wasStarted) started.add(service.name);
          return wasStarted;
        },
      })),
    ),
  ];
}

const takersAlong = (services: readonly Service[], started: ReadonlySet<string>): string[] =>
  services.flatMap(({ name, takesDependentsAlong }) => (takesDependentsAlong && started.has(name) ? [name] : []));

const isNeededBy = (name: string, takesAlong: string, needs: ReadonlyMap<string, readonly string[]>): boolean =>
  (needs.get(name) ?? []).some((need) => need === takesAlong || isNeededBy(need, takesAlong, needs));

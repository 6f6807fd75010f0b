/** `stackward run`: lists runbooks, plans one, runs one, resumes one. */
import { resolve } from 'node:path';
import { readAnyRun } from '../../adapters/files/journal-folder';
import { ThingLock } from '../../adapters/files/thing-lock';
import { isRunning } from '../../adapters/process/running-process';
import { defined } from '../../lib/basics/defined';
import { InvalidConfiguration, Refused } from '../../lib/basics/errors';
import { isRunbook, type AnyRun, type RecordedRunbook } from '../../lib/journal/runbook-record';
import { planResume } from '../../runbooks/again';
import { planRunbook, type RunbookPlan } from '../../runbooks/plan';
import { getRunbook, runbooks } from '../../runbooks/registry';
import { optionWords, renderRunbooks, renderRunbooksJson } from '../../runbooks/render';
import type { Runbook, RunbookOption, RunbookOptions } from '../../runbooks/runbook';
import { commandLine } from '../../lib/basics/command-line';
import type { RunOptions } from '../options';
import { endWith } from '../run';
import { endPlan, runPlan, withBench, type Bench } from '../run-runbook';
import { followerOf, isOfHere, readRunbooks, refuseElsewhere, refuseOtherCloud } from '../runbook-runs';
import { say, terminalWidth } from '../terminal';

const allOptions = Object.keys(optionWords) as RunbookOption[];

export function run(name: string | undefined, argument: string | undefined, options: RunOptions): Promise<void> {
  if (options.resume !== undefined) return resume(name, argument, options);
  if (name === undefined) return endWith(options, () => list(options));
  return withBench(options, async (bench) => {
    const runbook = getRunbook(name);
    const given = { argument: argumentOf(runbook, argument), options: absolute(optionsOf(runbook, options)) };
    return finish(await planRunbook(runbook, given, bench.looking), bench, options);
  });
}

function list(options: RunOptions): number {
  say(options.json ? renderRunbooksJson(runbooks) : renderRunbooks(runbooks, terminalWidth()));
  return 0;
}

function argumentOf({ name, argument: what }: Runbook, argument: string | undefined): string {
  if (argument !== undefined && argument !== '') return argument;
  throw new InvalidConfiguration(`${name} works on one ${what}; give it: \`stackward run ${name} ${what}\``, {
    about: 'command line',
  });
}

/** @throws InvalidConfiguration for an option that the runbook doesn't take */
function optionsOf({ name, options: known }: Runbook, given: RunOptions): RunbookOptions {
  const stray = allOptions.find((option) => given[option] !== undefined && !known.includes(option));
  if (stray !== undefined)
    throw new InvalidConfiguration(`${name} takes no ${optionWords[stray]}; leave it out`, { about: 'command line' });
  return defined(Object.fromEntries(known.map((option) => [option, given[option]]))) as RunbookOptions;
}

/** A resumption may begin in another folder. */
const absolute = (options: RunbookOptions): RunbookOptions =>
  options.to === undefined ? options : { ...options, to: resolve(options.to) };

/** @throws InvalidConfiguration for an argument or option that a resumption would ignore */
export function refuseBeside(name: string | undefined, options: RunOptions): void {
  const stray = allOptions.find((option) => option !== 'yesItRuns' && options[option] !== undefined);
  if (stray !== undefined)
    throw new InvalidConfiguration(`a resumption takes its options from the run; leave out ${optionWords[stray]}`, { about: 'command line' }); // prettier-ignore
  if (typeof options.resume === 'string' && name !== undefined)
    throw new InvalidConfiguration(`--resume ${options.resume} names the run already; leave out ${name}, or give --resume last and without a run`, { about: 'command line' }); // prettier-ignore
}

function resume(name: string | undefined, argument: string | undefined, options: RunOptions): Promise<void> {
  return withBench(options, async (bench) => {
    refuseBeside(name, options);
    const all = readRunbooks(options.journal);
    const recorded =
      typeof options.resume === 'string'
        ? getResumable(readAnyRun(options.journal, options.resume), all)
        : latestOpen(all, name, argument, options);
    if (options.fromElsewhere !== true) refuseElsewhere(recorded, 'resume it');
    refuseOtherCloud(recorded, bench.cloud);
    refuseUnasked(recorded, options);
    return finish(await planResume(recorded, bench.looking), bench, options);
  });
}

/**
 * Anybody may have written the record. So a person names the run or looks at its plan, and says again what lets a step
 * do harm.
 */
function refuseUnasked({ name, record }: RecordedRunbook, { resume: named, yes, plan, yesItRuns }: RunOptions): void {
  if (named === true && yes && !plan)
    throw new Refused(`the latest run that is left open is ${name}, and with --yes nobody looks whether it is the right one; name it: \`stackward run --resume ${name} --yes\``); // prettier-ignore
  const mayRun = record.options.yesItRuns === true;
  if (mayRun && !yesItRuns)
    throw new Refused('its record says that the server may be deleted although it runs (--yes-it-runs); give --yes-it-runs once more beside --resume, or start a new run without it', { where: name }); // prettier-ignore
  if (!mayRun && yesItRuns)
    throw new Refused('it was begun without --yes-it-runs; leave that out, or start a new run with it', {
      where: name,
    });
}

const isOpen = (run: RecordedRunbook, all: readonly RecordedRunbook[]): boolean =>
  run.end?.exitCode !== 0 && run.record.rolledBack === undefined && followerOf(run, all) === undefined;

/** @throws Refused, InvalidConfiguration */
function getResumable(run: AnyRun, all: readonly RecordedRunbook[]): RecordedRunbook {
  const where = run.name;
  if (!isRunbook(run))
    throw new InvalidConfiguration('it is the run of a plan; `stackward apply` does what it left open', {
      where,
      about: 'command line',
    });
  if (run.end === undefined && isRunning(run.record.by) === true)
    throw new Refused(`it is under way (process ${run.record.by.pid}); wait until it has ended`, { where });
  const later = followerOf(run, all);
  if (later !== undefined)
    throw new Refused(`run ${later.name} followed it; go on from there: \`stackward runs\` lists all`, { where });
  if (!isOpen(run, all)) throw new Refused('it has ended and nothing is left to resume; start a new run', { where }); // prettier-ignore
  return run;
}

function latestOpen(
  all: readonly RecordedRunbook[],
  name: string | undefined,
  argument: string | undefined,
  { journal, fromElsewhere = false }: Pick<RunOptions, 'journal'> & { readonly fromElsewhere?: boolean },
): RecordedRunbook {
  const isMeant = ({ record }: RecordedRunbook): boolean =>
    (name === undefined || record.runbook === name) && (argument === undefined || record.argument === argument);
  const open = all.filter((each) => isMeant(each) && isOpen(each, all));
  // A run of another machine, or from the store, must not hide the run that was left open here.
  const found = open.findLast((run) => fromElsewhere || isOfHere(run)) ?? open.at(-1);
  if (found !== undefined) return getResumable(found, all);
  const meant =
    name === undefined ? 'no run of a runbook' : `no run of ${name}${argument === undefined ? '' : ` ${argument}`}`;
  throw new Refused(`${meant} in ${journal} is left open; \`stackward runs\` lists all`);
}

/** Adds to a plan that another run is at work on the thing now. */
function withHolder(plan: RunbookPlan, { cloud }: Bench, { journal }: RunOptions): RunbookPlan {
  const holder = ThingLock.holder(journal, { cloud, thing: plan.thing });
  if (holder === undefined) return plan;
  const { runbook, user, by, startedAt } = holder;
  const said = `at work on it now: ${runbook}, by ${user} on ${by.host} (process ${by.pid}) since ${startedAt}`;
  return { ...plan, seen: [...plan.seen, said] };
}

function finish(plan: RunbookPlan, bench: Bench, options: RunOptions): Promise<number> {
  if (options.plan) return Promise.resolve(endPlan(withHolder(plan, bench, options), bench, options));
  return runPlan(plan, bench, options, { command: commandLine(wordsOf(plan, options)), option: '--yes' });
}

function wordsOf({ runbook, argument, resumes }: RunbookPlan, options: RunOptions): string[] {
  const { config, journal, fromElsewhere, yesItRuns } = options;
  const shared = [...(config === undefined ? [] : ['--config', config]), ...(journal === 'runs' ? [] : ['--journal', journal])]; // prettier-ignore
  if (resumes !== undefined)
    return ['run', '--resume', resumes, ...shared, ...(fromElsewhere ? ['--from-elsewhere'] : []), ...(yesItRuns ? ['--yes-it-runs'] : [])]; // prettier-ignore
  const own = allOptions.flatMap((option) => {
    const value = options[option];
    const word = optionWords[option].replace(/ .*/, '');
    return value === undefined ? [] : value === true ? [word] : [word, value];
  });
  return ['run', runbook, argument, ...own, ...shared];
}

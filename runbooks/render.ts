/** Renders runbooks, their plans and their reports as text and as JSON. Pure. */
import { printable, printableJson, printableTexts } from '../lib/basics/printable';
import { hideSecrets, withoutSecrets } from '../lib/basics/without-secrets';
import { formatVersion } from '../lib/render/json';
import type { Style } from '../lib/render/style';
import { renderTable, wrapText } from '../lib/render/table';
import { count } from '../lib/render/text';
import type { Undo } from './act';
import type { RunbookReport, StepResult } from './perform';
import { toDo, type RunbookPlan, type StepPlan } from './plan';
import type { Precondition, Runbook } from './runbook';

export function renderRunbooks(all: readonly Runbook[], width: number): string {
  const entries = all.flatMap(({ name, argument, options, about }) => [
    ['stackward run', name, argument, ...options.map((option) => `[${optionWords[option]}]`)].join(' '),
    ...wrapText(about, width, '    '),
  ]);
  return [...entries, '', ...wrapText(hint, width)].join('\n');
}

const hint =
  '--plan shows all with live values and changes nothing. docs/runbooks.md says what each does, and how it is undone.';

export const optionWords: Readonly<Record<Runbook['options'][number], string>> = {
  reason: '--reason TEXT',
  active: '--active',
  yesItRuns: '--yes-it-runs',
  applicationCredential: '--application-credential',
  password: '--password',
  project: '--project NAME',
  to: '--to DIR',
  host: '--host HOST',
  peers: '--peers HOST[=ADDRESS],…',
  seconds: '--seconds N',
  mbit: '--mbit N',
};

export const renderRunbooksJson = (all: readonly Runbook[]): string =>
  printableJson({
    formatVersion,
    command: 'run',
    runbooks: all.map(({ name, about, argument, options }) => ({ name, about, argument, options })),
  });

const marks: Readonly<Record<Precondition['is'], string>> = { holds: 'yes', fails: 'NO', 'not looked at': '?' };

export function renderRunbookPlan(plan: RunbookPlan, cloud: string, width: number, style: Style): string {
  const { seen, preconditions, steps, lasting, problems } = plan;
  const lines = [
    style.bold(printable(`${titleOf(plan)} (cloud ${cloud})`)),
    ...seen.flatMap((text) => hanging('  ', text, width)),
    ...section('Preconditions', preconditions.flatMap((each) => paintPrecondition(each, width, style))), // prettier-ignore
    ...section(
      'Steps',
      steps.flatMap((step, index) => renderStep(step, index + 1, width, style)),
    ),
    ...section('Stays done', lasting.flatMap(({ title, because }) => never(`${title}: can't be undone, because ${because}`, width, style))), // prettier-ignore
    ...section('Problems', problems.flatMap(({ where, reason, message }) => hanging('  ', `${where}: ${reason}: ${message}`, width).map(style.red))), // prettier-ignore
    '',
    summary(plan),
  ];
  return `${lines.join('\n')}\n`;
}

const titleOf = ({ runbook, argument, rolledBack, resumes }: RunbookPlan): string => {
  const title = `${runbook} ${argument}`;
  if (rolledBack !== undefined) return `Roll back run ${rolledBack}: ${title}`;
  return resumes === undefined ? title : `Resume run ${resumes}: ${title}`;
};

function summary(plan: RunbookPlan): string {
  const open = toDo(plan).length;
  const rest = plan.steps.length - open;
  return `Plan: ${count(open, 'step')} to do${rest === 0 ? '' : `, ${rest} done already`}.`;
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines];

/** Wraps a text; its further lines are indented to the place where the text begins. */
function hanging(head: string, text: string, width: number): string[] {
  const indent = ' '.repeat(head.length);
  return wrapText(withoutSecrets(text), width, indent).map((line, index) =>
    index === 0 ? `${head}${line.slice(head.length)}` : line,
  );
}

const never = (text: string, width: number, style: Style): string[] =>
  hanging('  ', text, width).map((line) => style.bold(line));

function paintPrecondition({ is, said }: Precondition, width: number, style: Style): string[] {
  const lines = hanging(`  ${marks[is].padEnd(4)}`, said, width);
  return is === 'holds' ? lines : lines.map(style.red);
}

function renderStep(planned: StepPlan, number: number, width: number, style: Style): string[] {
  const { step, now, is } = planned;
  const label = (name: string, text: string) => hanging(`     ${name.padEnd(6)}`, text, width);
  const state = is === 'to do' ? '' : is === 'done' ? ' (done already)' : ' (done by the run before)';
  return [
    ...hanging(`  ${number}. `, `${step.title}${state}`, width),
    ...label('now:', step.say(now)),
    ...(is === 'done' ? [] : undoLines(undoOf(planned), label, style)),
  ];
}

const undoOf = (planned: StepPlan): Undo => planned.step.undo(planned.is === 'kept' ? planned.before : planned.now);

function undoLines(undo: Undo, label: (name: string, text: string) => string[], style: Style): string[] {
  if (undo.is === 'nothing') return label('undo:', `nothing to undo; ${undo.because}`);
  if (undo.is === 'step') return label('undo:', undo.step.title);
  return label('undo:', `can't be undone: ${undo.because}`).map((line) => style.bold(line));
}

const ended: Readonly<Record<StepResult['outcome'], string>> = {
  kept: 'done by the run before',
  done: 'done',
  unchanged: 'nothing to do',
  failed: 'FAILED',
  skipped: 'not begun',
};

export function renderStepResult(result: StepResult, width: number, style: Style): string {
  const { number, step, outcome, after, message } = result;
  const state = after === undefined ? '' : `; now: ${step.say(after)}`;
  const lines = hanging(`${number}. `, `${step.title}: ${ended[outcome]}${state}`, width);
  if (outcome !== 'failed') return lines.join('\n');
  return [...lines, ...wrapText(withoutSecrets(message ?? ''), width, '   ')].map(style.red).join('\n');
}

/** The results of measurements as a table; [] if nothing was measured. */
export function renderRows({ results }: RunbookReport, width: number): readonly string[] {
  const rows = results.flatMap(({ step, after }) => {
    const row = after === undefined ? undefined : step.row(after);
    return row === undefined ? [] : [row];
  });
  const [first] = rows;
  if (first === undefined) return [];
  return ['', ...renderTable(Object.keys(first), rows.map((row) => ({ cells: Object.values(row) })), undefined, width)]; // prettier-ignore
}

const undoJson = (undo: Undo): object =>
  undo.is === 'step' ? { is: undo.is, title: undo.step.title } : { is: undo.is, because: undo.because };

/** @param told without `report` it is a plan */
export function renderRunbookJson(
  plan: RunbookPlan,
  cloud: string,
  told: { readonly exitCode: number; readonly report?: RunbookReport; readonly journal?: string },
): string {
  const { runbook, argument, thing, seen, preconditions, steps, lasting, problems, resumes, rolledBack } = plan;
  const { exitCode, report, journal } = told;
  const all = {
    formatVersion,
    command: rolledBack === undefined ? 'run' : 'rollback',
    cloud,
    runbook,
    argument,
    thing,
    resumes: resumes ?? null,
    rolledBack: rolledBack ?? null,
    seen,
    preconditions,
    steps: steps.map((planned, index) => {
      const { act, title, inputs } = planned.step;
      return {
        step: index + 1,
        act,
        title,
        inputs,
        is: planned.is,
        now: planned.now,
        undo: undoJson(undoOf(planned)),
      };
    }),
    lasting,
    results: (report?.results ?? []).map(({ number, outcome, reason, message, after }) => ({ step: number, outcome, reason, message, state: after })), // prettier-ignore
    problems: printableTexts([...problems, ...(report?.problems ?? [])]),
    journal: journal ?? null,
    exitCode,
  };
  // Fields such as `credential` hold names.
  return printableJson(hideSecrets(all, { byName: false }));
}

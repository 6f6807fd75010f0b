/** A text from outside, wherever it is printed, steers no terminal and no CI's runner, forges no line, and stays the same data in JSON. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { complain, say } from '../../cli/terminal';
import type { Report } from '../../lib/run/engine';
import { InvalidConfiguration } from '../../lib/basics/errors';
import type { Plan, PlannedStep } from '../../lib/run/plan';
import { renderErrorJson, renderPlanJson, renderReportJson } from '../../lib/render/json';
import { renderRuns, renderRunsJson, type ListedRun } from '../../lib/render/runs';
import { printable } from '../../lib/basics/printable';
import { colored, plain, type Style } from '../../lib/render/style';
import { renderPlan, renderReport, renderResult, renderVerification } from '../../lib/render/text';
import { renderResultRecord } from '../../lib/journal/journal';
import { renderSavedPlan } from '../../lib/journal/saved-plan';
import { CommandFolder } from '../support/command';

const hostile = {
  'a colour of its own': 'a\u001b[31;5mb\u001b[8mc',
  'a cleared screen': 'a\u001b[2J\u001b[Hb',
  'a link (OSC 8)': '\u001b]8;;https://example.net\u001b\\here\u001b]8;;\u001b\\',
  'a written clipboard (OSC 52)': '\u001b]52;c;cm0gLXJm\u0007',
  'a line written over': 'will be destroyed\rwill be created',
  'letters taken back': 'destroyed\b\b\b\b\b\b\b\b\bcreated',
  'a C1 control sequence': 'a\u009b2Jb\u009d52;c;eA\u009c\u0085next',
  'a turned direction': 'a\u202etxet\u202c\u2066b\u2069\u200e',
  'characters without width': 'a\u200b\u200d\ufeff\u00ad\u2060\u{e0041}b',
  'ends of lines': 'a\n  # forged (because nothing)\r\nb\u2028c\u2029d\u000bd\u000ce',
  'a folded section of GitLab': '\u001b[0Ksection_start:1:x[collapsed=true]\r\u001b[0K',
  'a command of GitHub': '::add-mask::x',
  'a command of GitHub behind a line of its own': 'a\n::set-output name=a::b\r::stop-commands::x\u2028::error::y',
  'an old command of GitHub': 'why ##[add-path]/tmp',
  'a command of Azure': '##vso[task.setvariable a=b]',
  'a command of TeamCity': '##teamcity[x]',
  'half a character': 'a\ud800b',
  'a mark on nothing': '\u0301a',
  'a line of its own, by many blanks': `a${' '.repeat(200)}# the port can't pose as its neighbours`,
};
const cases = Object.entries(hostile);

// eslint-disable-next-line no-control-regex
const ours = /\u001b\[(?:1|2|22|31|32|33|39)m/g;
const unseen = /[^\P{C}\n]|[\u2028\u2029\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;
const isCommand = /^\s*::|##(\[|vso\[|teamcity\[)/m;

/** The bytes that were written, by way of the sink. */
function written(text: string, print = say, name: 'stdout' | 'stderr' = 'stdout'): string {
  const parts: string[] = [];
  const spy = jest.spyOn(process[name], 'write').mockImplementation((part) => parts.push(String(part)) > 0);
  print(text);
  spy.mockRestore();
  return parts.join('');
}

/** Characters that a person may be shown. */
function expectHarmless(output: string, style: Style = plain): void {
  const text = style === colored ? output.replace(ours, '') : output;
  expect(unseen.exec(text)).toBeNull();
  expect(isCommand.exec(text)).toBeNull();
}

const stepOf = (text: string): PlannedStep => ({
  id: text,
  kind: text,
  target: `host:${text}`,
  before: {},
  action: 'update',
  subject: text,
  because: text,
  changes: [{ attribute: text, before: text, after: text }],
  notes: [text],
  asides: [text],
});

const planOf = (text: string): Plan => ({
  stacks: [text],
  steps: [stepOf(text)],
  undone: [text],
  converged: [text],
  looks: [],
  dependencies: new Map(),
  problems: [{ where: text, reason: 'Refused', message: text }],
  warnings: [{ where: text, message: text }],
  unswept: [{ where: text, reason: 'TransientError', message: text }],
  waiting: [{ id: text, unknown: [text] }],
  leaving: [{ where: text, message: text }],
});

const reportOf = (text: string): Report => ({
  results: [{ id: text, outcome: 'failed', reason: 'Blocked', message: text, step: stepOf(text) }],
  problems: [{ where: text, reason: 'NotConverged', message: text }],
  found: [{ where: text, message: text }],
  interrupted: false,
});

const runsOf = (text: string): ListedRun[] => {
  const by = { host: text, pid: 1, identity: text };
  const record = { formatVersion: '1.1', version: text, command: 'apply', by, startedAt: text, stacks: [text], steps: [] } as const; // prettier-ignore
  return [
    { name: text, record: { ...record, stacks: [text], steps: [] }, results: new Map([[text, { outcome: 'applied' }]]), unreadable: 0, end: undefined, isRunning: undefined }, // prettier-ignore
    { name: text, unreadable: text },
  ];
};

const texts: Record<string, (text: string, style: Style) => string> = {
  plan: (text, style) => renderPlan(planOf(text), style),
  verification: (text, style) => renderVerification(planOf(text), style),
  report: (text, style) => renderReport(planOf(text), reportOf(text), style),
  'line of progress': (text, style) =>
    renderResult(reportOf(text).results[0] as Report['results'][number], '1 of 1', style),
  'list of runs': (text) => renderRuns(runsOf(text), text),
  'empty list of runs': (text) => renderRuns([], text),
};

describe.each(Object.entries(texts))('the %s', (_, render) => {
  test.each(cases)('shows %s as escapes, on as many lines as a plain text', (_name, text) => {
    for (const style of [plain, colored]) {
      const output = written(render(text, style));
      expectHarmless(output, style);
      expect(output.split('\n')).toHaveLength(written(render('plain', style)).split('\n').length);
      // Whatever colours there are, are ours.
      expect(output.match(ours)?.length).toBe(render('plain', style).match(ours)?.length);
    }
  });
});

const documents: Record<string, (text: string) => string> = {
  plan: (text) => renderPlanJson('plan', planOf(text)),
  report: (text) => renderReportJson('apply', planOf(text), reportOf(text)),
  runs: (text) => renderRunsJson(runsOf(text)),
  error: (text) => renderErrorJson(new InvalidConfiguration(text)),
  'saved plan': (text) =>
    renderSavedPlan(planOf(text), [], { filter: { stacks: [text], kinds: [], targets: [] }, sweep: [] }, { id: text, version: text }), // prettier-ignore
  'line of a journal': (text) =>
    renderResultRecord(reportOf(text).results[0] as Report['results'][number], new Date(0)),
};

/** All texts of some data. */
const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsOf(inner)])
      : [];

describe.each(Object.entries(documents))('JSON of the %s', (_, render) => {
  test.each(cases)('holds %s as escapes, and gives the same text back', (_name, text) => {
    const output = written(render(text));
    expectHarmless(output);
    expect(textsOf(JSON.parse(output))).toContain(text);
  });
});

describe.each([
  ['stdout', say],
  ['stderr', complain],
] as const)('%s', (name, print) => {
  test.each(cases)('takes %s from no message, also where its author forgot to make it printable', (_, text) => {
    expectHarmless(written(`a line\n${text}\n`, print, name));
  });

  test('keeps lines, and the colours of stackward itself', () => {
    expect(written(`a\n${colored.red('b')}\n`, print, name)).toBe('a\n\u001b[31mb\u001b[39m\n');
    expect(written('a line\n::add-mask::x\n', print, name)).toBe('a line\n\\u003a:add-mask::x\n');
  });
});

test('a text of one or two blanks in a row is shown as it is', () => {
  expect(printable('a b  c')).toBe('a b  c');
});

describe('the command', () => {
  let folder: CommandFolder;
  beforeEach(() => void (folder = new CommandFolder()));
  afterEach(() => folder.remove());
  // The argument as it is, and as the name of a file, which has 255 bytes at most.
  const all = cases.map(([, text]) => text.trim()).join(' ');
  const short = ['\u001b]52;c;eA\u0007', '::add-mask::x', 'a\r::x::\u202e\u009b2J\u2028##[y'];

  async function expectHarmlessRun(args: readonly string[]): Promise<void> {
    const { stdout, stderr } = await folder.run(args);
    expect(`${stdout}${stderr}`).not.toBe('');
    expectHarmless(stdout);
    expectHarmless(stderr);
    if (args.includes('--json') && stdout !== '') JSON.parse(stdout);
  }

  test('shows what is given as an option or an argument as escapes', async () => {
    const text = all.replaceAll('/', '|');
    folder.write('m.json', { schemaVersion: '1.0', owner: 'team-a', stack: 'acme', resources: {} });
    const plan = ['plan', '--manifest', 'm.json'];
    await expectHarmlessRun(['plan', '--manifest', text]);
    await expectHarmlessRun([...plan, '--stack', text]);
    await expectHarmlessRun([...plan, '--kind', text, '--json']);
    await expectHarmlessRun([...plan, '--timezone', text]);
    await expectHarmlessRun([...plan, `--${text}`]);
    await expectHarmlessRun([`x${text}`]);
    for (const journal of short) await expectHarmlessRun(['runs', '--journal', journal]);
    await expectHarmlessRun(['rollback', text]);
    await expectHarmlessRun(['destroy', '--stack', text, '--manifest', 'm.json']);
  });

  test('shows what stands in a file as escapes', async () => {
    const text = all;
    folder.write('m.json', { schemaVersion: '1.0', owner: text, stack: text, resources: { [text]: text } });
    folder.write('stackward.yaml', `cloud: x\n${JSON.stringify(text)}: 1\n`);
    const run = '20260101T000000.000Z-abcdef';
    mkdirSync(join(folder.folder, 'runs', run), { recursive: true });
    folder.write(`runs/${run}/run.json`, { [text]: text });
    await expectHarmlessRun(['plan', '--manifest', 'm.json', '--config', 'm.json']);
    await expectHarmlessRun(['plan', '--manifest', 'm.json']);
    await expectHarmlessRun(['runs']);
    await expectHarmlessRun(['runs', '--json']);
    await expectHarmlessRun(['rollback', run]);
  });
});

/**
 * Prints findings for a person who was woken up: faults first, then things that could not be looked at, then things
 * that are fine.
 */
import { printable, printableJson } from '../../lib/basics/printable';
import { sayMore, topicsIn } from '../../lib/render/page';
import { plain, type Style } from '../../lib/render/style';
import { wrapText } from '../../lib/render/table';
import { groupAlike, subjectsOf, type Group } from './alike';
import type { Result } from './check';
import { isTrouble, loginFails, type Finding, type WithoutEffect } from './doctor';

const order = ['fault', 'risk', 'not looked at', 'fine'] as const satisfies readonly Result['result'][];

export function renderFindings(
  findings: readonly Finding[],
  idle: readonly WithoutEffect[],
  width: number,
  style: Style = plain,
): string {
  const having = (result: Result['result'], isKnown: boolean): Finding[] =>
    findings.filter((finding) => finding.result.result === result && (finding.acknowledged !== undefined) === isKnown);
  const needsLogin = ({ result }: Finding): boolean => result.result === 'not looked at' && result.why === loginFails;
  const blocks = order.map((result) =>
    groupAlike(having(result, false).filter((finding) => !needsLogin(finding))).flatMap((group) =>
      renderGroup(group, width, style),
    ),
  );
  const codes = [...new Set(findings.filter(needsLogin).map(({ check }) => check.code))].join(', ');
  const waiting = codes === '' ? [] : labelled('not looked at', `${codes}  ${loginFails}`, width, style.yellow);
  const known = groupAlike([...having('fault', true), ...having('risk', true)]).flatMap((group) =>
    renderKnown(group, width, style),
  );
  const [faults = [], risks = [], unread = [], fine = []] = blocks;
  return [
    ...[faults, risks, known, [...waiting, ...unread], fine, renderIdle(idle, width)].flatMap((lines) =>
      lines.length === 0 ? [] : [...lines, ''],
    ),
    ...summaryOf(findings, width, style),
  ].join('\n');
}

function renderGroup(group: Group, width: number, style: Style): string[] {
  const { first, all } = group;
  const code = group.codes.join(', ');
  const { result } = first;
  const many = all.length > 1;
  const subjects = subjectsOf(group);
  const number = many ? ` (${all.length} alike)` : '';
  if (result.result === 'fine')
    return labelled(`fine ${code}`, `${subjects}${number}: ${result.found}`, width, style.green);
  if (result.result === 'not looked at')
    return labelled(`not looked at ${code}`, `${subjects}${number}: ${result.why}`, width, style.yellow);
  const paint = result.result === 'fault' ? style.red : style.yellow;
  const name = printable(result.subject.split(' ').at(-1) ?? '');
  return [
    ...headOf(`${result.result} ${code}`, `${subjects}${number}`, width, paint, style),
    ...wrapText(many ? `Of ${name}: ${result.found}` : result.found, width, '  '),
    ...result.evidence.flatMap((line) => wrapEvidence(line, width).map(style.dim)),
    ...wrapText(`Step: ${result.step}${many ? ' So for each; `--json` has the evidence of all.' : ''}`, width, '  '),
    ...(result.besides ?? []).flatMap((paragraph) => wrapText(paragraph, width, '  ').map(style.dim)),
    ...sayMore([first.check.code, ...topicsIn([result.found, result.step, ...result.evidence].join('\n'))]).map(
      (line) => style.dim(`  ${line}`),
    ),
    '',
  ];
}

/** The label and the subjects, which may need several lines. */
function headOf(label: string, subjects: string, width: number, paint: Style['red'], style: Style): string[] {
  const [first = '', ...rest] = wrapText(`${label}  ${subjects}`, width, '  ');
  return [
    `${paint(label)}  ${style.bold(first.trimStart().slice(label.length).trimStart())}`,
    ...rest.map((line) => `  ${style.bold(line.trimStart())}`),
  ];
}

/** Colours are added after the lines are broken, because colour codes have no width. */
function labelled(label: string, text: string, width: number, paint: (text: string) => string): string[] {
  const [first = '', ...rest] = wrapText(`${label}  ${text}`, width, '  ');
  return [`${paint(label)}${first.trimStart().slice(label.length)}`, ...rest];
}

const wrapEvidence = (text: string, width: number): string[] =>
  wrapText(text, width, '      ').map((line, index) => (index === 0 ? `    - ${line.trimStart()}` : line));

const renderKnown = (group: Group, width: number, style: Style): string[] =>
  wrapText(
    `known ${group.codes.join(', ')} ${subjectsOf(group)}: acknowledged until ${group.first.acknowledged?.until}, because ${group.first.acknowledged?.because}`,
    width,
  ).map(style.dim);
const renderIdle = (idle: readonly WithoutEffect[], width: number): string[] =>
  idle.flatMap(({ code, subject, why }) =>
    wrapText(`acknowledged ${code}${subject === undefined ? '' : ` ${subject}`}: ${why}`, width, ''),
  );

function summaryOf(findings: readonly Finding[], width: number, style: Style): string[] {
  const count = (name: Result['result']): number =>
    findings.filter(({ result, acknowledged }) => result.result === name && acknowledged === undefined).length;
  const known = findings.filter(({ acknowledged }) => acknowledged !== undefined).length;
  const parts = [
    `${count('fault')} ${count('fault') === 1 ? 'fault' : 'faults'}`,
    `${count('risk')} ${count('risk') === 1 ? 'risk' : 'risks'}`,
    ...(known > 0 ? [`${known} acknowledged`] : []),
    `${count('not looked at')} not looked at`,
    `${count('fine')} fine`,
  ];
  const paint =
    count('fault') > 0 ? style.red : count('risk') + count('not looked at') > 0 ? style.yellow : style.green;
  const counts = `${parts.join(', ')}.`;
  const [first = '', ...rest] = wrapText(`${counts} Nothing was changed.`, width);
  return [`${paint(first.slice(0, counts.length))}${first.slice(counts.length)}`, ...rest];
}

export const renderFindingsJson = (
  findings: readonly Finding[],
  idle: readonly WithoutEffect[],
  head: { readonly command: string; readonly cloud: string; readonly time: string; readonly formatVersion: string },
  exitCode: number,
): string =>
  printableJson({
    ...head,
    results: findings.map(({ check: { code, title }, result, acknowledged }) => {
      const { result: kind, subject, ...more } = result;
      const known = acknowledged && { until: acknowledged.until, because: acknowledged.because };
      const told = { code, title, result: kind, subject, ...more };
      return isTrouble(result) ? { ...told, acknowledged: known ?? null } : told;
    }),
    withoutEffect: idle.map(({ code, subject, why }) => ({ code, subject: subject ?? null, why })),
    exitCode,
  });

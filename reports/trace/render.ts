/** Prints a trace for a person who was woken up, and as JSON. Pure. */
import { printable, printableJson } from '../../lib/basics/printable';
import { plain, type Style } from '../../lib/render/style';
import { wrapText } from '../../lib/render/table';
import { countOf, firstBroken, traceExitCode, type Hop, type Leg } from './hop';

const labels = { proved: 'proved', broken: 'BROKEN', assumed: 'assumed', unreadable: 'not looked at' } as const;
const labelWidth = 15;

const paintOf = ({ proof }: Hop, style: Style): ((text: string) => string) =>
  proof === 'proved' ? style.green : proof === 'broken' ? style.red : style.yellow;

function renderHop(hop: Hop, width: number, style: Style, withEvidence: boolean): string[] {
  const label = labels[hop.proof];
  const indent = ' '.repeat(labelWidth);
  const [first = '', ...rest] = wrapText(`${hop.name} (${hop.place}): ${hop.found}`, width, indent);
  const evidence = withEvidence || hop.proof === 'broken' ? hop.evidence : [];
  return [
    `${paintOf(hop, style)(label)}${first.slice(label.length)}`,
    ...rest,
    ...evidence.flatMap((line) => wrapText(`- ${line}`, width, `${indent}  `).map(style.dim)),
    ...(hop.proof === 'broken' ? wrapText(`Step: ${hop.step}`, width, indent) : []),
  ];
}

export const legLines = (legs: readonly Leg[], width: number, style: Style, withEvidence: boolean): string[] =>
  legs.flatMap(({ title, hops }) =>
    hops.length === 0
      ? []
      : [...wrapText(title, width), ...hops.flatMap((hop) => renderHop(hop, width, style, withEvidence)), ''],
  );

export interface TraceHead {
  /** Such as `floating IP 203.0.113.20`. */
  readonly subject: string;
  readonly cloud: string;
  /** True: shows the evidence of every hop. Default: only of a broken hop. */
  readonly withEvidence?: boolean;
}

export const renderTrace = (
  legs: readonly Leg[],
  { subject, cloud, withEvidence = false }: TraceHead,
  width: number,
  style: Style = plain,
): string =>
  [
    style.bold(printable(`${subject} in ${cloud}`)),
    '',
    ...legLines(legs, width, style, withEvidence),
    ...summaryOf(legs, width, style),
  ].join('\n');

export function summaryOf(legs: readonly Leg[], width: number, style: Style): string[] {
  const counts = `${countOf(legs, 'proved')} proved, ${countOf(legs, 'assumed')} assumed, ${countOf(legs, 'unreadable')} not looked at. Nothing was changed.`;
  const first = firstBroken(legs);
  if (first !== undefined)
    return wrapText(`The first broken hop is "${first.name}" (${first.place}). ${counts}`, width).map(style.red);
  const paint = countOf(legs, 'unreadable') > 0 ? style.yellow : style.green;
  return wrapText(`Nothing broken was found: ${counts}`, width).map(paint);
}

export interface JsonHead {
  readonly formatVersion: string;
  readonly command: string;
  readonly cloud: string;
  readonly time: string;
}

export function jsonOf(legs: readonly Leg[], head: JsonHead & { readonly subject: string }): object {
  const first = firstBroken(legs);
  return {
    ...head,
    legs: legs.map(({ title, hops }) => ({
      title,
      hops: hops.map((hop) => ({
        name: hop.name,
        place: hop.place,
        proof: hop.proof,
        found: hop.found,
        evidence: hop.evidence,
        step: hop.proof === 'broken' ? hop.step : null,
      })),
    })),
    firstBroken: first === undefined ? null : { name: first.name, place: first.place },
    exitCode: traceExitCode(legs),
  };
}

export const renderTraceJson = (legs: readonly Leg[], head: JsonHead & { readonly subject: string }): string =>
  printableJson(jsonOf(legs, head));

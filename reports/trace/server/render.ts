/** Prints a server's trace as text and as JSON. Pure. */
import { printable, printableJson } from '../../../lib/basics/printable';
import { plain, type Style } from '../../../lib/render/style';
import { renderTable, wrapText, type Row } from '../../../lib/render/table';
import { jsonOf, legLines, summaryOf, type JsonHead } from '../render';
import type { ServerTrace } from './report';
import { faultEvent, type TimelineRow } from './timeline';

const noteLines = 6;

export function renderServerTrace(
  { subject, legs, timeline, missing }: ServerTrace,
  { cloud, show }: { readonly cloud: string; show(time: Date): string },
  width: number,
  style: Style = plain,
): string {
  const rowOf = (row: TimelineRow): Row => {
    const isBad = row.result === 'Error' || row.event === faultEvent;
    const notes = [
      ...(row.finish === undefined ? [] : [`until ${show(row.finish)}`]),
      ...(row.event === faultEvent || isBad ? [row.result, row.details] : [])
        .flatMap((text) => (text === undefined || text === 'Error' ? [] : text.trim().split('\n')))
        .slice(-noteLines),
    ];
    const what =
      row.event === undefined ? row.action : `  ${row.event === faultEvent ? `fault on ${row.action}` : row.event}`;
    const result = row.event === faultEvent ? 'Error' : row.event === undefined ? '' : (row.result ?? '?');
    return {
      cells: [
        row.start === undefined ? '?' : show(row.start),
        { text: what, paint: isBad ? style.red : (text) => text },
        { text: result, paint: isBad ? style.red : (text) => text },
      ],
      notes: notes.flatMap((note) => wrapText(note, width - 4)).map(style.dim),
    };
  };
  return [
    style.bold(printable(`${subject} in ${cloud}`)),
    '',
    ...legLines(legs, width, style, true),
    'What was asked of it',
    ...(timeline.length === 0
      ? ['Nothing is recorded.']
      : renderTable(['START', 'ACTION, EVENT', 'RESULT'], timeline.map(rowOf), style.dim)),
    ...missing.flatMap((why) => wrapText(why, width).map(style.yellow)),
    '',
    ...summaryOf(legs, width, style),
  ].join('\n');
}

/** The columns of the time line are those of the view `vw_vm_trace`. */
export const renderServerTraceJson = ({ subject, legs, timeline, missing }: ServerTrace, head: JsonHead): string =>
  printableJson({
    ...jsonOf(legs, { ...head, subject }),
    timeline: timeline.map((row) => ({
      vm_name: row.vmName,
      action: row.action,
      event: row.event ?? null,
      start_time: row.start?.toISOString() ?? null,
      finish_time: row.finish?.toISOString() ?? null,
      result: row.result ?? null,
      details: row.details ?? null,
    })),
    missing,
  });

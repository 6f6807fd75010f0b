/** The files of a step by what they say, and the command that makes rsyslog read them. Pure. */
import type { Effect } from '../../lib/contract/reconciler';
import type { LogFilesSeen, LogPart } from '../../lib/hosts/log-answers';
import { isNothing, nothing, type LogsObserved, type LogStep } from './model';

/** The host program holds every word of these files but for their parts (docs/adr/0018-log-collection.md). */
export function effect({ files, after }: LogStep, { restart }: LogsObserved): Effect[] {
  const [was, is] = [files.part ?? nothing, after];
  const diffs = files.files.map((path, place): string[] => {
    const [before, now] = [saidIn(place, was), saidIn(place, is)];
    const isThere = files.part !== null && before.length > 0;
    return [
      `--- ${isThere ? path : '/dev/null'}`,
      `+++ ${now.length > 0 ? path : '/dev/null'}`,
      ...(isThere ? before : []).filter((line) => !now.includes(line)).map((line) => `-${line}`),
      ...now.filter((line) => !isThere || !before.includes(line)).map((line) => `+${line}`),
    ];
  });
  return [
    ...diffs.filter((lines) => lines.length > 2).map((lines): Effect => ({ language: 'diff', lines })),
    ...rewritten(files, is, diffs),
    { language: 'text', lines: [restart] },
  ];
}

/** The first file is rsyslog's; the second is logrotate's, on the server alone. */
function saidIn(place: number, { listen, send }: LogPart): string[] {
  const kept = listen === null ? [] : [`keep ${listen.days} days`];
  if (place > 0) return kept;
  return [
    ...(listen === null ? [] : [`listen ${listen.protocol} ${listen.port}`]),
    ...(send === null ? [] : [`send ${send.to} ${send.protocol} ${send.port}`]),
  ];
}

/** Somebody changed the text below a head that says what it should. */
function rewritten({ files }: LogFilesSeen, after: LogPart, diffs: readonly (readonly string[])[]): Effect[] {
  if (isNothing(after) || diffs.some((lines) => lines.length > 2)) return [];
  return [{ language: 'text', lines: files.map((path) => `write ${path} anew`) }];
}

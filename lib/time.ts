/** Times as reports show them: always with their offset from UTC. */
import { InvalidConfiguration } from './errors';

/** @throws InvalidConfiguration for a zone that the IANA data doesn't have */
export function parseTimeZone(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new InvalidConfiguration(`--timezone "${name}" is not a time zone; write it as UTC or Asia/Seoul`);
  }
}

/** `2014-09-19 21:04:05 +09:00` @param timeZone default: the machine's */
export function formatTime(time: Date, timeZone?: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(timeZone === undefined ? {} : { timeZone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  const part = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const offset = (part.timeZoneName ?? 'GMT').replace('GMT', '') || '+00:00';
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}:${part.second} ${offset}`;
}

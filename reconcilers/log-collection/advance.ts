/** The collections of a host as they are after these steps. Pure. */
import { isNothing, type LogsObserved, type LogStep } from './model';

/** `seen` isn't computed anew: only the host can. So the host refuses a later step about the same collection. */
export function advance(observed: LogsObserved, applied: readonly LogStep[]): LogsObserved {
  if (applied.length === 0) return observed;
  const wanted = new Map(observed.wanted);
  for (const { id, files, after } of applied)
    if (wanted.has(id)) wanted.set(id, { ...files, part: isNothing(after) ? null : after, isAsWritten: true });
  const gone = new Set(applied.map(({ files }) => files.seen));
  return {
    ...observed,
    restartDue: false,
    wanted,
    others: observed.others.filter(({ seen }) => !gone.has(seen)),
  };
}

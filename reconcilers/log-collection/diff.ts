/** Compares the collections of a host with the declared ones, and finds those that nobody declares any more. Pure. */
import { sweeps, type Difference, type Finding, type Placement, type Wanted } from '../../lib/contract/reconciler';
import type { LogFilesSeen, LogPart } from '../../lib/hosts/log-answers';
import { isNothing, kind, nothing, type LogsObserved, type LogStep } from './model';
import { changesOf, notesOf, restartOf } from './words';

export function diff({ wanted, sweep }: Placement<LogPart>, observed: LogsObserved): Difference<LogStep> {
  const steps: LogStep[] = [];
  const findings: Finding[] = [];
  for (const resource of wanted) {
    const found = compare(resource, observed);
    if (found && 'message' in found) findings.push(found);
    else if (found) steps.push(found);
  }
  for (const files of observed.others) {
    const { owner, path } = files;
    const stack = path.split('/')[0] ?? '';
    if (sweeps(sweep, owner, stack))
      steps.push({ ...removal(`${kind}.${path}`, owner, files, observed), leftBy: { owner, stack } });
  }
  return { steps, findings };
}

function compare({ id, owner, spec }: Wanted<LogPart>, observed: LogsObserved): LogStep | Finding | undefined {
  const files = observed.wanted.get(id);
  if (files === undefined || (files.isAsWritten && !(observed.restartDue && !isNothing(spec)))) return undefined;
  const [foreign] = files.foreign;
  if (foreign !== undefined)
    return {
      id,
      reason: 'Blocked',
      message: `${foreign} is there and does not bear our header; move it away, then plan again`,
    };
  const [obstacle] = observed.obstacles;
  if (obstacle !== undefined)
    return { id, reason: 'Blocked', message: `logs can't be collected on ${observed.host}: ${obstacle}` };
  if (isNothing(spec)) return removal(id, owner, files, observed);
  return {
    id,
    owner,
    files,
    after: spec,
    action: files.part === null ? 'create' : 'update',
    subject: spec.listen ? 'collected logs, server' : 'collected logs, client',
    changes: changesOf(files, spec),
    because: reasonOf(files, spec, observed),
    notes: notesOf(files, spec, observed),
  };
}

function reasonOf({ part, isAsWritten }: LogFilesSeen, spec: LogPart, { rsyslog }: LogsObserved): string {
  if (isAsWritten) return 'a run that wrote it was cut short before rsyslog was restarted';
  if (part === null) return 'the code declares it';
  return JSON.stringify([part.listen, part.send]) === JSON.stringify([spec.listen, spec.send])
    ? `its files are not as this stackward writes them for rsyslog ${rsyslog}`
    : 'the code declares it otherwise';
}

function removal(id: string, owner: string, files: LogFilesSeen, observed: LogsObserved): LogStep {
  const kept = files.part?.listen ? [`the logs that were collected stay in ${files.folder}`] : [];
  return {
    id,
    owner,
    files,
    after: nothing,
    action: 'delete',
    subject: files.part?.listen ? 'collected logs, server' : 'collected logs, client',
    changes: changesOf(files, nothing),
    because: 'nothing declares it any more',
    notes: [...kept, restartOf(observed)],
  };
}

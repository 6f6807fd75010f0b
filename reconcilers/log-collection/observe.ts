/**
 * Reads the files of all collections on a host, of any owner, and what keeps a wanted collection from working there.
 */
import { UnrecoverableError } from '../../lib/basics/errors';
import type { Readers } from '../../lib/contract/ports';
import type { Placement, Sweep } from '../../lib/contract/reconciler';
import { valueOf, type Outcome } from '../../lib/hosts/host';
import type { HostLogs, LogPart, LogTexts } from '../../lib/hosts/log-answers';
import { isUnknownThere, olderProgram } from '../../lib/hosts/older-program';
import { pathOf, textsKey, type LogsObserved } from './model';

const none: HostLogs = {
  rsyslog: null,
  restart: '',
  waits: false,
  restartDue: false,
  wanted: [],
  others: [],
  obstacles: [],
};

function textsOf(told: Outcome<LogTexts>): LogsObserved['texts'] {
  if (isUnknownThere(told)) return olderProgram('does not tell the text');
  if (!told.ok) return told.error.message;
  return new Map(told.value.collections.map((each) => [textsKey(each), each.texts]));
}

const sweepOf = ({ owner, stacks }: Sweep) => ({ owner, stacks: stacks === 'all' ? null : stacks });

export async function observe({ target, wanted, sweep }: Placement<LogPart>, from: Readers): Promise<LogsObserved> {
  const host = await from.host(target);
  const collections = wanted.map(({ id, owner, spec }) => ({ owner, path: pathOf(id), ...spec }));
  const [outcome, told] = await host.read([
    { verb: 'log-files', collections },
    { verb: 'log-texts', collections, sweep: sweep.map(sweepOf) },
  ]);
  // The installed host program is older, or its limits forbid logs: then it wrote no file of ours.
  const isForeign = !outcome.ok && (outcome.reason === 'refused' || outcome.reason === 'outside-limits');
  if (!outcome.ok && outcome.reason === 'refused' && wanted.length > 0)
    throw new UnrecoverableError(
      'the host program there is older than version 5 and collects no logs; install that of this release (docs/hosts.md)',
      { where: target },
    );
  const logs = isForeign && wanted.length === 0 ? none : valueOf(outcome);
  const seen = wanted.flatMap(({ id }, index) => {
    const files = logs.wanted[index];
    return files === undefined ? [] : [[id, files] as const];
  });
  return { ...logs, host: host.name, wanted: new Map(seen), texts: textsOf(told) };
}

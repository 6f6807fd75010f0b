/** The texts of a plan about a collection's part on one host. */
import { defined } from '../../lib/basics/defined';
import type { Change } from '../../lib/contract/reconciler';
import { logQueue, type LogFilesSeen, type LogPart } from '../../lib/hosts/log-answers';
import { nothing, type LogsObserved } from './model';

type Lines = readonly (readonly [attribute: string, before: string | undefined, after: string | undefined])[];

/** The attributes that differ. If none differs, the text of the files does; then one change names the files. */
export function changesOf({ part, files, folder }: LogFilesSeen, after: LogPart): Change[] {
  const [was, is] = [part ?? nothing, after];
  const lines: Lines = [
    ['listens on', listens(was), listens(is)],
    ['logs in', was.listen ? folder : undefined, is.listen ? folder : undefined],
    ['kept', kept(was), kept(is)],
    ['sends to', sends(was), sends(is)],
  ];
  const changed = lines.filter(([, before, now]) => before !== now);
  if (changed.length > 0)
    return changed.map(([attribute, before, now]) => ({ attribute, ...defined({ before, after: now }) }));
  const before = 'other than stackward writes them';
  return [{ attribute: 'files', before, after: filesOf(files, after), isComparable: false }];
}

const listens = ({ listen }: LogPart) => (listen === null ? undefined : `${listen.protocol} port ${listen.port}`);
const kept = ({ listen }: LogPart) =>
  listen === null ? undefined : `${listen.days} day${listen.days === 1 ? '' : 's'}`;
const sends = ({ send }: LogPart) => (send === null ? undefined : `${send.to}, ${send.protocol} port ${send.port}`);

const filesOf = (files: readonly string[], { listen }: LogPart): string =>
  (listen ? files : files.slice(0, 1)).join(', ');

export function notesOf({ folder, files }: LogFilesSeen, after: LogPart, observed: LogsObserved): string[] {
  return [
    `it is written to ${filesOf(files, after)}`,
    ...(after.listen
      ? [
          `logs of each host: ${folder}/hosts/<host>/openstack.log and syslog.log; of all hosts together: ${folder}/all/openstack.log and syslog.log`,
          'openstack.log has messages of facility local0 and those that services of OpenStack write to the journal; messages that a service writes only into files are not collected',
          'everybody who can reach the port can write logs, under any host name',
          ...lossOf(after.listen.protocol),
        ]
      : []),
    ...(after.send
      ? [
          `while the server is away, ${logQueue.messages} messages wait in memory and then up to ${logQueue.diskMiB} MiB on disk; further ones are dropped, and no service waits`,
        ]
      : []),
    restartOf(observed),
  ];
}

const lossOf = (protocol: string): string[] =>
  protocol === 'relp'
    ? []
    : [
        protocol === 'udp'
          ? 'udp loses messages without a word'
          : 'messages on their way at the moment when the server or the network fails are lost with tcp; relp sends them again',
      ];

export const restartOf = ({ restart, waits }: LogsObserved): string =>
  `\`${restart}\` makes rsyslog read it; no traffic of customers passes through rsyslog, and local messages of that moment ${waits ? 'wait' : 'may be lost'}`;

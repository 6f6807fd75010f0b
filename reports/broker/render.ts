/** `stackward broker` for a person and as JSON. Pure. */
import { printableJson } from '../../lib/basics/printable';
import { plain, type Style } from '../../lib/render/style';
import { renderTable, wrapText, type Row } from '../../lib/render/table';
import { count } from '../../lib/render/text';
import type { Looked, Unread } from '../looked';
import { backlogs, clientHosts, idleQueues, isAlarmUntold, isNodeSick, nameOf, sayNode, uncountedQueues, untoldQueues, type IdleQueue } from './judge'; // prettier-ignore
import { ownerOf, sayOwner } from './queue-owner';
import type { BrokerLooks } from './read';

/** The most rows of one table. The remaining rows are counted; the JSON has all. */
const mostRows = 40;

export const brokerExitCode = (looked: Looked<BrokerLooks>): 0 | 1 | 2 => {
  if (!looked.isRead) return 1;
  const { queues, connections, nodes } = looked.value;
  const isWrong =
    (queues.isRead &&
      (idleQueues(queues.value).some(({ is }) => is !== 'note') || backlogs(queues.value).length > 0)) ||
    (nodes.isRead && nodes.value.some(isNodeSick));
  if (isWrong) return 2;
  const isAllRead = queues.isRead && connections.isRead && nodes.isRead;
  if (!isAllRead || nodes.value.some(isAlarmUntold)) return 1;
  return untoldQueues(queues.value).length + uncountedQueues(queues.value).length > 0 ? 1 : 0;
};

const shown = (value: number | undefined): string => (value === undefined ? '?' : String(value));

export function renderBroker(looked: Looked<BrokerLooks>, width: number, style: Style = plain): string {
  if (!looked.isRead) return notLooked('broker', looked, width, style).join('\n');
  const { by, queues, connections, nodes } = looked.value;
  return [
    ...wrapText(`Asked: ${by}. A broker outside the cluster of this node was not looked at.`, width),
    '',
    ...(nodes.isRead ? nodes.value.flatMap((node) => wrapText(`${isNodeSick(node) ? style.red('node') : 'node'} ${node.name}: ${sayNode(node)}`, width, '  ').map((line) => line.trimStart())) : notLooked('nodes', nodes, width, style)), // prettier-ignore
    '',
    ...(queues.isRead ? renderQueues(queues.value, width, style) : notLooked('queues', queues, width, style)),
    '',
    ...(connections.isRead ? renderClients(connections.value, style) : notLooked('connections', connections, width, style)), // prettier-ignore
  ].join('\n');
}

const notLooked = (what: string, { why }: Unread, width: number, style: Style): readonly string[] =>
  wrapText(`not looked at: ${what}: ${why}`, width, '  ').map((line, index) => index === 0 ? style.yellow(line.trimStart()) : line); // prettier-ignore

type Queues = Parameters<typeof idleQueues>[0];

function renderQueues(queues: Queues, width: number, style: Style): readonly string[] {
  const order = ['fault', 'risk', 'note'] as const;
  const idle = [...idleQueues(queues)].sort((a, b) => order.indexOf(a.is) - order.indexOf(b.is));
  const full = backlogs(queues);
  const untold = untoldQueues(queues).length;
  const uncounted = uncountedQueues(queues).length;
  const paint = { fault: style.red, risk: style.yellow, note: style.dim };
  const row = ({ queue, owner, is }: IdleQueue): Row => ({
    cells: [{ text: is, paint: paint[is] }, shown(queue.ready), nameOf(queue)],
    notes: wrapText(sayOwner(owner), width - 4).map(style.dim),
  });
  return [
    `${count(queues.length, 'queue')}, ${idle.length} without a consumer${untold > 0 ? `, ${untold} of which nobody told the number` : ''}${uncounted > 0 ? `; of ${uncounted} nobody told how many messages wait` : ''}.`,
    ...(idle.length === 0 ? [] : ['', ...renderTable(['IS', 'WAITING', 'NO CONSUMER'], idle.slice(0, mostRows).map(row), style.dim), ...rest(idle.length)]), // prettier-ignore
    ...(full.length === 0 ? [] : ['', ...renderTable(['WAITING', 'UNACKED', 'BACKLOG'], full.slice(0, mostRows).map((queue) => ({ cells: [shown(queue.ready), shown(queue.unacked), nameOf(queue)], notes: wrapText(sayOwner(ownerOf(queue.name)), width - 4).map(style.dim) })), style.dim), ...rest(full.length)]), // prettier-ignore
  ];
}

const rest = (number: number): readonly string[] =>
  number > mostRows ? [`and ${number - mostRows} more; --json has all`] : [];

function renderClients(connections: Parameters<typeof clientHosts>[0], style: Style): readonly string[] {
  const hosts = clientHosts(connections);
  const rows = hosts.slice(0, mostRows).map(({ from, connections: number, blocked }) => ({
    cells: [String(number), blocked > 0 ? { text: String(blocked), paint: style.red } : '0', from],
  }));
  return [
    `${count(connections.length, 'connection')} from ${count(hosts.length, 'address', 'addresses')}.`,
    ...(rows.length === 0 ? [] : ['', ...renderTable(['CONNECTIONS', 'BLOCKED', 'FROM'], rows, style.dim), ...rest(hosts.length)]), // prettier-ignore
  ];
}

export function renderBrokerJson(
  looked: Looked<BrokerLooks>,
  head: { readonly formatVersion: string; readonly command: string; readonly cloud: string; readonly time: string },
): string {
  const unread = (what: string, look: Looked<unknown>) => (look.isRead ? [] : [{ what, why: look.why }]);
  const exitCode = brokerExitCode(looked);
  if (!looked.isRead) return printableJson({ ...head, notLookedAt: unread('broker', looked), exitCode });
  const { by, queues, connections, nodes } = looked.value;
  const idle = new Map(queues.isRead ? idleQueues(queues.value).map((each) => [each.queue, each.is]) : []);
  return printableJson({
    ...head,
    by,
    nodes: nodes.isRead
      ? nodes.value.map(({ name, isRunning: running, alarms, partitions }) => ({
          name,
          running,
          alarms: alarms ?? null,
          partitions,
        }))
      : null,
    queues: queues.isRead
      ? queues.value.map((queue) => {
          const { kind, service, host, option } = ownerOf(queue.name);
          return {
            vhost: queue.vhost,
            name: queue.name,
            consumers: queue.consumers ?? null,
            ready: queue.ready ?? null,
            unacked: queue.unacked ?? null,
            kind,
            service: service ?? null,
            host: host ?? null,
            option: option ?? null,
            withoutConsumer: idle.get(queue) ?? null,
          };
        })
      : null,
    connections: connections.isRead ? clientHosts(connections.value) : null,
    notLookedAt: [...unread('nodes', nodes), ...unread('queues', queues), ...unread('connections', connections)],
    exitCode,
  });
}

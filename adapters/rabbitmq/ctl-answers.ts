/**
 * Parses the output of rabbitmqctl in the forms of its releases. Pure.
 *
 * Since 3.7 the output is JSON (`--formatter=json`). 3.5 and 3.6 print tabs and Erlang terms; `-q` suppresses their
 * banner. From 3.8 on tables have a head. `--no-table-headers` would remove it, but older releases refuse that option.
 */
import * as z from 'zod';
import { UnrecoverableError } from '../../lib/basics/errors';
import { formatAddress } from '../../lib/net/ip-ranges';
import { defined } from '../../lib/basics/defined';
import { parseJson } from '../../lib/basics/json';
import { sayFault } from '../../lib/basics/schema-fault';
import type { BrokerConnection, BrokerNode, BrokerQueue } from '../../lib/contract/broker-ports';

const text = z.string().max(1_024);
const amount = z.number().int().nonnegative();
/** An address comes as its numbers: `[127,0,0,1]`, or eight of IPv6. */
const numbers = z.array(z.number().int().min(0).max(0xffff)).max(8);
const cell = z.union([text, z.number(), numbers]);

/** Rows by column, from JSON or from a table. `undefined`: the tool printed no value. */
export type Rows = readonly Readonly<Record<string, string | undefined>>[];

/** The tool may print other lines before the JSON. */
function jsonOf<Answer>(printed: string, opening: '[' | '{', schema: z.ZodType<Answer>): Answer {
  try {
    const parsed = schema.safeParse(parseJson(printed.slice(Math.max(0, printed.indexOf(opening)))));
    if (parsed.success) return parsed.data;
    throw new UnrecoverableError(
      `rabbitmqctl prints a form that stackward does not know: ${sayFault(parsed.error)}; use the management API ("broker.management")`,
      { about: 'answer' },
    );
  } catch (error) {
    if (error instanceof UnrecoverableError) throw error;
    throw new UnrecoverableError(
      'rabbitmqctl was asked for JSON and prints something else; use the management API ("broker.management")',
      { cause: error, about: 'answer' },
    );
  }
}

const shown = (value: z.infer<typeof cell> | null | undefined): string | undefined => {
  if (Array.isArray(value)) return addressOf(value);
  return value === null || value === undefined || value === '' ? undefined : String(value);
};

/** A listener of both families sees a client of IPv4 as `::ffff:192.0.2.7`. */
function addressOf(parts: readonly number[]): string | undefined {
  if (parts.length === 4) return parts.join('.');
  if (parts.length !== 8) return undefined;
  const isMapped = parts.slice(0, 5).every((part) => part === 0) && parts[5] === 0xffff;
  if (isMapped) return parts.slice(6).flatMap((part) => [part >> 8, part & 255]).join('.'); // prettier-ignore
  return formatAddress(6, parts.reduce((value, part) => (value << 16n) | BigInt(part), 0n)); // prettier-ignore
}

export function rowsOfJson(printed: string): Rows {
  const rows = jsonOf(printed, '[', z.array(z.record(text, z.union([cell, z.null()]))));
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)])));
}

/**
 * `conductor\t0\t0\t1` of 3.6. Lines with another number of columns are banners, and `name\tmessages_ready\t…` is the
 * head.
 */
export function rowsOfTable(printed: string, columns: readonly string[]): Rows {
  return printed
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split('\t'))
    .filter((cells) => cells.length === columns.length && cells[0] !== columns[0])
    .filter((cells) => columns.length > 1 || !/\.\.\.$|^Listing /.test(cells[0] ?? ''))
    .map((cells) => Object.fromEntries(columns.map((name, index) => [name, shown(cells[index])])));
}

export const queueColumns = ['name', 'messages_ready', 'messages_unacknowledged', 'consumers'];
export const connectionColumns = ['peer_host', 'user', 'vhost', 'state'];

const numberOf = (value: string | undefined): number | undefined =>
  value !== undefined && amount.safeParse(Number(value)).success ? Number(value) : undefined;

export const queuesOf = (vhost: string, rows: Rows): readonly BrokerQueue[] =>
  rows.flatMap(({ name, messages_ready, messages_unacknowledged, consumers }) =>
    name === undefined
      ? []
      : [
          {
            vhost,
            name,
            ...defined({ consumers: numberOf(consumers), ready: numberOf(messages_ready), unacked: numberOf(messages_unacknowledged) }), // prettier-ignore
          },
        ],
  );

export const connectionsOf = (rows: Rows): readonly BrokerConnection[] =>
  rows.map(({ peer_host, user, vhost, state }) => ({ from: peer_host ?? '?', ...defined({ user, vhost, state }) }));

const clusterAnswer = z.object({
  running_nodes: z.array(text),
  disk_nodes: z.array(text).default([]),
  ram_nodes: z.array(text).default([]),
  /** 3.8 on: `{"node": "rabbit@ctl1", "resource": "memory"}`. */
  alarms: z.array(z.object({ node: text.optional(), resource: text.optional() })).optional(),
  partitions: z.union([z.record(text, z.array(text)), z.array(z.unknown()).max(0)]).default({}),
});

export function nodesOfJson(printed: string): readonly BrokerNode[] {
  const answer = jsonOf(printed, '{', clusterAnswer);
  const { running_nodes: running, alarms } = answer;
  const partitions = Array.isArray(answer.partitions) ? {} : answer.partitions;
  const names = [...new Set([...answer.disk_nodes, ...answer.ram_nodes, ...running])];
  return names.map((name) => ({
    name,
    isRunning: running.includes(name),
    ...defined({ alarms: alarms?.filter(({ node }) => node === name).map(({ resource = 'unknown' }) => resource) }),
    partitions: partitions[name] ?? [],
  }));
}

const atom = /'?([\w.@-]+@[\w.-]+)'?/g;
const atomsIn = (term: string): readonly string[] => [...term.matchAll(atom)].map(([, name = '']) => name);
/** `{running_nodes,[rabbit@ctl1,rabbit@ctl2]},` → the text between the brackets. */
const listIn = (printed: string, name: string): string =>
  new RegExp(`\\{${name},\\s*\\[(.*?)\\]\\s*\\}\\s*[,\\]]\\s*(?=\\{[a-z_]+,|$)`, 's').exec(printed.trim())?.[1] ?? '';

const alarmsIn = (term: string): readonly string[] =>
  [...term.matchAll(/\b(memory|disk|file_descriptor_limit)\b/g)].map(([word]) => word);

/** The Erlang terms of `cluster_status` in 3.5 and 3.6. 3.5 prints no alarms there. */
export function nodesOfTerms(printed: string): readonly BrokerNode[] {
  const running = atomsIn(listIn(printed, 'running_nodes'));
  if (running.length === 0)
    throw new UnrecoverableError(
      'rabbitmqctl cluster_status names no running node; look on that host whether the broker runs',
    );
  const isAlarmTold = printed.includes('{alarms,');
  const names = [...new Set([...atomsIn(listIn(printed, 'nodes')), ...running])];
  const ofNode = (list: string, node: string): string =>
    new RegExp(`\\{'?${node.replace(/[.]/g, '\\.')}'?,\\s*\\[(.*?)\\]\\s*\\}`, 's').exec(list)?.[1] ?? '';
  return names.map((name) => ({
    name,
    isRunning: running.includes(name),
    ...defined({ alarms: isAlarmTold ? alarmsIn(ofNode(listIn(printed, 'alarms'), name)) : undefined }),
    partitions: atomsIn(ofNode(listIn(printed, 'partitions'), name)),
  }));
}

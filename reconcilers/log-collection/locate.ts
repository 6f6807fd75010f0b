/** Places a collection on its server and on each of its clients. */
import { asStackwardError } from '../../lib/basics/errors';
import { noEntryFor, placeByTarget } from '../../lib/contract/place';
import type { Readers } from '../../lib/contract/ports';
import type { Finding, Located, Wanted } from '../../lib/contract/reconciler';
import { hostTarget, type Target } from '../../lib/contract/target';
import type { LogPart } from '../../lib/hosts/log-answers';
import type { RestoredLogs } from './image';
import type { LogCollectionDeclared } from './spec';

export async function locate(
  wanted: readonly Wanted<LogCollectionDeclared | RestoredLogs>[],
  from: Readers,
): Promise<Located<LogPart>> {
  const pairs: [Target, Wanted<LogPart>][] = [];
  const findings: Finding[] = [];
  const everyHost = await hostsOfAll(wanted, from);
  for (const { spec, ...rest } of wanted) {
    if ('restore' in spec) {
      for (const { target, image } of spec.restore)
        pairs.push([target, { ...rest, spec: { listen: image.listen, send: image.send } }]);
      continue;
    }
    if (spec.clients === 'all' && 'trouble' in everyHost) findings.push({ id: rest.id, ...everyHost.trouble });
    const clients = spec.clients === 'all' ? clientsOfAll(spec.server, everyHost.hosts) : spec.clients;
    const hosts = [...new Set([spec.server, ...clients])];
    const unknown = hosts.filter((host) => !from.hosts.canReach(host));
    if (unknown.length > 0) findings.push({ id: rest.id, ...noWay(unknown, spec) });
    if (unknown.includes(spec.server)) continue;
    for (const host of hosts.filter((name) => !unknown.includes(name)))
      pairs.push([hostTarget(host), { ...rest, spec: partOf(host, spec, clients) }]);
  }
  return { placements: placeByTarget(pairs), findings };
}

function partOf(host: string, spec: LogCollectionDeclared, clients: readonly string[]): LogPart {
  const { server, protocol, port, retentionDays } = spec;
  return {
    listen: host === server ? { protocol, port, days: retentionDays } : null,
    send: clients.includes(host) ? { to: server, protocol, port } : null,
  };
}

interface EveryHost {
  readonly hosts: readonly string[];
  readonly trouble?: Omit<Finding, 'id'>;
}

/**
 * The hosts of `clients: all`. Neutron is asked only if a collection says `all`. A host has the name that its agents
 * have in Neutron.
 */
async function hostsOfAll(
  wanted: readonly Wanted<LogCollectionDeclared | RestoredLogs>[],
  from: Readers,
): Promise<EveryHost> {
  if (!wanted.some(({ spec }) => 'clients' in spec && spec.clients === 'all')) return { hosts: [] };
  const { named } = from.hosts;
  try {
    const agents = await (await from.network(`api:${from.cloud}`)).agents();
    const hosts = [...new Set(agents.map(({ host }) => host))];
    return { hosts: [...hosts, ...named.filter((name) => !hosts.some((host) => isSame(host, name)))].sort() };
  } catch (error) {
    const { reason, message } = asStackwardError(error);
    const trouble = {
      reason,
      message: `only the logs of the hosts in stackward.yaml are collected, because Neutron can't be asked for its agents (${message})`,
    };
    return { hosts: named, trouble };
  }
}

/**
 * The server is a client too, under the name that the collection gives it. Another form of that name (`isSame`) is left
 * out, unless both forms are hosts.
 */
const clientsOfAll = (server: string, hosts: readonly string[]): string[] => [
  server,
  ...hosts.filter((host) => !isSame(host, server) || (host !== server && hosts.includes(server))),
];

/** True for `ctl1` and `ctl1.example.net`. */
function isSame(first: string, second: string): boolean {
  const [longer, shorter] = first.length > second.length ? [first, second] : [second, first];
  return longer === shorter || (!shorter.includes('.') && longer.startsWith(`${shorter}.`));
}

function noWay(unknown: readonly string[], { server, clients }: LogCollectionDeclared): Omit<Finding, 'id'> {
  const what = noEntryFor(unknown);
  if (unknown.includes(server))
    return {
      reason: 'InvalidConfiguration',
      message: `${what}, and the server of the collection is among them; correct "server", or add an entry`,
    };
  return clients === 'all'
    ? { message: `${what}, so the logs of these hosts are not collected; add an entry` }
    : { reason: 'InvalidConfiguration', message: `${what}; correct "clients", or add an entry` };
}

import { shownUrl } from '../../../lib/basics/shown-url';
import type { Endpoint } from '../../../lib/contract/report-ports';
import { heldBy, socketText, type Listener } from '../../../lib/hosts/service-answers';
import { accountOf } from '../../../lib/oslo-config/account';
import type { HostService, HostServices, LookedAtHost } from '../../host-services';
import { untried, type Looked } from '../../looked';
import type { Knock } from '../../sources';
import { defineCheck, judgeLooked, notLookedAt, type Result, type Trouble } from '../check';
import { noHostNamed } from './words';

export interface Seen {
  readonly hosts: readonly LookedAtHost[];
  readonly knocks: Looked<readonly Knock[]>;
}

/** A port that the service itself opens, outside of a web server. */
interface Opens {
  readonly api: string;
  readonly section: string;
  readonly option: string;
  readonly port: number;
}

const novaApis: Readonly<Record<string, Opens>> = {
  osapi_compute: { api: 'osapi_compute', section: 'DEFAULT', option: 'osapi_compute_listen_port', port: 8774 },
  metadata: { api: 'metadata', section: 'DEFAULT', option: 'metadata_listen_port', port: 8775 },
  ec2: { api: 'ec2', section: 'DEFAULT', option: 'ec2_listen_port', port: 8773 },
};

const own = (service: string, option: string, port: number, section = 'DEFAULT'): Readonly<Record<string, Opens>> => ({
  [service]: { api: service, section, option, port },
});

/** @see the `*_listen_port` and `bind_port` options of these services */
const others: Readonly<Record<string, Opens>> = {
  ...own('neutron-server', 'bind_port', 9696),
  ...own('glance-api', 'bind_port', 9292),
  ...own('cinder-api', 'osapi_volume_listen_port', 8776),
  ...own('heat-api', 'bind_port', 8004, 'heat_api'),
};

const setting = ({ config }: HostService, section: string, name: string) =>
  accountOf({ section, name }, config).values[0];

/** Up to Mitaka ec2 is a default too; later releases don't have it. */
const defaultApis = 'osapi_compute,metadata';

const enabledApis = (service: HostService): readonly string[] =>
  (setting(service, 'DEFAULT', 'enabled_apis')?.value.toString() ?? defaultApis)
    .split(',')
    .map((api) => api.trim())
    .filter((api) => api !== '');

/**
 * The APIs that a process serves, whether it opens their ports or a web server does; undefined if it serves no API of
 * Nova.
 */
function servedApis(service: HostService): readonly string[] | undefined {
  if (service.name === 'nova-api') return isInWebServer(service) ? ['osapi_compute'] : enabledApis(service);
  if (service.name === 'nova-api-os-compute') return ['osapi_compute'];
  return service.name === 'nova-api-metadata' || service.name === 'nova-metadata' ? ['metadata'] : undefined;
}

/** The web server then opens the port, and its own configuration has the number. */
const isInWebServer = ({ processes: [first] }: HostService): boolean => first?.python === null;

const opens = (service: HostService): readonly Opens[] =>
  isInWebServer(service)
    ? []
    : (servedApis(service)?.flatMap((api) => novaApis[api] ?? []) ??
      (others[service.name] ? [others[service.name] as Opens] : []));

const holdersOf = (sockets: readonly Listener[]): string =>
  [...new Set(sockets.flatMap(({ holders }) => holders.map(({ pid, program }) => `${program} (${pid})`)))].join(', ');

type Verdict = Trouble | 'good' | 'unknown';

function judgePort(
  host: string,
  service: HostService,
  { api, section, option, port: usual }: Opens,
  listeners: readonly Listener[],
): Verdict {
  const set = setting(service, section, option);
  const port = Number(set?.value.toString() ?? usual);
  const sockets = listeners.filter((socket) => socket.port === port);
  if (heldBy(sockets, service.processes).length > 0) return 'good';
  const named = set === undefined ? `${port}, the default of ${option}` : `${port}, ${option} of ${set.where}`;
  const apis = api === service.name ? [] : [`enabled_apis is ${enabledApis(service).join(', ')}${whereOf(service)}`];
  const shared = { result: 'fault', subject: `${service.name} on ${host}` } as const;
  if (sockets.length === 0)
    return {
      ...shared,
      found: `It runs, and nothing listens on ${named}.`,
      evidence: [...apis, `the service listens on ${listensOn(service, listeners) || 'no TCP port'}`],
      step: 'Read the end of its log from its last start on (`stackward where` names the log): a port that was in use, or an API that failed to load, is told there.',
    };
  const holders = holdersOf(sockets);
  if (holders === '') return 'unknown';
  return {
    ...shared,
    found: `It runs, and another process holds ${named}: ${holders}.`,
    evidence: [...apis, ...sockets.map((socket) => `${socketText(socket)} is held by ${holdersOf([socket])}`)],
    step: 'Decide which of the two shall serve this API. Take it out of the other (enabled_apis, or the site of the web server), and restart that one first.',
  };
}

function whereOf(service: HostService): string {
  const set = setting(service, 'DEFAULT', 'enabled_apis');
  return set === undefined ? ', the default' : ` by ${set.where}`;
}

const listensOn = ({ processes }: HostService, listeners: readonly Listener[]): string =>
  heldBy(listeners, processes).map(socketText).join(', ');

function judgeHost(host: string, found: HostServices): readonly Result[] {
  const missed = [
    ...found.services.flatMap(({ name, unread: why }) =>
      why === undefined ? [] : [notLookedAt(`${name} on ${host}`, untried(why))],
    ),
    ...found.untold.map((look) => notLookedAt(`services on ${host}`, look)),
  ];
  // By the default of an option that nobody could read, an API may seem to miss its port.
  const services = found.services.filter(({ unread }) => unread === undefined);
  const judged = judgeLooked(`ports on ${host}`, found.listeners, (listeners) =>
    judgeListeners(host, services, listeners),
  );
  return [...judged, ...missed];
}

function judgeListeners(
  host: string,
  services: readonly HostService[],
  listeners: readonly Listener[],
): readonly Result[] {
  const verdicts = services.flatMap((service) =>
    opens(service).map((port) => ({ service, port, verdict: judgePort(host, service, port, listeners) })),
  );
  const troubles = verdicts.flatMap(({ verdict }) => (typeof verdict === 'object' ? [verdict] : []));
  const unknown = verdicts.filter(({ verdict }) => verdict === 'unknown');
  const unread = unknown.map(({ service, port }) =>
    notLookedAt(`${service.name} on ${host}`, untried(`the host does not tell who holds the port of ${port.api}`)),
  );
  const good = verdicts
    .filter(({ verdict }) => verdict === 'good')
    .map(({ service, port }) => `${service.name} ${port.api === service.name ? '' : port.api}`.trim());
  const inWeb = services.filter(isInWebServer).map(({ name }) => name);
  const left =
    inWeb.length === 0 ? '' : `; in a web server, which names the port itself: ${[...new Set(inWeb)].join(', ')}`;
  if (troubles.length > 0) return [...troubles, ...unread];
  if (good.length === 0)
    return [
      ...unread,
      notLookedAt(`ports on ${host}`, untried(`no service there opens a port of an API by itself${left}`)),
    ];
  return [
    { result: 'fine', subject: `ports on ${host}`, found: `each holds its port: ${good.join(', ')}${left}` },
    ...unread,
  ];
}

/** The catalogue sends clients to the compute API, but no nova-api that was found serves it. */
function leftOut({ hosts, knocks }: Seen): readonly Trouble[] {
  const compute = knocks.isRead ? knocks.value.find(({ endpoint }) => endpoint.service === 'compute') : undefined;
  if (compute === undefined) return [];
  const serving = hosts.flatMap(({ host, services }) =>
    services.isRead
      ? services.value.services.flatMap((service) => ({ host, service, apis: servedApis(service) ?? [] }))
      : [],
  );
  const apis = serving.filter(({ service }) => service.name === 'nova-api');
  if (apis.length === 0 || serving.some((each) => each.apis.includes('osapi_compute'))) return [];
  return apis.map(({ host, service }) => leftOutOf(host, service, compute.endpoint));
}

const leftOutOf = (host: string, service: HostService, { url }: Endpoint): Trouble => ({
  result: 'fault',
  subject: `nova-api on ${host}`,
  found: 'It runs, and its enabled_apis leave out osapi_compute, to which the catalogue sends every client.',
  evidence: [
    `enabled_apis is ${enabledApis(service).join(', ')}${whereOf(service)}`,
    `endpoint compute ${shownUrl(url)}`,
  ],
  step: 'Add osapi_compute to enabled_apis, or start the service that serves it (nova-api-os-compute, or nova-api in a web server).',
});

export const judgePorts = (seen: Seen): readonly Result[] =>
  seen.hosts.length === 0
    ? [notLookedAt('hosts', untried(noHostNamed))]
    : [
        ...leftOut(seen),
        ...seen.hosts.flatMap(({ host, services }) =>
          judgeLooked(`host ${host}`, services, (found) => judgeHost(host, found)),
        ),
      ];

export const ports = defineCheck<Seen>({
  code: 'SW-4011',
  title: 'an API runs and does not hold its port',
  needs: ['hosts', 'the API'],
  isOfHosts: true,
  read: async (sources) => ({ hosts: await sources.hostServices(), knocks: await sources.knocks() }),
  judge: judgePorts,
  page: {
    means:
      'The process of an API runs, but clients do not reach it: nothing listens on the port in its configuration, another process has the port, or `enabled_apis` of nova-api lacks the API that the catalogue sends clients to.',
    evidence:
      'The port and the place that sets it, the processes that hold it (/proc/net/tcp and their open files), and enabled_apis with its place. An API in a web server (uWSGI, Apache) is left out, because its port is in the web server’s own configuration; SW-5001 checks whether the endpoint answers.',
    alike:
      'A service may just have started, without having opened its port yet. A proxy (HAProxy) on the same host may have the same port on another address; this does no harm if the service listens on its own address.',
    step: 'Read the end of the log of the service. If two processes serve one API, such as nova-api and nova-api-metadata, decide which of them should, and remove the API from the other.',
    never:
      'Do not kill the process that has the port before you know what it serves: it may be the API that customers use.',
  },
});

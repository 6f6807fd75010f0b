/** What reports read, each question asked once per run, whoever needs its answer. */
import type { ApiAnswer, VersionReader } from '../lib/contract/ports';
import { volumeTypes } from '../lib/contract/report-ports';
import type {
  ApiClock,
  ClockReading,
  Connection,
  DatabaseProbe,
  DeclaredStack,
  Endpoint,
  FloatingIp,
  KnownClouds,
  KnockAnswer,
  Login,
  OwnedPort,
  ReportReaders,
  Server,
} from '../lib/contract/report-ports';
import type { PortRoom } from '../lib/contract/port-room';
import type { Hypervisor, ServerReader } from '../lib/contract/server-ports';
import {
  compareLooks,
  heartbeatOfAgent,
  heartbeatOfService,
  intervals,
  type BeatingService,
  type Heartbeat,
} from './heartbeats';
import { valueOf, type HostFacts } from '../lib/hosts/host';
import { count } from '../lib/render/text';
import { thingsOf, type CountedThing } from './declared-things';
import { readHostFiles, type HostFiles } from './host-files';
import { readHostServices, tooOldForServices, withRegistered, type HostServices } from './host-services';
import { look, read, untried, type Looked, type Unread } from './looked';

export interface Watch {
  now(): Date;
  /** Ends after these seconds. @param why is told to whoever waits */
  pause(seconds: number, why: string): Promise<void>;
}

/** Catalogue types of a service, the newest first. */
export const catalogueTypes = {
  nova: ['compute'],
  neutron: ['network'],
  cinder: volumeTypes,
} as const satisfies Record<BeatingService, readonly string[]>;

export interface Knock {
  readonly endpoint: Endpoint;
  readonly answer: KnockAnswer;
}

export interface ProbedDatabase extends Omit<DatabaseProbe, 'connect'> {
  readonly connection: Looked<Connection>;
}

export interface HostClock {
  readonly host: string;
  /** It has the clock of this machine. */
  readonly isHere: boolean;
  readonly clock: Looked<ClockReading>;
}

export interface ReachedHost {
  readonly host: string;
  readonly facts: Looked<HostFacts>;
}

/** What a host tells of the services that run there. */
export interface LookedAtHost {
  readonly host: string;
  readonly services: Looked<HostServices>;
}

export interface HostWithFiles {
  readonly host: string;
  readonly files: Looked<HostFiles>;
}

/** The role to which services show everything. */
const administrator = 'admin';

function noEndpoint({ endpoints }: Login, face: string, region: string | undefined): Unread {
  const there = [...new Set(endpoints.map((endpoint) => `${endpoint.interface} in ${endpoint.region}`))].sort();
  const wanted = `${face} endpoint${region === undefined ? '' : ` in region ${region}`}`;
  const why = `the catalogue has no ${wanted}; it has ${there.slice(0, 20).join(', ') || 'none at all'}`;
  return { isRead: false, why, wasTried: true };
}

const isSilent = ({ isUp, isForcedDown }: Heartbeat): boolean => !isUp && isForcedDown !== true;

const once = <Value>(work: () => Promise<Value>): (() => Promise<Value>) => {
  let answer: Promise<Value> | undefined;
  return () => (answer ??= work());
};

export interface Focus {
  /** Name or id. */
  readonly server?: string;
}

export class Sources {
  constructor(
    private readonly readers: ReportReaders,
    private readonly watch: Watch,
    /** What the run is about; {}: the whole cloud. */
    readonly focus: Focus = {},
  ) {}

  /** Everything that goes through the cloud's API begins here. */
  readonly login = once((): Promise<Looked<Login>> => look(async () => (await this.readers.catalogue()).login()));

  /** Who logs in where. */
  readonly account = once((): Promise<Looked<string>> => look(async () => (await this.readers.catalogue()).account));

  readonly versions = once(async (): Promise<Looked<readonly ApiAnswer[]>> => {
    const login = await this.login();
    if (!login.isRead) return login;
    const reader = await look((): Promise<VersionReader> => this.readers.versions());
    return reader.isRead ? read((await reader.value.apis()).answers) : reader;
  });

  /** One look. */
  readonly heartbeats = {
    nova: once(() => this.beats('nova')),
    neutron: once(() => this.beats('neutron')),
    cinder: once(() => this.beats('cinder')),
  };

  /** A second look where the first found something that seems dead; all services wait side by side. */
  readonly settledHeartbeats = {
    nova: once(() => this.settled('nova')),
    neutron: once(() => this.settled('neutron')),
    cinder: once(() => this.settled('cinder')),
  };

  /** Looks twice only where something of interest seems dead: what else is dead in the cloud keeps nobody waiting. */
  async settledWhere(
    service: BeatingService,
    isOfInterest: (beat: Heartbeat) => boolean,
  ): Promise<Looked<readonly Heartbeat[]>> {
    const first = await this.heartbeats[service]();
    return first.isRead && first.value.some((beat) => isSilent(beat) && isOfInterest(beat))
      ? this.settledHeartbeats[service]()
      : first;
  }

  readonly servers = once((): Promise<Looked<readonly Server[]>> =>
    this.ofService('nova', async () => (await this.readers.compute()).servers()),
  );

  /** Asks about single servers. */
  readonly serverReader = once((): Promise<Looked<ServerReader>> =>
    this.ofService('nova', () => this.readers.servers()),
  );

  readonly hypervisors = once(async (): Promise<Looked<readonly Hypervisor[]>> => {
    const reader = await this.serverReader();
    return reader.isRead ? look(() => reader.value.hypervisors()) : reader;
  });

  readonly portRoom = once((): Promise<Looked<PortRoom>> =>
    this.ofService('neutron', async () => (await this.readers.portRoom()).room()),
  );

  readonly floatingIps = once((): Promise<Looked<readonly FloatingIp[]>> =>
    this.allProjects('neutron', async () => (await this.readers.topology()).floatingIps()),
  );

  readonly ownedPorts = once((): Promise<Looked<readonly OwnedPort[]>> =>
    this.allProjects('neutron', async () => (await this.readers.topology()).ownedPorts()),
  );

  readonly databases = once((): Promise<readonly ProbedDatabase[]> =>
    Promise.all(
      this.readers.databaseProbes.map(async (probe) => ({
        ...probe,
        connection: await look(() => probe.connect()),
      })),
    ),
  );

  /** The endpoints of the credentials' interface and region, each asked without a token. */
  readonly knocks = once(async (): Promise<Looked<readonly Knock[]>> => {
    const login = await this.login();
    if (!login.isRead) return login;
    const catalogue = await this.readers.catalogue();
    const { interface: face, region } = catalogue;
    const chosen = login.value.endpoints.filter(
      (endpoint) => endpoint.interface === face && (region === undefined || endpoint.region === region),
    );
    const knock = async (endpoint: Endpoint): Promise<Knock> => ({
      endpoint,
      answer: await catalogue.knock(endpoint),
    });
    if (chosen.length === 0) return noEndpoint(login.value, face, region);
    return read(await Promise.all(chosen.map(knock)));
  });

  /** Clocks of the APIs that answered one of the questions above. */
  readonly apiClocks = once(async (): Promise<Looked<readonly ApiClock[]>> => {
    const login = await this.login();
    if (!login.isRead) return login;
    await Promise.all([this.knocks(), this.versions()]);
    return read((await this.readers.catalogue()).clocks());
  });

  readonly hostClocks = once((): Promise<readonly HostClock[]> =>
    Promise.all(
      this.readers.hostsToLookAt.map(async (host) => ({
        host,
        isHere: this.readers.isThisMachine(host),
        clock: await this.hostClock(host),
      })),
    ),
  );

  readonly reachedHosts = once((): Promise<readonly ReachedHost[]> =>
    Promise.all(
      this.readers.hostsToLookAt.map(async (host) => ({
        host,
        facts: await look(async () => {
          const [facts] = await (await this.readers.host(`host:${host}`)).read([{ verb: 'facts' }]);
          return valueOf(facts);
        }),
      })),
    ),
  );

  readonly hostServices = once((): Promise<readonly LookedAtHost[]> =>
    Promise.all(
      this.readers.hostsToLookAt.map(async (host) => {
        const services = await look(async () => {
          const reader = await this.readers.host(`host:${host}`);
          return withRegistered(reader, await readHostServices(reader));
        });
        const isOld = !services.isRead && services.why === tooOldForServices;
        return { host, services: isOld ? untried(tooOldForServices) : services };
      }),
    ),
  );

  readonly hostFiles = once((): Promise<readonly HostWithFiles[]> =>
    Promise.all(
      this.readers.hostsToLookAt.map(async (host) => {
        const files = await look(async () => readHostFiles(await this.readers.host(`host:${host}`)));
        if (!files.isRead) return { host, files };
        return { host, files: 'isRead' in files.value ? files.value : read(files.value) };
      }),
    ),
  );

  readonly code = once((): Promise<Looked<readonly DeclaredStack[]>> => look(() => this.readers.code()));

  readonly knownClouds = once((): Promise<Looked<KnownClouds>> => look(() => this.readers.knownClouds()));

  /** Entry of clouds.yaml that stackward itself uses; `envvars`: the OS_* variables. */
  get cloud(): string {
    return this.readers.cloud;
  }

  readonly terraform = once((): Promise<Looked<string>> => look(() => this.readers.terraform()));

  /** What the code names, each counted in the cloud. */
  readonly declaredThings = once(async (): Promise<Looked<readonly CountedThing[]>> => {
    const [code, login] = await Promise.all([this.code(), this.login()]);
    if (!code.isRead) return code;
    if (!login.isRead) return login;
    const names = await this.readers.names();
    const things = thingsOf(code.value);
    return read(
      await Promise.all(things.map(async (thing) => ({ ...thing, count: await look(() => names.count(thing)) }))),
    );
  });

  private async hostClock(name: string): Promise<HostClock['clock']> {
    const asked = await look(async () => {
      const host = await this.readers.host(`host:${name}`);
      const sentAt = Date.now();
      const [clock] = await host.read([{ verb: 'clock' }]);
      return { clock, sentAt, receivedAt: Date.now() };
    });
    if (!asked.isRead) return asked;
    const { clock, sentAt, receivedAt } = asked.value;
    if (!clock.ok && clock.reason === 'refused')
      return untried('the host program there is older, and does not tell the time; install that of this release');
    return look(() => {
      // The host starts a program in between, so it read its clock at some moment between sending and receiving.
      const aheadSeconds = valueOf(clock).time - (sentAt + receivedAt) / 2000;
      return Promise.resolve({ aheadSeconds, withinSeconds: (receivedAt - sentAt) / 2000 });
    });
  }

  /** Runs `work` where the catalogue has the service. */
  private async ofService<Value>(service: BeatingService, work: () => Promise<Value>): Promise<Looked<Value>> {
    const login = await this.login();
    if (!login.isRead) return login;
    const types: readonly string[] = catalogueTypes[service];
    if (!login.value.endpoints.some((endpoint) => types.includes(endpoint.service)))
      return untried(`the catalogue has no endpoint of "${types[0]}"`);
    return look(work);
  }

  /** No cloud is without services and agents, so an empty list is none. */
  private async beats(service: BeatingService): Promise<Looked<readonly Heartbeat[]>> {
    const rows = await this.listed(service);
    return rows.isRead && rows.value.length === 0 ? this.emptyList(service) : rows;
  }

  /** Without the administrator's role, an empty list says what the credentials see, and not what there is. */
  private async allProjects<Value>(
    service: BeatingService,
    work: () => Promise<readonly Value[]>,
  ): Promise<Looked<readonly Value[]>> {
    const rows = await this.ofService(service, work);
    const login = await this.login();
    const seesAll = login.isRead && login.value.roles.includes(administrator);
    return rows.isRead && rows.value.length === 0 && !seesAll ? this.emptyList(service) : rows;
  }

  private async emptyList(service: BeatingService): Promise<Unread> {
    const login = await this.login();
    if (!login.isRead) return login;
    const { user = 'of these credentials', roles } = login.value;
    const why = roles.includes(administrator)
      ? 'there is none, or its policy hides them'
      : `there is none, or it hides them from the user ${user}, whose token has not the role "${administrator}" (it has ${roles.join(', ') || 'none'})`;
    return { isRead: false, why: `the list that ${service} answered is empty: ${why}`, wasTried: true };
  }

  private listed(service: BeatingService): Promise<Looked<readonly Heartbeat[]>> {
    return this.ofService(service, async () => {
      if (service === 'neutron') {
        const agents = await (await this.readers.topology()).agents();
        const now = await this.now(service);
        return agents.map((agent) => heartbeatOfAgent(agent, now));
      }
      const reader = service === 'nova' ? await this.readers.compute() : await this.readers.volumes();
      const services = await reader.services();
      const now = await this.now(service);
      return services.map((record) => heartbeatOfService(service, record, now));
    });
  }

  /** By the API's clock, where its answers are dated; else by this machine's. */
  async now(service: BeatingService): Promise<Date> {
    const types: readonly string[] = catalogueTypes[service];
    const clock = (await this.readers.catalogue()).clocks().find((candidate) => types.includes(candidate.service));
    return new Date(this.watch.now().getTime() + (clock?.aheadSeconds ?? 0) * 1000);
  }

  private async settled(service: BeatingService): Promise<Looked<readonly Heartbeat[]>> {
    const first = await this.heartbeats[service]();
    if (!first.isRead) return first;
    const silent = first.value.filter(isSilent);
    if (silent.length === 0) return first;
    const seconds = intervals[service].report * 1.1 + 1;
    const silence = count(silent.length, 'heartbeat');
    await this.watch.pause(seconds, `Down in ${service}: ${silence}. Looking again in ${Math.round(seconds)} s.`);
    const second = await this.beats(service);
    return second.isRead ? read(compareLooks(first.value, second.value)) : second;
  }
}

/** Makes the readings of reports. A run asks each question once, however many reports need the answer. */
import type { ApiAnswer, VersionReader } from '../lib/contract/ports';
import { volumeTypes } from '../lib/contract/report-ports';
import type {
  ApiClock,
  DatabaseProbe,
  DeclaredStack,
  Endpoint,
  FloatingIp,
  KnownClouds,
  Login,
  OwnedPort,
  ReportReaders,
  Server,
} from '../lib/contract/report-ports';
import type { PortRoom } from '../lib/contract/port-room';
import type { Hypervisor, ServerReader } from '../lib/contract/server-ports';
import {
  beatsOf,
  compareLooks,
  heartbeatOfAgent,
  heartbeatOfService,
  intervals,
  type BeatingService,
  type Heartbeat,
} from './heartbeats';
import { valueOf, type HostReader } from '../lib/hosts/host';
import { count } from '../lib/render/text';
import { readBroker, type BrokerLooks } from './broker/read';
import {
  providersOf,
  thingsOf,
  type CountedThing,
  type LookedUpProvider,
  type WantedProvider,
} from './declared-things';
import { readHostClock } from './host-clock';
import { readHostFiles } from './host-files';
import { askRegistered, readHostServices, type LookedAtHost } from './host-services';
import { readOwnPlaces, readOwnThings, type OwnPlaces } from './own-things';
import { noEndpoint } from './no-endpoint';
import { readPortRoom } from './port-room-database';
import { look, once, read, untried, type Looked, type Unread } from './looked';
import type { Watch } from './watch';
import type { Focus, Knock, ProbedDatabase, GrantedDatabase, HostClock, ReachedHost, HostWithFiles } from './readings';

export type * from './readings';

/** The types that a service may have in the catalogue, the newest first. */
export const catalogueTypes = {
  nova: ['compute'],
  neutron: ['network'],
  cinder: volumeTypes,
} as const satisfies Record<BeatingService, readonly string[]>;

/** The role for which services show everything. */
const administrator = 'admin';

const isSilent = ({ isUp, isForcedDown }: Heartbeat): boolean => !isUp && isForcedDown !== true;

export class Sources {
  constructor(
    readonly readers: ReportReaders,
    private readonly watch: Watch,
    /** The subject of the run; {} means the whole cloud. */
    readonly focus: Focus = {},
  ) {}

  /** Every request to the cloud's API needs this login. */
  readonly login = once((): Promise<Looked<Login>> =>
    this.ask('the login', async () => (await this.readers.catalogue()).login()),
  );

  /** The user and the address of the login. */
  readonly account = once((): Promise<Looked<string>> => look(async () => (await this.readers.catalogue()).account));

  readonly versions = once(async (): Promise<Looked<readonly ApiAnswer[]>> => {
    const login = await this.login();
    if (!login.isRead) return login;
    const reader = await look((): Promise<VersionReader> => this.readers.versions());
    if (!reader.isRead) return reader;
    return this.ask('the versions of the APIs', async () => (await reader.value.apis()).answers);
  });

  /** A single look. */
  readonly heartbeats = {
    nova: once(() => this.beats('nova')),
    neutron: once(() => this.beats('neutron')),
    cinder: once(() => this.beats('cinder')),
  };

  /**
   * Looks a second time if the first look found something that seems dead. The waiting times of all services run at the
   * same time.
   */
  readonly settledHeartbeats = {
    nova: once(() => this.settled('nova')),
    neutron: once(() => this.settled('neutron')),
    cinder: once(() => this.settled('cinder')),
  };

  /**
   * Looks a second time only if something that matters to the caller seems dead. Other dead things in the cloud cause
   * no waiting.
   */
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

  /** Reads single servers. */
  readonly serverReader = once((): Promise<Looked<ServerReader>> =>
    this.ofService('nova', () => this.readers.servers()),
  );

  readonly hypervisors = once(async (): Promise<Looked<readonly Hypervisor[]>> => {
    const reader = await this.serverReader();
    return reader.isRead ? look(() => reader.value.hypervisors()) : reader;
  });

  /** By the API; where that tells nothing, by Neutron's database. */
  readonly portRoom = once(async (): Promise<Looked<PortRoom>> => {
    const told = await this.ofService('neutron', async () => (await this.readers.portRoom()).room());
    return told.isRead ? told : ((await readPortRoom(this.readers)) ?? told);
  });

  readonly broker = once((): Promise<Looked<BrokerLooks>> => readBroker(this.readers));

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
        connection: await this.ask(`the database ${probe.name}`, () => probe.connect()),
      })),
    ),
  );

  /** The answers of all endpoints in the credentials' interface and region to a request without a token. */
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
      answer: await this.waiting(`the API ${endpoint.service}`, catalogue.knock(endpoint)),
    });
    if (chosen.length === 0) return noEndpoint(login.value, face, region);
    return read(await Promise.all(chosen.map(knock)));
  });

  /** The clocks of the APIs that answered one of the questions above. */
  readonly apiClocks = once(async (): Promise<Looked<readonly ApiClock[]>> => {
    const login = await this.login();
    if (!login.isRead) return login;
    await Promise.all([this.knocks(), this.versions()]);
    return read((await this.readers.catalogue()).clocks());
  });

  readonly hostClocks = once((): Promise<readonly HostClock[]> =>
    Promise.all(
      this.hosts.map(async (host) => ({
        host,
        isHere: this.readers.isThisMachine(host),
        clock: await this.lookOnHost(host, readHostClock),
      })),
    ),
  );

  readonly reachedHosts = once((): Promise<readonly ReachedHost[]> =>
    Promise.all(
      this.hosts.map(async (host) => ({
        host,
        facts: await this.onHost(host, async (reader) => valueOf((await reader.read([{ verb: 'facts' }]))[0])),
      })),
    ),
  );

  readonly hostServices = once((): Promise<readonly LookedAtHost[]> =>
    Promise.all(
      this.hosts.map(async (host) => ({
        host,
        services: await this.lookOnHost(host, (reader) => readHostServices(reader)),
      })),
    ),
  );

  /** With what the services register. That takes time, so nobody else waits for it. */
  readonly registeringServices = once(async (): Promise<readonly LookedAtHost[]> => {
    const open = (host: string): Promise<HostReader> => this.readers.host(`host:${host}`);
    return askRegistered(await this.hostServices(), open, (what, answer) => this.waiting(what, answer));
  });

  readonly hostFiles = once((): Promise<readonly HostWithFiles[]> =>
    Promise.all(this.hosts.map(async (host) => ({ host, files: await this.lookOnHost(host, readHostFiles) }))),
  );

  /**
   * The things that stackward made on hosts: the hosts that are named, and the hosts of Neutron's agents that the
   * configuration reaches.
   */
  readonly ownThings = once((): Promise<OwnPlaces> => {
    const agents = this.focus.host === undefined ? this.heartbeats.neutron : () => Promise.resolve(read([]));
    return readOwnPlaces(this.hosts, this.readers.hosts, agents, (host) => this.onHost(host, readOwnThings));
  });

  readonly code = once((): Promise<Looked<readonly DeclaredStack[]>> => look(() => this.readers.code()));

  readonly knownClouds = once((): Promise<Looked<KnownClouds>> => look(() => this.readers.knownClouds()));

  /** The entry of clouds.yaml that stackward itself uses; `envvars` means the OS_* variables. */
  get cloud(): string {
    return this.readers.cloud;
  }

  readonly databaseGrants = once((): Promise<readonly GrantedDatabase[]> =>
    Promise.all(
      this.readers.databaseProbes.map(async ({ name, schema, user, grants }) => ({
        name,
        schema,
        user,
        grants: await this.ask(`the database ${name}`, grants),
      })),
    ),
  );

  /** The providers that the code requires, each looked up by Terraform. */
  readonly providers = once(async (): Promise<Looked<readonly LookedUpProvider[]>> => {
    const code = await this.code();
    if (!code.isRead) return code;
    const find = async (provider: WantedProvider): Promise<LookedUpProvider> => ({
      ...provider,
      found: await this.ask(`the provider ${provider.source}`, () => this.readers.provider(provider)),
    });
    return read(await Promise.all(providersOf(code.value).map(find)));
  });

  readonly terraform = once((): Promise<Looked<string>> => look(() => this.readers.terraform()));

  /** The things that the code names, each with its number in the cloud. */
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

  /** The hosts that are looked at. */
  get hosts(): readonly string[] {
    return this.focus.host === undefined ? this.readers.hostsToLookAt : [this.focus.host];
  }

  /** The hosts whose services use the databases. A compute host uses none, so `--host` of another host adds none. */
  get controllers(): readonly string[] {
    const { host } = this.focus;
    return this.readers.hosts.named.filter((name) => host === undefined || name === host);
  }

  /** The places of the databases, whether they can be reached from here or not. */
  get databasePlaces(): readonly DatabaseProbe[] {
    return this.readers.databaseProbes;
  }

  /** True if the host is this machine, or a network namespace of it. */
  isThisMachine(host: string): boolean {
    return this.readers.isThisMachine(host);
  }

  onHost<Value>(host: string, work: (reader: HostReader) => Promise<Value>): Promise<Looked<Value>> {
    return this.ask(`the host ${host}`, async () => work(await this.readers.host(`host:${host}`)));
  }

  /** A host may answer and still not give this value. */
  private async lookOnHost<Value>(
    host: string,
    work: (reader: HostReader) => Promise<Looked<Value>>,
  ): Promise<Looked<Value>> {
    const answered = await this.onHost(host, work);
    return answered.isRead ? answered.value : answered;
  }

  private ask<Value>(what: string, work: () => Promise<Value>): Promise<Looked<Value>> {
    return this.waiting(what, look(work));
  }

  private async waiting<Value>(what: string, answer: Promise<Value>): Promise<Value> {
    const end = this.watch.waitFor(what);
    try {
      return await answer;
    } finally {
      end();
    }
  }

  /** Runs `work` if the catalogue has the service. */
  private async ofService<Value>(service: BeatingService, work: () => Promise<Value>): Promise<Looked<Value>> {
    const login = await this.login();
    if (!login.isRead) return login;
    const types: readonly string[] = catalogueTypes[service];
    if (!login.value.endpoints.some((endpoint) => types.includes(endpoint.service)))
      return untried(`the catalogue has no endpoint of "${types[0]}"`);
    return this.ask(`the API ${await this.typeOf(service)}`, work);
  }

  /** The type by which this cloud's catalogue calls the service. */
  async typeOf(service: BeatingService): Promise<string> {
    const login = await this.login();
    const isThere = (type: string): boolean =>
      login.isRead && login.value.endpoints.some((endpoint) => endpoint.service === type);
    return catalogueTypes[service].find(isThere) ?? catalogueTypes[service][0];
  }

  /** Every cloud has services and agents, so an empty list counts as not read. */
  private async beats(service: BeatingService): Promise<Looked<readonly Heartbeat[]>> {
    const rows = await this.listed(service);
    if (rows.isRead && rows.value.length === 0) return this.emptyList(service);
    return rows.isRead && this.focus.host !== undefined ? beatsOf(this.focus.host, service, rows.value) : rows;
  }

  /** Without the administrator's role, an empty list may only mean that the credentials see nothing. */
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

  /** Ends after these seconds. @param why is told to whoever waits */
  readonly pause = (seconds: number, why: string): Promise<void> => this.watch.pause(seconds, why);

  /** The time of the API's clock if its answers have dates; otherwise of this machine's clock. */
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

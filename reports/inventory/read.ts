/** Reads the parts that the wanted columns need: from the configured databases, and the rest from the APIs. */
import { InvalidConfiguration } from '../../lib/basics/errors';
import type { ReportReaders } from '../../lib/contract/report-ports';
import type { InventoryReader } from '../../lib/inventory/reader';
import type { Dataset, PartName } from '../../lib/inventory/records';
import { look, read, untried, type Looked, type Unread } from '../looked';
import { readDatabases } from './by-database';

export interface Reading {
  readonly data: Dataset;
  /** The source of each part. */
  readonly ways: ReadonlyMap<PartName, 'database' | 'API'>;
  /** Why a wanted part is absent. */
  readonly unread: ReadonlyMap<PartName, Unread>;
  /** Things that could not be read, and that may hide servers or values. */
  readonly failed: readonly { readonly what: string; readonly why: string }[];
  readonly hasAllServers: boolean;
}

type ApiCall = (reader: InventoryReader, projectIds: () => readonly string[]) => Promise<Dataset>;

const ports: ApiCall = async (reader) => reader.ports();
const volumeAmounts: ApiCall = (reader, projectIds) => reader.volumeAmounts(projectIds());

/** The calls to the APIs. Parts of one call are read together. */
const calls: Readonly<Partial<Record<PartName, ApiCall>>> = {
  hosts: async (reader) => ({ hosts: await reader.hosts() }),
  computeQuotas: async (reader, projectIds) => ({ computeQuotas: await reader.computeQuotas(projectIds()) }),
  projects: async (reader) => ({ projects: await reader.projects() }),
  users: async (reader) => ({ users: await reader.users() }),
  nics: ports,
  addresses: ports,
  groups: ports,
  floatingIps: async (reader) => ({ floatingIps: await reader.floatingIps() }),
  volumes: async (reader) => ({ volumes: await reader.volumes() }),
  volumeQuotas: volumeAmounts,
  volumeUsages: volumeAmounts,
  images: async (reader) => ({ images: await reader.images() }),
};

export async function readInventory(
  readers: Pick<ReportReaders, 'databases' | 'database' | 'inventory'>,
  wanted: ReadonlySet<PartName>,
): Promise<Reading> {
  const databases = await readDatabases(readers, wanted);
  const lacking = [...wanted].filter((part) => databases.data[part] === undefined);
  const api = lacking.some((part) => part === 'servers' || calls[part])
    ? await readApi(() => readers.inventory(), lacking, databases.data)
    : { data: {}, unread: new Map<PartName, Unread>() };
  const data: Dataset = { ...databases.data, ...api.data };
  const unread = new Map(
    lacking
      .filter((part) => data[part] === undefined)
      .map((part) => [part, reasonOf(databases.unread.get(part), api.unread.get(part))]),
  );
  return {
    data,
    ways: new Map(
      [...wanted].flatMap((part) => (data[part] ? [[part, databases.data[part] ? 'database' : 'API'] as const] : [])),
    ),
    unread,
    failed: [
      ...databases.failed.map(({ database, why }) => ({ what: `database ${database}`, why })),
      ...failedCalls(api.unread),
      ...databases.elsewhere.map((why) => ({ what: 'servers', why })),
    ],
    hasAllServers: databases.data.servers ? databases.hasAllServers : api.data.servers !== undefined,
  };
}

/** The last source that was asked gives the reason. */
const reasonOf = (byDatabase: string | undefined, byApi: Unread | undefined): Unread =>
  byApi ?? untried(byDatabase ?? 'only a database has it, and stackward.yaml names none that was read');

/** Lists the parts that are missing because of one failure together. */
function failedCalls(unread: ApiReading['unread']): Reading['failed'] {
  const parts = new Map<string, PartName[]>();
  for (const [part, { why, wasTried }] of unread) if (wasTried) parts.set(why, [...(parts.get(why) ?? []), part]);
  return [...parts].map(([why, names]) => ({ what: `${names.join(', ')}, by the API`, why }));
}

interface ApiReading {
  readonly data: Dataset;
  readonly unread: ReadonlyMap<PartName, Unread>;
}

/** A service without an address was not asked. A login that is refused, or a certificate that isn't trusted, was. */
const ask = <Value>(work: () => Promise<Value>): Promise<Looked<Value>> =>
  look(async () => {
    try {
      return read(await work());
    } catch (error) {
      if (error instanceof InvalidConfiguration && error.about === 'address') return untried(error.message);
      throw error;
    }
  }).then((looked) => (looked.isRead ? looked.value : looked));

async function readApi(
  open: () => Promise<InventoryReader>,
  lacking: readonly PartName[],
  known: Dataset,
): Promise<ApiReading> {
  const reader = await ask(open);
  const asked = lacking.filter((part) => part === 'servers' || calls[part]);
  if (!reader.isRead) return { data: {}, unread: new Map(asked.map((part) => [part, reader])) };
  const servers: Looked<Dataset> = lacking.includes('servers')
    ? await ask(async () => ({ servers: await reader.value.servers() }))
    : { isRead: true, value: {} };
  const all = (servers.isRead ? servers.value.servers : undefined) ?? known.servers ?? [];
  const projectIds = (): readonly string[] => [...new Set(all.flatMap(({ projectId }) => projectId ?? []))];
  const distinct = new Set(asked.flatMap((part) => calls[part] ?? []));
  const looks = new Map(
    await Promise.all(
      [...distinct].map(async (call) => [call, await ask(() => call(reader.value, projectIds))] as const),
    ),
  );
  const answers: [PartName, Looked<Dataset>][] = asked.map((part) => {
    const call = calls[part];
    return [part, (call && looks.get(call)) ?? servers];
  });
  return {
    // Of one call, only those parts are taken that are lacking.
    data: Object.fromEntries(answers.flatMap(([part, looked]) => (looked.isRead ? [[part, looked.value[part]]] : []))),
    unread: new Map(answers.flatMap(([part, looked]) => (looked.isRead ? [] : [[part, looked]]))),
  };
}

/**
 * A generated cloud with everything that an inventory shows about servers. The generator knows the right values, so no
 * SQL is needed to compute them. Each true thing has a decoy: deleted rows, ports of other owners, quotas that are no
 * longer used.
 */
import { createHash } from 'node:crypto';

export const inventoryEras = ['icehouse', 'mitaka', 'zed'] as const;
export type InventoryEra = (typeof inventoryEras)[number];

export const uuid = (kind: string, n: number): string => {
  const digits = createHash('sha256').update(`${kind} ${n}`).digest('hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
};

/** Names that could be taken for lines, commands, formulas or other cells. */
const names = [
  'web "1", eu',
  'two\nlines\tand more',
  '=HYPERLINK("http://x/?"&A1,"open")',
  'red \u001b[31m\u202etext',
  '한국어 서버',
  "o'brien; DROP TABLE instances; -- %_",
  '+1', '-2', '@SUM(A1)', '?', '-', ',', '##[error]x', '::set-output name=x::y',
]; // prettier-ignore

const powerStates = [
  [0, 'no state'], [1, 'running'], [3, 'paused'], [4, 'shutdown'], [6, 'crashed'], [7, 'suspended'], [9, '9'],
] as const; // prettier-ignore

export interface WorldPort {
  readonly id: string;
  readonly mac: string;
  readonly network: number;
  readonly owner: string;
  readonly addresses: readonly { readonly address: string; readonly subnet: number }[];
  readonly floatingIps: readonly string[];
  /** Numbers of security groups. */
  readonly groups: readonly number[];
}

export interface WorldServer {
  readonly n: number;
  readonly id: string;
  readonly name: string;
  readonly place: 'nova' | 'nova_cell0' | 'build_requests';
  readonly host: number | undefined;
  readonly project: number;
  readonly user: number;
  readonly flavor: number;
  readonly image: number | undefined;
  readonly key: number | undefined;
  readonly powerState: readonly [number, string];
  readonly vmState: string | null;
  readonly taskState: string | null;
  readonly description: string;
  readonly created: string;
  readonly launched: string | null;
  readonly networkInfo: string;
  readonly ports: readonly WorldPort[];
  readonly volumes: readonly { readonly id: string; readonly name: string | null; readonly size: number; readonly device: string; readonly location: string }[]; // prettier-ignore
}

export interface World {
  readonly servers: readonly WorldServer[];
  readonly hosts: number;
  readonly projects: number;
}

export const sizes = { users: 5, flavors: 4, images: 3, networks: 6, keys: 3, groups: 4 } as const;
export const projectName = (n: number): string => `${names[n % names.length]} project ${n}`.slice(0, 64);
export const userName = (n: number): string => `user ${n} ${names[(n * 3) % names.length]}`;
export const hostName = (n: number): string => `cnode${String(n).padStart(3, '0')}`;
export const flavorOf = (n: number) => ({ id: n + 1, name: `utm.${n} "${n}"`, vcpus: n + 1, memoryMib: (n + 1) * 512 });
export const imageOf = (n: number) => ({ id: uuid('image', n), name: n === 2 ? null : `utm image ${n}`, bytes: 5_000_000_000 + n }); // prettier-ignore
export const networkName = (n: number): string => ['guest', 'green', 'orange', 'red', 'a, b', 'c\nd'][n] ?? '';
export const subnetOf = (n: number) => ({
  id: uuid('subnet', n),
  cidr: n === 3 ? '2001:db8::/64' : `10.${n}.0.0/16`,
  gateway: n === 2 ? null : n === 3 ? '2001:db8::1' : `10.${n}.0.1`,
});
export const groupName = (n: number): string => ['default', 'web', 'a "quoted" group', 'web'][n] ?? '';
export const fingerprintOf = (n: number): string => `aa:bb:cc:0${n}`;
export const publicKeyOf = (n: number): string => `ssh-rsa ${'A'.repeat(400)}${n} alice@example`;
/** The vCPUs of a host per processor in the host's record; 0: the configuration file has the number. */
export const ratioOf = (host: number): number => (host % 3 === 0 ? 0 : 5);
export const hostUsage = (n: number) => ({
  vcpus: 24,
  vcpusUsed: 7 + n,
  memoryMib: 65_536,
  memoryUsedMib: 512 * (n + 1),
});
/** Of even hosts; the zone of a server elsewhere is its own. */
export const zoneOfHost = (n: number): string | undefined => (n % 2 === 0 ? 'az "1"' : undefined);
export const ownZone = (n: number): string | null => (n % 5 === 4 ? null : 'nova');

const time = (n: number): string =>
  new Date(Date.UTC(2026, 0, 1) + n * 61_000).toISOString().slice(0, 19).replace('T', ' ');

function portsOf(n: number): WorldPort[] {
  return Array.from({ length: n === 0 ? 0 : 1 + (n % 3) + (n % 50 === 7 ? 40 : 0) }, (_, nic): WorldPort => {
    const network = (n + nic) % sizes.networks;
    const v4 = {
      address: `10.${network}.${(n >> 8) % 256}.${n % 256}`.replace(/^10\.(2|3)\./, '10.$1.'),
      subnet: network,
    };
    const tail = nic >= sizes.networks ? [] : [v4];
    return {
      id: uuid('port', n * 100 + nic),
      mac: `fa:16:3e:${[n >> 8, n & 255, nic].map((byte) => (byte & 255).toString(16).padStart(2, '0')).join(':')}`,
      network,
      owner: n % 7 === 3 ? 'compute:None' : 'compute:nova',
      addresses: network === 0 ? [...tail, { address: `2001:db8::${n.toString(16)}:${nic}`, subnet: 3 }] : tail,
      floatingIps: nic < 2 && n % 2 === 1 ? [`203.0.${n % 256}.${(n >> 8) * 2 + nic}`] : [],
      groups: nic === 0 ? [n % 3, 3] : [0],
    };
  });
}

function serverOf(n: number, hosts: number, place: WorldServer['place']): WorldServer {
  const isPlaced = place === 'nova';
  return {
    n,
    id: uuid('server', n),
    name: n < names.length ? (names[n] ?? '') : `utm_${n}`,
    place,
    host: isPlaced ? n % hosts : undefined,
    project: n % 7,
    user: n % sizes.users,
    flavor: n % sizes.flavors,
    image: n % 4 === 3 ? undefined : n % sizes.images,
    key: n % 3 === 2 ? undefined : n % sizes.keys,
    powerState: isPlaced ? (powerStates[n % powerStates.length] ?? powerStates[0]) : powerStates[0],
    vmState: place === 'build_requests' ? 'building' : n === 10 ? 'soft-delete' : isPlaced ? 'active' : 'error',
    taskState: place === 'build_requests' ? 'scheduling' : null,
    description: `of ${n}`,
    created: time(n),
    launched: isPlaced ? time(n + 1) : null,
    networkInfo: JSON.stringify([{ n, pad: 'x'.repeat(n === 5 ? 200_000 : 20) }]),
    ports: isPlaced ? portsOf(n) : [],
    volumes:
      n % 4 === 3
        ? [0, 1].slice(0, 1 + (n % 2)).map((v) => ({
            id: uuid('volume', n * 10 + v),
            name: v === 1 ? null : `data, ${n}`,
            size: 10 + v,
            device: `/dev/vd${'ab'[v]}`,
            location: 'ctl1@lvm#pool',
          }))
        : [],
  };
}

/** @param n servers; the last two are in nova_cell0 and in build_requests where the era has these */
export function makeWorld(n: number, hosts: number, era: InventoryEra): World {
  const placeOf = (index: number): WorldServer['place'] => {
    if (era !== 'zed') return 'nova';
    return index === n - 1 ? 'build_requests' : index === n - 2 ? 'nova_cell0' : 'nova';
  };
  return {
    servers: Array.from({ length: n }, (_, index) => serverOf(index, hosts, placeOf(index))),
    hosts,
    projects: 7,
  };
}

/** The quota of a project; undefined: the configuration file has it. */
export function quotaOf(project: number, resource: string): number | undefined {
  if (project % 2 === 0) return { instances: 10 + project, cores: -1, volumes: 5 }[resource];
  return { cores: 40, gigabytes: 1000 }[resource];
}
/** Quotas for all projects without their own. */
export const defaultQuotas: Readonly<Record<string, number>> = { cores: 40, gigabytes: 1000 };
/** `ram` of project 4 is stored without a limit. */
export const unlimitedRam = 4;
export const volumesUsedBy = (project: number) =>
  project === 6 ? undefined : { volumes: project, gigabytes: project * 100 };

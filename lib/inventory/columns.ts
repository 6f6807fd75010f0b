/**
 * The only list of the inventory's columns, in their order: the meaning, the parts that the column needs, and its
 * value.
 */
import { hostColumns, projectColumns } from './capacity-columns';
import { field, type Column } from './column';
import type { Nic, Told } from './join';
import type { PartName } from './records';

/** By Nova's number. */
export const powerStates: Readonly<Record<number, string>> = {
  0: 'no state',
  1: 'running',
  3: 'paused',
  4: 'shutdown',
  6: 'crashed',
  7: 'suspended',
};

/** The word for Nova's number of a power state. A number without a word stays a number. */
export const sayPowerState = (state: Told<number>): Told<string> =>
  typeof state === 'number' ? (powerStates[state] ?? String(state)) : state;

const ofNics = (pick: (nic: Nic) => readonly string[] | undefined): Column['value'] => {
  return (server, join) => {
    const lists = join.nics(server)?.map(pick);
    return lists?.every((list) => list !== undefined) ? lists.flat() : undefined;
  };
};

const nicParts: readonly PartName[] = ['servers', 'nics'];
const addressParts: readonly PartName[] = [...nicParts, 'addresses'];
const inDatabase = 'only the database has it';

const identity: readonly Column[] = [
  { name: 'id', about: 'UUID of the server', needs: ['servers'], value: field('id') },
  {
    name: 'zone',
    about: "availability zone: of the host's aggregate, else as the server has it",
    needs: ['servers', 'zones'],
    value: (server, join) => join.zone(server),
  },
  { name: 'host', about: 'compute host; none: it runs nowhere', needs: ['servers'], value: field('host') },
  { name: 'name', about: 'display name', needs: ['servers'], value: field('name') },
  { name: 'created', about: 'when it was asked for', needs: ['servers'], value: field('created') },
  {
    name: 'found_in',
    about: '`nova`; `nova_cell0`: no host was found, and it runs nowhere; `build_requests`: it has reached no cell yet',
    needs: ['servers'],
    notByApi: inDatabase,
    value: field('foundIn'),
  },
];

const access: readonly Column[] = [
  {
    name: 'security_groups',
    about: 'names of the security groups of its ports',
    needs: ['servers', 'nics', 'groups'],
    value: (server, join) => join.securityGroups(server),
  },
  { name: 'user', about: 'who made it', needs: ['servers', 'users'], value: (server, join) => join.user(server) },
  { name: 'user_id', about: 'their id', needs: ['servers'], value: field('userId') },
  { name: 'key_name', about: 'name of the key pair', needs: ['servers'], value: field('keyName') },
  {
    name: 'key_fingerprint',
    about: 'its fingerprint, where the key pair is still there',
    needs: ['servers', 'keys'],
    notByApi: inDatabase,
    value: (server, join) => join.keyFingerprint(server),
  },
  {
    name: 'public_key',
    about: 'the public key, as the server was given it',
    needs: ['servers', 'publicKeys'],
    notByApi: inDatabase,
    value: (server, join) => join.publicKey(server),
  },
];

const machine: readonly Column[] = [
  { name: 'description', about: 'as its owner wrote it', needs: ['servers'], value: field('description') },
  {
    name: 'power_state',
    about: 'what the hypervisor says: running, shutdown, …',
    needs: ['servers'],
    value: ({ powerState }) => sayPowerState(powerState),
  },
  {
    name: 'vm_state',
    about: 'what Nova wants it to be: active, stopped, error, …',
    needs: ['servers'],
    value: field('vmState'),
  },
  { name: 'task_state', about: 'what Nova is doing with it', needs: ['servers'], value: field('taskState') },
  {
    name: 'flavor',
    about: 'name of the flavor',
    needs: ['servers', 'flavorJson', 'flavors'],
    value: (server, join) => join.flavor(server),
  },
  { name: 'vcpus', about: 'its vCPUs', needs: ['servers'], value: field('vcpus') },
  { name: 'memory_mib', about: 'its memory', needs: ['servers'], value: field('memoryMib') },
  {
    name: 'volume_count',
    about: 'number of volumes that are attached',
    needs: ['servers', 'volumes'],
    value: (server, join) => join.volumes(server)?.length,
  },
  {
    name: 'volume_gib',
    about: 'their size together',
    needs: ['servers', 'volumes'],
    value: (server, join) => {
      const sizes = join.volumes(server)?.map(({ sizeGib }) => sizeGib);
      return sizes?.every((size) => size !== null)
        ? sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
        : undefined;
    },
  },
  {
    name: 'volumes',
    about: 'each with name, size, device, and where Cinder keeps it',
    needs: ['servers', 'volumes'],
    value: (server, join) =>
      join
        .volumes(server)
        ?.map(({ name, sizeGib, device, location }) => ({ name, size_gib: sizeGib, device, location })),
  },
  {
    name: 'system_metadata',
    about: 'what Nova keeps about it',
    needs: ['servers', 'systemMetadata'],
    notByApi: inDatabase,
    value: (server, join) => join.systemMetadata(server),
  },
  {
    name: 'network_info',
    about: "Nova's cached view of its network, as JSON",
    needs: ['servers', 'networkInfo'],
    notByApi: inDatabase,
    value: (server, join) => join.networkInfo(server),
  },
];

const network: readonly Column[] = [
  {
    name: 'nic_count',
    about: 'number of its ports',
    needs: nicParts,
    value: (server, join) => join.nics(server)?.length,
  },
  {
    name: 'macs',
    about: 'MAC of each port, in the order of the networks’ names',
    needs: nicParts,
    value: ofNics(({ mac }) => [mac]),
  },
  {
    name: 'networks',
    about: 'network of each port',
    needs: nicParts,
    value: ofNics(({ network: name }) => [name ?? '']),
  },
  {
    name: 'device_owners',
    about: 'owner of each port, such as `compute:nova`',
    needs: nicParts,
    value: ofNics(({ owner }) => [owner]),
  },
  {
    name: 'ips',
    about: 'fixed addresses, in the order of the ports',
    needs: addressParts,
    value: ofNics(({ addresses }) => addresses?.map(({ address }) => address)),
  },
  {
    name: 'floating_ips',
    about: 'floating addresses that lead to it, in the order of the ports',
    needs: [...nicParts, 'floatingIps'],
    value: ofNics(({ floatingIps }) => floatingIps?.map(({ address }) => address)),
  },
  {
    name: 'cidrs',
    about: 'subnet of each address',
    needs: addressParts,
    value: ofNics(({ addresses }) => addresses?.map(({ cidr }) => cidr ?? '-')),
  },
  {
    name: 'gateways',
    about: 'gateway of each subnet; `-`: it has none',
    needs: addressParts,
    value: ofNics(({ addresses }) => addresses?.map(({ gateway }) => gateway ?? '-')),
  },
  {
    name: 'hostname',
    about: 'the name that Nova gives to the guest, which may differ from `name`',
    needs: ['servers'],
    value: field('hostname'),
  },
];

const start: readonly Column[] = [
  { name: 'launched', about: 'when it first ran', needs: ['servers'], value: field('launched') },
  { name: 'root_device', about: 'device that it boots from', needs: ['servers'], value: field('rootDevice') },
  {
    name: 'image',
    about: 'name of the image; none: it boots from a volume',
    needs: ['servers', 'images'],
    value: (server, join) => {
      const image = join.image(server);
      return image && image.name;
    },
  },
  {
    name: 'image_bytes',
    about: 'size of the image',
    needs: ['servers', 'images'],
    value: (server, join) => {
      const image = join.image(server);
      return image && image.bytes;
    },
  },
];

export const columns: readonly Column[] = [
  ...identity,
  ...hostColumns,
  ...projectColumns,
  ...access,
  ...machine,
  ...network,
  ...start,
];

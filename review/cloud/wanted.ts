/** Lists what a review asks the cloud about: names that a change needs, and quotas that it sets. Pure. */
import { defined } from '../../lib/basics/defined';
import {
  terraformTypes,
  type DeclaredStack,
  type DeclaredThing,
  type QuotaService,
} from '../../lib/contract/report-ports';
import { isMade, type PlannedChange } from '../terraform/planned-change';
import { portType, serverType, textAt, listAt, type Things } from '../terraform/things';
import type { ChangedQuota, NeededThing } from './seen';

type Lookup = Omit<DeclaredThing, 'name'>;

/** A server's flavor and image are looked up as whoever makes the server, who may be a tenant's own login. */
const needsAccess = true;

/** Terraform's type → attribute of one text → the thing that it names. */
const attributes: Readonly<Record<string, readonly (readonly [string, Lookup])[]>> = {
  [serverType]: [
    ['flavor_name', { kind: 'flavor', by: 'name', needsAccess }],
    ['flavor_id', { kind: 'flavor', by: 'id' }],
    ['image_name', { kind: 'image', by: 'name', needsAccess }],
    ['image_id', { kind: 'image', by: 'id' }],
  ],
  openstack_blockstorage_volume_v3: [['image_id', { kind: 'image', by: 'id' }]],
  openstack_networking_floatingip_v2: [['pool', { kind: 'network', by: 'name', takesOne: true }]],
  openstack_networking_router_v2: [['external_network_id', { kind: 'network', by: 'id' }]],
  [portType]: [['network_id', { kind: 'network', by: 'id' }]],
};

/**
 * Terraform's plan has found what its data sources name, and does not look for the names and ids of other resources. Of
 * a stack without a plan nobody has looked for anything.
 * @param code as synthesized
 */
export function neededThings(
  changes: readonly PlannedChange[],
  unplanned: readonly string[],
  code: readonly DeclaredStack[],
  things: Things,
): NeededThing[] {
  const known = new Set(
    things.all.flatMap(({ type, values, after, address }) =>
      after === undefined && !address.startsWith('data.')
        ? []
        : [
            `id ${textAt(values, 'id') ?? ''}`,
            ...[values, after].map((all) => `name ${textAt(all, 'name') ?? ''}`),
          ].map((named) => `${type} ${named}`),
    ),
  );
  const isKnown = ({ kind, by, name }: DeclaredThing): boolean => known.has(`${terraformTypes[kind]} ${by} ${name}`);
  const ofChanges = changes.flatMap((change) =>
    thingsOf(change).map((thing) => ({ stack: change.thing.stack, address: change.planned.address, thing })),
  );
  const ofCode = code
    .filter(({ name }) => unplanned.includes(name))
    .flatMap(({ name: stack, things: named }) =>
      named.map(({ namedBy: path, ...thing }) => ({ stack, ...defined({ path }), thing })),
    );
  return [...ofChanges, ...ofCode].filter(({ thing }) => !isKnown(thing));
}

function thingsOf(change: PlannedChange): DeclaredThing[] {
  const { before, after, action, type } = change.planned;
  if (after === undefined || !(isMade(change) || action === 'update')) return [];
  const was = isMade(change) ? undefined : before;
  const own = (attributes[type] ?? []).flatMap(([attribute, lookup]): DeclaredThing[] => {
    const name = textAt(after, attribute);
    return name === undefined || name === textAt(was, attribute) ? [] : [{ ...lookup, name }];
  });
  return type === serverType && isMade(change) ? [...own, ...partsOf(after)] : own;
}

/** Networks by name, and the images of disks. */
const partsOf = (server: unknown): DeclaredThing[] => [
  ...listAt(server, 'network').flatMap((nic): DeclaredThing[] => {
    if (textAt(nic, 'port') !== undefined) return [];
    const [id, name] = [textAt(nic, 'uuid'), textAt(nic, 'name')];
    if (id !== undefined) return [{ kind: 'network', by: 'id', name: id }];
    return name === undefined ? [] : [{ kind: 'network', by: 'name', name }];
  }),
  ...listAt(server, 'block_device').flatMap((disk): DeclaredThing[] => {
    const name = textAt(disk, 'source_type') === 'image' ? textAt(disk, 'uuid') : undefined;
    return name === undefined ? [] : [{ kind: 'image', by: 'id', name }];
  }),
];

export const quotaServices: Readonly<Record<string, QuotaService>> = {
  openstack_compute_quotaset_v2: 'compute',
  openstack_networking_quota_v2: 'network',
  openstack_blockstorage_quotaset_v3: 'blockStorage',
};

/** Quotas of projects that exist. A limit below 0 is none. */
export const changedQuotas = (changes: readonly PlannedChange[]): ChangedQuota[] =>
  changes.flatMap((change) => {
    const { address, type, before, after, action } = change.planned;
    const service = quotaServices[type];
    const projectId = textAt(after, 'project_id');
    if (service === undefined || projectId === undefined || !(isMade(change) || action === 'update')) return [];
    const limits = Object.fromEntries(
      Object.entries(after ?? {}).flatMap(([name, limit]) =>
        typeof limit === 'number' && limit >= 0 && (isMade(change) || limit !== before?.[name]) ? [[name, limit]] : [],
      ),
    );
    return Object.keys(limits).length === 0 ? [] : [{ stack: change.thing.stack, address, service, projectId, limits }];
  });

/** Lists what a review asks the cloud about: names that a change needs, and quotas that it sets. Pure. */
import {
  terraformTypes,
  type DeclaredStack,
  type DeclaredThing,
  type QuotaService,
} from '../../lib/contract/report-ports';
import { isMade, type PlannedChange } from '../terraform/planned-change';
import { portType, serverType, textAt, listAt, type Things } from '../terraform/things';
import type { ChangedQuota, NeededThing } from './seen';

type Kind = DeclaredThing['kind'];

/** Terraform's type → attribute of one text → the kind of thing that it names. */
const attributes: Readonly<Record<string, readonly (readonly [string, Kind])[]>> = {
  [serverType]: [
    ['flavor_name', 'flavor'],
    ['flavor_id', 'flavor'],
    ['image_name', 'image'],
    ['image_id', 'image'],
  ],
  openstack_blockstorage_volume_v3: [['image_id', 'image']],
  openstack_networking_floatingip_v2: [['pool', 'network']],
  openstack_networking_router_v2: [['external_network_id', 'network']],
  [portType]: [['network_id', 'network']],
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
        : [textAt(values, 'id'), textAt(values, 'name'), textAt(after, 'name')].map((name) => `${type} ${name ?? ''}`),
    ),
  );
  const isKnown = ({ kind, name }: DeclaredThing): boolean => known.has(`${terraformTypes[kind]} ${name}`);
  const ofChanges = changes.flatMap((change) =>
    thingsOf(change).map((thing) => ({ stack: change.thing.stack, address: change.planned.address, thing })),
  );
  const ofCode = code
    .filter(({ name }) => unplanned.includes(name))
    .flatMap(({ name: stack, things: named }) => named.map((thing) => ({ stack, thing })));
  return [...ofChanges, ...ofCode].filter(({ thing }) => !isKnown(thing));
}

function thingsOf(change: PlannedChange): DeclaredThing[] {
  const { before, after, action, type } = change.planned;
  if (after === undefined || !(isMade(change) || action === 'update')) return [];
  const was = isMade(change) ? undefined : before;
  const own = (attributes[type] ?? []).flatMap(([attribute, kind]): DeclaredThing[] => {
    const name = textAt(after, attribute);
    return name === undefined || name === textAt(was, attribute) ? [] : [{ kind, name }];
  });
  return type === serverType && isMade(change) ? [...own, ...partsOf(after)] : own;
}

/** Networks by name, and the images of disks. */
const partsOf = (server: unknown): DeclaredThing[] => [
  ...listAt(server, 'network').flatMap((nic): DeclaredThing[] => {
    const name = textAt(nic, 'port') === undefined ? (textAt(nic, 'uuid') ?? textAt(nic, 'name')) : undefined;
    return name === undefined ? [] : [{ kind: 'network', name }];
  }),
  ...listAt(server, 'block_device').flatMap((disk): DeclaredThing[] => {
    const name = textAt(disk, 'source_type') === 'image' ? textAt(disk, 'uuid') : undefined;
    return name === undefined ? [] : [{ kind: 'image', name }];
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

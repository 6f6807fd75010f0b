/**
 * Things that the plan of one stack removes, and the things of other stacks that use them (docs/adr/0038-order-of-removals.md).
 * Pure. A use is found by the id of the thing in the values of its user. Within a stack Terraform knows the order itself.
 */
import { groupedBy } from '../../lib/basics/groups';
import { uuid } from '../../lib/basics/uuid';
import { isObject } from '../terraform/attributes';
import type { KnownResource, PlannedResource, TerraformPlan } from '../terraform/plan-json';
import { deletedThing, isDeletion, isMadeFromPrefix, textsIn } from '../terraform/ports-in-the-way';
import { portType, serverType, textAt, type Thing, type Things } from '../terraform/things';

const networkType = 'openstack_networking_network_v2';
const subnetType = 'openstack_networking_subnet_v2';
const routerType = 'openstack_networking_router_v2';
const poolType = 'openstack_networking_subnetpool_v2';
const policyType = 'openstack_networking_qos_policy_v2';

/**
 * The user's type → the type of the thing that Neutron refuses to delete meanwhile, and the attribute that holds its id.
 * Source: neutron@zed db/db_base_plugin_v2.py (networks, subnets, subnet pools), db/l3_db.py, db/securitygroups_db.py,
 * db/address_scope_db.py and objects/qos/policy.py, where each raises "in use".
 */
const holding: Readonly<Record<string, readonly (readonly [type: string, ...path: string[]])[]>> = {
  [portType]: [
    [networkType, 'network_id'],
    [subnetType, 'fixed_ip', 'subnet_id'],
    ['openstack_networking_secgroup_v2', 'security_group_ids'],
    [policyType, 'qos_policy_id'],
  ],
  [serverType]: [[networkType, 'network', 'uuid']],
  [routerType]: [
    [networkType, 'external_network_id'],
    [subnetType, 'external_fixed_ip', 'subnet_id'],
  ],
  openstack_networking_router_interface_v2: [
    [routerType, 'router_id'],
    [subnetType, 'subnet_id'],
  ],
  openstack_lb_loadbalancer_v2: [
    [networkType, 'vip_network_id'],
    [subnetType, 'vip_subnet_id'],
  ],
  [networkType]: [[policyType, 'qos_policy_id']],
  [subnetType]: [[poolType, 'subnetpool_id']],
  [poolType]: [['openstack_networking_addressscope_v2', 'address_scope_id']],
};

const holdable: ReadonlySet<string> = new Set(Object.values(holding).flatMap((rows) => rows.map(([type]) => type)));

/** True if users in other stacks can keep a thing that the plan removes. */
export const removesHoldable = ({ changes }: TerraformPlan): boolean =>
  changes.some((change) => isDeletion(change) && holdable.has(change.type));

export interface UsingStack {
  readonly name: string;
  /** Undefined: nobody could plan it. */
  readonly plan: TerraformPlan | undefined;
  /** What its state has, if it has no plan. */
  readonly held?: readonly KnownResource[];
}

export interface Use {
  /** The thing that is removed. */
  readonly thing: Thing;
  /** True if it is made anew. */
  readonly isReplaced: boolean;
  /** Its user, in another stack. */
  readonly by: Thing;
  /** `unplanned`: nobody knows, because the stack of the user has no plan. */
  readonly end: 'lets go' | 'keeps' | 'unplanned';
  /** True if Neutron refuses to remove the thing until the use has ended. */
  readonly isRefused: boolean;
}

type Removed = Pick<Use, 'thing' | 'isReplaced'>;

export function findUses(stacks: readonly UsingStack[], things: Things): readonly Use[] {
  const removed = groupedBy(removedBy(stacks, things), ({ thing }) => textAt(thing.values, 'id') ?? '');
  if (removed.size === 0) return [];
  return stacks.flatMap((stack) => withoutSubnets(usesIn(stack, removed, things)));
}

const removedBy = (stacks: readonly UsingStack[], things: Things): Removed[] =>
  stacks.flatMap(({ name, plan }) =>
    (plan?.changes ?? []).filter(isDeletion).flatMap((change) => {
      const thing = deletedThing(name, change, things);
      const isKnown = uuid.safeParse(textAt(thing?.values, 'id')).success;
      return thing !== undefined && isKnown ? [{ thing, isReplaced: change.action === 'replace' }] : [];
    }),
  );

type RemovedById = ReadonlyMap<string, readonly Removed[]>;

function usesIn({ name, plan, held = [] }: UsingStack, removed: RemovedById, things: Things): Use[] {
  const others = (id: string): Removed[] => (removed.get(id) ?? []).filter(({ thing }) => thing.stack !== name);
  const heldBy = (by: Thing, end: Use['end']): Use[] =>
    [...new Set(idsHeldBy(by.type, by.values))].flatMap((id) =>
      others(id)
        .filter(({ thing }) => isRefusal(thing, by, by.values))
        .map((each) => ({ ...each, by, end, isRefused: true })),
    );
  const kept = (plan?.planned ?? []).filter(({ address }) => !address.startsWith('data.'));
  return [
    ...(plan?.changes ?? []).flatMap((change) => endingUses(name, change, others, things)),
    ...kept.flatMap(({ address, type, values }) => heldBy({ stack: name, address, type, values }, 'keeps')),
    ...held.flatMap(({ address, type, values }) => heldBy({ stack: name, address, type, values }, 'unplanned')),
  ];
}

function endingUses(
  stack: string,
  change: PlannedResource,
  others: (id: string) => readonly Removed[],
  things: Things,
): Use[] {
  const { action, before, after } = change;
  if (!isDeletion(change) && action !== 'update') return [];
  const by = deletedThing(stack, change, things);
  if (by === undefined) return [];
  const rest = action === 'delete' ? {} : (after ?? {});
  const [was, is] = [textsIn(withoutId(before ?? {})), textsIn(withoutId(rest))];
  return [...was].flatMap((id) =>
    others(id).flatMap((each): Use[] => {
      const isRefused = isRefusal(each.thing, by, before ?? {});
      const isLeft = isRefused ? isRefusal(each.thing, by, rest) : is.has(id);
      return isLeft ? [] : [{ ...each, by, end: 'lets go', isRefused }];
    }),
  );
}

/** Some resources have the id of the thing that they are about. */
const withoutId = ({ id: _, ...values }: Readonly<Record<string, unknown>>): object => values;

const idsHeldBy = (type: string, values: unknown): string[] =>
  rowsOf(type).flatMap(([, ...path]) => textsBelow(values, path));

function isRefusal(thing: Thing, { type }: Thing, values: unknown): boolean {
  const id = textAt(thing.values, 'id') ?? '';
  // Neutron deletes a subnet although ports have addresses that they made from its prefix.
  if (type === portType && thing.type === subnetType && isMadeFromPrefix(thing)) return false;
  return rowsOf(type).some(([held, ...path]) => held === thing.type && textsBelow(values, path).includes(id));
}

const rowsOf = (type: string) => (Object.hasOwn(holding, type) ? (holding[type] ?? []) : []);

function textsBelow(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsBelow(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === 'string' ? [value] : [];
  return isObject(value) && Object.hasOwn(value, key) ? textsBelow(value[key], rest) : [];
}

/** A user of a network that goes is no second time the user of its subnet. */
function withoutSubnets(uses: readonly Use[]): readonly Use[] {
  const keyOf = ({ by, end }: Use, network: string | undefined): string => `${by.address} ${end} ${network ?? ''}`;
  const networks = new Set(
    uses.filter(({ thing }) => thing.type === networkType).map((use) => keyOf(use, textAt(use.thing.values, 'id'))),
  );
  return uses.filter(
    (use) => use.thing.type !== subnetType || !networks.has(keyOf(use, textAt(use.thing.values, 'network_id'))),
  );
}

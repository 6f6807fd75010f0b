/**
 * Things that the plan of one stack removes, and the things of other stacks that use them (docs/adr/0038-order-of-removals.md).
 * Pure. A use is found by the id of the thing in the values of its user. Within a stack Terraform knows the order itself.
 */
import { groupedBy } from '../../lib/basics/groups';
import { uuid } from '../../lib/basics/uuid';
import { isObject } from '../terraform/attributes';
import type { KnownResource, PlannedResource, TerraformPlan } from '../terraform/plan-json';
import { thingBefore, isDeletion, isMadeFromPrefix, textsIn } from '../terraform/ports-in-the-way';
import { portType, serverType, textAt, type Thing, type Things } from '../terraform/things';

const networkType = 'openstack_networking_network_v2';
const subnetType = 'openstack_networking_subnet_v2';
const routerType = 'openstack_networking_router_v2';
const poolType = 'openstack_networking_subnetpool_v2';
const policyType = 'openstack_networking_qos_policy_v2';

/**
 * The user's type → the type of the thing that Neutron refuses to delete meanwhile, and the attribute that holds its id.
 * Source: neutron@zed db/db_base_plugin_v2.py (networks, subnets, subnet pools), db/l3_db.py (routers, and ports of
 * theirs), db/securitygroups_db.py, db/address_scope_db.py, objects/qos/policy.py and services/trunk/rules.py, where each
 * raises "in use".
 */
const refusals: Readonly<Record<string, readonly (readonly [type: string, ...path: string[]])[]>> = {
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
    [portType, 'port_id'],
  ],
  openstack_networking_trunk_v2: [
    [portType, 'port_id'],
    [portType, 'sub_port', 'port_id'],
  ],
  openstack_lb_loadbalancer_v2: [
    [networkType, 'vip_network_id'],
    [subnetType, 'vip_subnet_id'],
  ],
  [networkType]: [[policyType, 'qos_policy_id']],
  [subnetType]: [[poolType, 'subnetpool_id']],
  [poolType]: [['openstack_networking_addressscope_v2', 'address_scope_id']],
};

const refusable: ReadonlySet<string> = new Set(Object.values(refusals).flatMap((rows) => rows.map(([type]) => type)));

/** True if users in other stacks can make Neutron refuse what the plan removes. */
export const removesRefusable = ({ changes }: Pick<TerraformPlan, 'changes'>): boolean =>
  changes.some((change) => isDeletion(change) && refusable.has(change.type));

export interface UsingStack {
  readonly name: string;
  /** Undefined: nobody could plan it. */
  readonly plan: TerraformPlan | undefined;
  /** What its state has, if it has no plan. */
  readonly inState?: readonly KnownResource[];
}

export interface Use {
  /** The thing that is removed. */
  readonly thing: Thing;
  /** True if it is made anew. */
  readonly isReplaced: boolean;
  /** True if it was replaced before, so no code has it any more. */
  readonly isDeposed: boolean;
  /** Its user, in another stack. */
  readonly by: Thing;
  /**
   * `may keep`: the value is known after apply. `forgets`: Terraform gives the user up, and it stays in OpenStack.
   * `unplanned`: nobody knows, because the stack of the user has no plan.
   */
  readonly fate: 'lets go' | 'keeps' | 'may keep' | 'forgets' | 'unplanned';
  /** True if Neutron refuses to remove the thing until the use has ended. */
  readonly isRefused: boolean;
}

type Removed = Pick<Use, 'thing' | 'isReplaced' | 'isDeposed'>;

export function findUses(stacks: readonly UsingStack[], things: Things): readonly Use[] {
  const removed = groupedBy(removedBy(stacks, things), ({ thing }) => textAt(thing.values, 'id') ?? '');
  if (removed.size === 0) return [];
  return stacks.flatMap((stack) => withoutSubnets(usesIn(stack, removed, things)));
}

const removedBy = (stacks: readonly UsingStack[], things: Things): Removed[] =>
  stacks.flatMap(({ name, plan }) =>
    (plan?.changes ?? []).filter(isDeletion).flatMap((change) => {
      const thing = thingBefore(name, change, things);
      // Another text may be a name as well, and be in the values of things that use nothing here.
      if (thing === undefined || !isId(textAt(thing.values, 'id') ?? '')) return [];
      return [{ thing, isReplaced: change.action === 'replace', isDeposed: change.deposed !== undefined }];
    }),
  );

/** Keystone makes ids without dashes. */
const isId = (id: string): boolean => uuid.safeParse(id).success || /^[0-9a-f]{32}$/.test(id);

type RemovedById = ReadonlyMap<string, readonly Removed[]>;

function usesIn({ name, plan, inState = [] }: UsingStack, removed: RemovedById, things: Things): Use[] {
  const others = (id: string): Removed[] => (removed.get(id) ?? []).filter(({ thing }) => thing.stack !== name);
  const usesOf = (by: Thing, fate: Use['fate']): Use[] =>
    [...new Set(idsUsedBy(by.type, by.values))].flatMap((id) =>
      others(id)
        .filter(({ thing }) => isRefusal(thing, by, by.values))
        .map((each) => ({ ...each, by, fate, isRefused: true })),
    );
  const kept = (plan?.planned ?? []).filter(({ address }) => !address.startsWith('data.'));
  return [
    ...(plan?.changes ?? []).flatMap((change) => {
      const by = thingBefore(name, change, things);
      if (by === undefined) return [];
      return change.action === 'forget'
        ? usesOf({ ...by, values: change.before ?? {} }, 'forgets')
        : endingUses(by, change, others, plan?.expressions.get(change.address.replace(/\[[^\]]*\]$/, '')));
    }),
    ...kept.flatMap(({ address, type, values }) => usesOf({ stack: name, address, type, values }, 'keeps')),
    ...inState.flatMap(({ address, type, values }) => usesOf({ stack: name, address, type, values }, 'unplanned')),
  ];
}

function endingUses(
  by: Thing,
  change: PlannedResource,
  others: (id: string) => readonly Removed[],
  code: unknown,
): Use[] {
  const { action, before, after } = change;
  if (!isDeletion(change) && action !== 'update') return [];
  const rest = action === 'delete' ? {} : (after ?? {});
  const [was, is] = [textsIn(withoutId(before ?? {})), textsIn(withoutId(rest))];
  return [...was].flatMap((id) =>
    others(id).flatMap((each): Use[] => {
      const isRefused = isRefusal(each.thing, by, before ?? {});
      const isStillUsed = isRefused ? isRefusal(each.thing, by, rest) : is.has(id);
      if (isStillUsed) return [];
      const mayKeep = isRefused && action === 'update' && mayStillHold(each.thing, change, code);
      return [{ ...each, by, fate: mayKeep ? 'may keep' : 'lets go', isRefused }];
    }),
  );
}

/** A value that is known after apply may hold what it held before, unless its code names only things of its own stack. */
const mayStillHold = (thing: Thing, { type, unknown }: PlannedResource, code: unknown): boolean =>
  rowsOf(type).some(([usedType, ...path]) => {
    if (usedType !== thing.type || !isUnknownBelow(unknown, path)) return false;
    const references = textsBelow(code, [...path, 'references']);
    return references.length === 0 || !references.every((reference) => /^openstack_\w+\.[^.]+(\.id)?$/.test(reference));
  });

function isUnknownBelow(mark: unknown, path: readonly string[]): boolean {
  if (Array.isArray(mark)) return mark.some((item) => isUnknownBelow(item, path));
  const [key, ...rest] = path;
  if (mark === true || key === undefined) return mark === true;
  return isObject(mark) && Object.hasOwn(mark, key) && isUnknownBelow(mark[key], rest);
}

/** Some resources have the id of the thing that they are about. */
const withoutId = ({ id: _, ...values }: Readonly<Record<string, unknown>>): object => values;

const idsUsedBy = (type: string, values: unknown): string[] =>
  rowsOf(type).flatMap(([, ...path]) => textsBelow(values, path));

function isRefusal(thing: Thing, { type }: Thing, values: unknown): boolean {
  const id = textAt(thing.values, 'id') ?? '';
  // Neutron deletes a subnet although ports have addresses that they made from its prefix.
  if (type === portType && thing.type === subnetType && isMadeFromPrefix(thing)) return false;
  return rowsOf(type).some(([usedType, ...path]) => usedType === thing.type && textsBelow(values, path).includes(id));
}

const rowsOf = (type: string) => (Object.hasOwn(refusals, type) ? (refusals[type] ?? []) : []);

function textsBelow(value: unknown, path: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => textsBelow(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return typeof value === 'string' ? [value] : [];
  return isObject(value) && Object.hasOwn(value, key) ? textsBelow(value[key], rest) : [];
}

/** Whoever uses a network of a stack is not named again for a subnet of that stack. */
function withoutSubnets(uses: readonly Use[]): readonly Use[] {
  const keyOf = ({ by, fate, thing }: Use, attribute: string): string =>
    `${by.address} ${fate} ${thing.stack} ${textAt(thing.values, attribute) ?? ''}`;
  const networks = new Set(uses.filter(({ thing }) => thing.type === networkType).map((use) => keyOf(use, 'id')));
  return uses.filter((use) => use.thing.type !== subnetType || !networks.has(keyOf(use, 'network_id')));
}

/** The filtering of Neutron's agent at a port, before Terraform's changes and after them. Pure. */
import type { PortFiltering, Sender } from '../../lib/agent-filter/port-chains';
import { meaningKeyOf } from '../../lib/agent-filter/group-rule';
import { defined } from '../../lib/basics/defined';
import { append } from '../../lib/basics/lists';
import type { GroupRule, PortRecord } from '../../lib/contract/trace-ports';
import { groupsAfter } from '../terraform/port-groups';
import { isGone, isMade, type PlannedChange } from '../terraform/planned-change';
import { hasTrue, partAt } from '../terraform/attributes';
import { listAt, portType, textAt, type Thing } from '../terraform/things';
import type { PacketsSeen } from './seen';

const ruleType = 'openstack_networking_secgroup_rule_v2';

/** A text says why nobody can tell. */
export type Filtering =
  | {
      readonly was: PortFiltering;
      readonly is: PortFiltering;
      /** Ids of its groups, before and after. */
      readonly groups: readonly string[];
    }
  | string;

export class Filterings {
  readonly #changeOf = new Map<string, PlannedChange>();
  readonly #ruleChanges: readonly PlannedChange[];

  /** @param changes Terraform's, of all stacks */
  constructor(
    changes: readonly PlannedChange[],
    private readonly seen: PacketsSeen,
  ) {
    for (const change of changes) {
      const id = textAt(change.planned.before, 'id');
      if (change.planned.type === portType && id !== undefined) this.#changeOf.set(id, change);
    }
    this.#ruleChanges = changes.filter(({ planned }) => planned.type === ruleType);
  }

  of(port: PortRecord): Filtering {
    const change = this.#changeOf.get(port.id);
    if (change !== undefined && isGone(change)) return 'this change removes the port';
    const was = this.#rulesOf(port.groups);
    const is = this.#rulesAfter(port, change);
    if (typeof was === 'string') return was;
    if (typeof is === 'string') return is;
    const senders = sendersOf(port);
    const after = change === undefined ? senders : sendersAfter(change, senders, port.mac);
    const isFiltered = port.hasPortSecurity ?? true;
    const stays = change === undefined ? isFiltered : securityAfter(change, isFiltered);
    if (typeof after === 'string') return after;
    if (typeof stays === 'string') return stays;
    const later = ((change && groupsAfter(change)) ?? []).flatMap((group) =>
      typeof group === 'string' ? group : (textAt(group.values, 'id') ?? []),
    );
    const groups = [...port.groups, ...later];
    return { groups, was: { rules: was, senders, isFiltered }, is: { rules: is, senders: after, isFiltered: stays } };
  }

  #rulesOf(ids: readonly string[]): GroupRule[] | string {
    const rules: GroupRule[] = [];
    for (const id of ids) {
      const group = this.seen.groups.get(id);
      if (group === undefined) return `Neutron does not show the security group ${id}`;
      append(rules, group.rules);
    }
    return rules;
  }

  #rulesAfter(port: PortRecord, change: PlannedChange | undefined): GroupRule[] | string {
    const named = change && groupsAfter(change);
    const groups: readonly (Thing | string)[] = named ?? port.groups;
    const rules: GroupRule[] = [];
    for (const group of groups) {
      const id = typeof group === 'string' ? group : textAt(group.values, 'id');
      const had = id === undefined ? defaultsOf(group) : this.#rulesOf([id]);
      const come = this.#coming(id, group);
      if (typeof had === 'string') return had;
      if (typeof come === 'string') return come;
      const gone = new Set((id === undefined ? [] : this.#going(id)).map(meaningKeyOf));
      append(
        rules,
        had.filter((rule) => !gone.has(meaningKeyOf(rule))),
      );
      append(rules, come);
    }
    return rules;
  }

  #going(group: string): readonly GroupRule[] {
    return this.#ruleChanges.flatMap((change): GroupRule[] => {
      const { before } = change.planned;
      return before !== undefined && isGone(change) && textAt(before, 'security_group_id') === group
        ? [ruleOf(before), codeZeroOf(before)]
        : [];
    });
  }

  #coming(id: string | undefined, group: Thing | string): readonly GroupRule[] | string {
    const rules: GroupRule[] = [];
    for (const change of this.#ruleChanges) {
      const { after, unknown } = change.planned;
      if (after === undefined || !isMade(change)) continue;
      const named = textAt(after, 'security_group_id');
      const isOfGroup =
        named === undefined
          ? change.things.referred({ ...change.thing, values: after }, 'security_group_id') === group
          : named === id;
      if (!isOfGroup) continue;
      if (deciding.some((field) => hasTrue(partAt(unknown, field))))
        return 'a rule of its groups has values that Terraform knows only after apply';
      rules.push(ruleOf(after));
    }
    return rules;
  }
}

const deciding = [
  ...['direction', 'ethertype', 'protocol', 'port_range_min', 'port_range_max'],
  ...['remote_ip_prefix', 'remote_group_id', 'remote_address_group_id'],
];

/** Neutron gives a new group rules that let everything out. */
const defaultsOf = (group: Thing | string): GroupRule[] =>
  typeof group === 'string' || group.values.delete_default_rules === true
    ? []
    : [
        { direction: 'egress', family: 4 },
        { direction: 'egress', family: 6 },
      ];

/** A number that Terraform's provider passes on: it leaves 0 out. */
function numberAt(values: unknown, field: string): number | undefined {
  const value = partAt(values, field);
  return typeof value === 'number' && value !== 0 ? value : undefined;
}

export function ruleOf(values: unknown): GroupRule {
  return {
    direction: textAt(values, 'direction') === 'egress' ? 'egress' : 'ingress',
    family: textAt(values, 'ethertype') === 'IPv6' ? 6 : 4,
    ...defined({
      protocol: textAt(values, 'protocol'),
      from: numberAt(values, 'port_range_min'),
      to: numberAt(values, 'port_range_max'),
      remotePrefix: textAt(values, 'remote_ip_prefix'),
      remoteGroup: textAt(values, 'remote_group_id'),
      remoteAddressGroup: textAt(values, 'remote_address_group_id'),
    }),
  };
}

/** Terraform's state has 0 both for the ICMP code 0 and for no code. */
export const codeZeroOf = (values: unknown): GroupRule => ({ to: 0, ...ruleOf(values) });

const sendersOf = ({ fixedIps, pairs, mac }: PortRecord): Sender[] => [
  ...fixedIps.map(({ address }) => ({ address, mac })),
  ...pairs.map((pair) => ({ address: pair.address, mac: pair.mac === '' ? mac : pair.mac })),
];

function sendersAfter({ planned }: PlannedChange, senders: readonly Sender[], mac: string): readonly Sender[] | string {
  const { before, after, unknown } = planned;
  if (['allowed_address_pairs', 'fixed_ip', 'mac_address'].some((field) => hasTrue(partAt(unknown, field))))
    return 'Terraform knows the addresses of the port only after apply';
  const [was, is] = [sendersIn(before, mac), sendersIn(after, mac)];
  const key = ({ address, mac: its }: Sender): string => `${address} ${its}`.toLowerCase();
  const [old, now] = [new Set(was.map(key)), new Set(is.map(key))];
  return [
    ...senders.filter((sender) => !old.has(key(sender)) || now.has(key(sender))),
    ...is.filter((sender) => !old.has(key(sender))),
  ];
}

const sendersIn = (values: unknown, mac: string): Sender[] => [
  ...listAt(values, 'fixed_ip').flatMap((fixed) => {
    const address = textAt(fixed, 'ip_address');
    return address === undefined ? [] : [{ address, mac }];
  }),
  ...listAt(values, 'allowed_address_pairs').flatMap((pair) => {
    const address = textAt(pair, 'ip_address');
    return address === undefined ? [] : [{ address, mac: textAt(pair, 'mac_address') ?? mac }];
  }),
];

function securityAfter({ planned: { after, unknown } }: PlannedChange, isFiltered: boolean): boolean | string {
  if (hasTrue(partAt(unknown, 'port_security_enabled'))) return 'Terraform knows port security only after apply';
  const wanted = partAt(after, 'port_security_enabled');
  return typeof wanted === 'boolean' ? wanted : isFiltered;
}

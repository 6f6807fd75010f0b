/**
 * The changes of a review that the walk through a host's tables does not follow (docs/adr/0027-witnesses.md). Pure.
 *
 * `lists` names each type of resource whose changes are followed, with the attributes that are followed or move no table.
 * A change of any other attribute, and of any other type, makes verdicts assumed.
 */
import type { PortFiltering } from '../../lib/agent-filter/port-chains';
import { hostOf } from '../../lib/contract/target';
import type { PortRecord } from '../../lib/contract/trace-ports';
import { tapOf } from '../../lib/packet-path/port-way';
import type { PlannedStep } from '../../lib/run/plan';
import { attributeChanges, hasTrue, isObject, knownAfterApply, partAt } from '../terraform/attributes';
import { isGone, isMade, type PlannedChange } from '../terraform/planned-change';
import { groupsAfter, idsIn } from '../terraform/port-groups';
import { listAt, textAt } from '../terraform/things';

const labels = ['name', 'description', 'tags', 'all_tags'];

/** Terraform's type → attributes that are followed, or that move no table. */
const lists: Readonly<Record<string, readonly string[]>> = {
  networking_port_v2: [
    ...[...labels, 'qos_policy_id', 'dns_name', 'dns_assignment', 'extra_dhcp_option'],
    ...['security_group_ids', 'all_security_group_ids', 'no_security_groups', 'allowed_address_pairs'],
    ...['fixed_ip', 'all_fixed_ips', 'port_security_enabled'],
  ],
  compute_instance_v2: [...labels, 'metadata', 'all_metadata', 'updated', 'stop_before_destroy', 'force_delete'],
  compute_interface_attach_v2: [],
  networking_port_secgroup_associate_v2: [],
  networking_secgroup_v2: labels,
  networking_secgroup_rule_v2: ['description'],
  networking_address_group_v2: labels,
  networking_network_v2: [...labels, 'dns_domain', 'shared', 'qos_policy_id'],
  networking_subnet_v2: [...labels, 'allocation_pool', 'dns_nameservers', 'host_routes'],
  networking_router_interface_v2: [],
};

/** Types whose things stand in no table that the walk reads: floating IPs, for one, are in the tables of a router. */
const still =
  /^(?:blockstorage|dns|identity|images|keymanager|objectstorage)_|^compute_(?:aggregate|flavor|keypair|quotaset|servergroup|volume_attach)|^networking_(?:addressscope|floatingip|qos|quota|router_route|router_v2|subnet_route|subnetpool)/;

/** Kinds of stackward's steps that are followed, or that leave each host's tables and Neutron's agent alone. */
const stillKinds = new Set(['firewall-exception', 'allocation-pool', 'broker-plugin', 'database-view', 'log-collection', 'policy-rule']); // prettier-ignore

/** These actions change the state file alone. */
const onPaper: readonly string[] = ['forget', 'import', 'move'];

/** Attributes of a port that decide which addresses the sets of its groups hold. */
const movesNoSet = new Set([...labels, 'qos_policy_id', 'dns_name', 'dns_assignment', 'extra_dhcp_option']);

export class Unfollowed {
  /** Id of a port, server, network or group → why the tables of its ports are not known afterwards. */
  readonly #touched = new Map<string, string>();
  /** Tap → the first of these ids whose port would have it. */
  readonly #taps = new Map<string, string>();
  /** Name of a host → the same for all its ports. */
  readonly #hosts = new Map<string, string>();
  readonly #moved = new Set<string>();
  #movesAll = false;
  #everywhere: string | undefined;

  /**
   * @param changes Terraform's, of all stacks
   * @param ports as Neutron shows them, by id
   * @param own stackward's steps, of all stacks
   */
  constructor(
    changes: readonly PlannedChange[],
    private readonly ports: ReadonlyMap<string, PortRecord>,
    own: readonly Pick<PlannedStep, 'kind' | 'target'>[],
  ) {
    for (const change of changes) if (!onPaper.includes(change.planned.action)) this.#add(change);
    for (const { kind, target } of own) {
      const host = hostOf(target);
      if (!stillKinds.has(kind) && host !== undefined)
        this.#hosts.set(host, `a step of the kind ${kind} may change the host's tables`);
    }
  }

  /** Why the tables of a device are not known afterwards, by what its name tells about the port. */
  whyNotAt(host: string, tap: string): string | undefined {
    return this.#touched.get(this.#taps.get(tap) ?? '') ?? this.#hosts.get(host) ?? this.#everywhere;
  }

  /** Why the tables of a port are not known afterwards. */
  whyNot(
    { id, deviceId, networkId }: PortRecord,
    groups: readonly string[],
    rules: PortFiltering['rules'],
  ): string | undefined {
    const far = rules.flatMap(({ remoteGroup }) => remoteGroup ?? []);
    return [id, deviceId, networkId, ...groups, ...far].map((each) => this.#touched.get(each)).find(Boolean);
  }

  /** True if the review moves members of a set. @param beginning of the id of its group, as the set's name has it */
  moves(beginning: string): boolean {
    return this.#movesAll || [...this.#moved].some((id) => id.startsWith(beginning));
  }

  #add(change: PlannedChange): void {
    const { type } = change.planned;
    const short = type.replace(/^openstack_/, '');
    const quiet = Object.hasOwn(lists, short) ? lists[short] : undefined;
    if (quiet === undefined) {
      if (!still.test(short)) this.#addOther(change);
      return;
    }
    // Whatever is made or removed moves a table by itself, so nobody asks for its attributes.
    const isMadeOrGone = isMade(change) || isGone(change);
    const names = new Set(
      (isMadeOrGone ? [] : attributeChanges(change.planned)).map(({ name }) => name.split(/[.[]/)[0] ?? ''),
    );
    const isLoud = isMadeOrGone || [...names].some((name) => !quiet.includes(name));
    if (short === 'networking_port_v2') this.#addPort(change, names, isLoud);
    else if (short === 'compute_instance_v2' && isLoud) this.#addServer(change, names);
    else if (isLoud) this.#addListed(change, short);
  }

  #touch(id: string | undefined, { planned, thing }: PlannedChange): void {
    if (id === undefined || id === '') return;
    const verb = { create: 'makes', delete: 'removes', replace: 'replaces' }[planned.action as string] ?? 'changes';
    this.#touched.set(id, `the review ${verb} ${thing.stack}/${thing.address}, which may move the port's chains`);
    if (!this.#taps.has(tapOf(id))) this.#taps.set(tapOf(id), id);
  }

  #addPort(change: PlannedChange, names: ReadonlySet<string>, isLoud: boolean): void {
    const { before, after, unknown } = change.planned;
    const id = textAt(before, 'id');
    const isWhole = [...listAt(before, 'fixed_ip'), ...listAt(after, 'fixed_ip')].every((fixed) => textAt(fixed, 'ip_address')); // prettier-ignore
    if (isLoud || (names.has('fixed_ip') && !isWhole)) this.#touch(id, change);
    if (!isLoud && [...names].every((name) => movesNoSet.has(name))) return;
    const named = [before, after].flatMap((values) => [
      ...idsIn(values, 'security_group_ids'),
      ...idsIn(values, 'all_security_group_ids'),
    ]);
    const later = (groupsAfter(change) ?? []).flatMap((group) =>
      typeof group === 'string' ? group : (textAt(group.values, 'id') ?? []),
    );
    const groups = [...named, ...later, ...(this.ports.get(id ?? '')?.groups ?? [])];
    const isKnown = groups.length > 0 || hasTrue(partAt(unknown, 'security_group_ids')) || partAt(after ?? before, 'no_security_groups') === true; // prettier-ignore
    if (!isKnown || groups.includes(knownAfterApply)) this.#movesAll = true;
    for (const group of groups) this.#moved.add(group);
  }

  /** A server makes and removes the ports that the code gives no id of, with groups that it names. */
  #addServer(change: PlannedChange, names: ReadonlySet<string>): void {
    const { planned, thing, things } = change;
    const cards = [...listAt(planned.before, 'network'), ...listAt(planned.after, 'network')];
    const ports = things.portsOf(thing);
    for (const id of [...cards.map((card) => textAt(card, 'port')), ...ports.map((port) => textAt(port.values, 'id'))])
      this.#touch(id, change);
    this.#touch(textAt(planned.before, 'id'), change);
    const isMoving = isMade(change) || isGone(change) || names.has('network') || names.has('security_groups');
    const most = Math.max(listAt(planned.before, 'network').length, listAt(planned.after, 'network').length);
    if (isMoving && (ports.length < most || most === 0)) this.#movesAll = true;
  }

  #addListed(change: PlannedChange, short: string): void {
    const { before, after, unknown } = change.planned;
    const textOf = (attribute: string): string | undefined => textAt(before, attribute) ?? textAt(after, attribute);
    const id = textAt(before, 'id');
    if (short === 'networking_secgroup_rule_v2') {
      if (!isMade(change) && !isGone(change)) this.#touch(textOf('security_group_id'), change);
      else if (
        textOf('security_group_id') === undefined &&
        change.things.referred(change.thing, 'security_group_id') === undefined
      )
        this.#everywhere = `nobody can tell which group ${change.thing.address} is of`;
    } else if (short === 'networking_address_group_v2') this.#moved.add(id ?? '-');
    else if (short === 'networking_subnet_v2') {
      this.#touch(textOf('network_id'), change);
      if (partAt(after ?? before, 'ip_version') !== 4) this.#movesAll = true;
    } else if (short === 'networking_secgroup_v2' || short === 'networking_network_v2') this.#touch(id, change);
    else {
      this.#touch(textAt(before, 'port_id'), change);
      this.#touch(textAt(after, 'port_id'), change);
      const isOfPort = textOf('port_id') !== undefined || hasTrue(partAt(unknown, 'port_id'));
      if (short === 'networking_port_secgroup_associate_v2' || (short === 'compute_interface_attach_v2' && !isOfPort))
        this.#movesAll = true;
    }
  }

  /** Of a type that isn't listed: whatever it names may move, and OpenStack's may make ports of their own. */
  #addOther(change: PlannedChange): void {
    const { type, before, after } = change.planned;
    for (const id of textsIn([before, after])) this.#touch(id, change);
    if (type.startsWith('openstack_')) this.#movesAll = true;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g) ?? [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/**
 * The things that the states and plans of all stacks know, by id and by address, so that a sentence can name the server
 * and the project beside a port. Pure.
 */
import { groupedBy, lookupBy, lookupByAny } from '../../lib/basics/groups';
import type { Json, KnownResource, PlannedResource, TerraformPlan } from './plan-json';
import { hideSensitive, isObject } from './attributes';

export interface Thing {
  readonly stack: string;
  readonly address: string;
  readonly type: string;
  /** The values before the change, completed by those that the change adds. */
  readonly values: Json;
  /** The values after the change, as far as they are known. Undefined if the thing is destroyed. */
  readonly after?: Json | undefined;
}

/** The part of one stack's plan that a review needs. */
export interface StackPlan {
  readonly stack: string;
  readonly plan: TerraformPlan;
}

/** The values at an address are those of the object in use, and not of one that it replaced. */
export const isDeleted = ({ action, deposed }: PlannedResource): boolean =>
  action === 'delete' && deposed === undefined;

export const portType = 'openstack_networking_port_v2';
export const serverType = 'openstack_compute_instance_v2';
const subnetType = 'openstack_networking_subnet_v2';
const ruleType = 'openstack_networking_secgroup_rule_v2';
/** A login of Terraform's provider. */
export const scopeType = 'openstack_identity_auth_scope_v3';
const projectType = 'openstack_identity_project_v3';

/** These have no project of their own. They belong to the project of the thing that the attribute refers to. */
const belongsBy: Readonly<Record<string, string>> = {
  openstack_compute_interface_attach_v2: 'instance_id',
  openstack_compute_volume_attach_v2: 'instance_id',
  openstack_networking_floatingip_associate_v2: 'port_id',
  openstack_networking_router_interface_v2: 'router_id',
  openstack_networking_router_route_v2: 'router_id',
  openstack_networking_subnet_route_v2: 'subnet_id',
};

export class Things {
  readonly all: readonly Thing[];
  readonly #byAddress = new Map<string, Thing>();
  readonly #byId = new Map<string, Thing>();
  readonly #serverOf = new Map<Thing, Thing>();
  readonly #portsOf = new Map<Thing, Thing[]>();
  readonly #tenants = new Map<string, Thing>();
  readonly portsIn: (network: Thing) => readonly Thing[];
  readonly subnetsOf: (network: Thing) => readonly Thing[];
  /** The rules of a security group that the plans know. */
  readonly rulesOf: (group: Thing) => readonly Thing[];
  /** The rules that name the members of one of these security groups. */
  readonly rulesFromMembers: (groups: readonly unknown[]) => readonly Thing[];
  readonly #portsByGroups: (groups: readonly unknown[]) => readonly Thing[];
  readonly #portsWithGroup = new Map<Thing, readonly Thing[]>();
  readonly #inStack: (key: string) => readonly Thing[];
  readonly #projectOf = new Map<string, Thing>();
  /** The name of a project that some provider is scoped to, by its id. */
  readonly #scopes = new Map<string, string>();
  /** The login of some provider, by the id of its user. */
  readonly #logins = new Map<string, Thing>();
  readonly #expressions = new Map<string, Json>();

  constructor(plans: readonly StackPlan[]) {
    for (const { stack, plan } of plans) this.#read(stack, plan);
    this.all = [...this.#byAddress.values()];
    const ofType = lookupBy(this.all, ({ type }) => type);
    for (const project of ofType(projectType)) this.#addTenant(project);
    for (const server of ofType(serverType)) this.#attach(server);
    this.portsIn = lookupBy(ofType(portType), (port) => this.referred(port, 'network_id'));
    this.subnetsOf = lookupBy(ofType(subnetType), (subnet) => this.referred(subnet, 'network_id'));
    const rules = groupedBy(ofType(ruleType), (rule) => this.referred(rule, 'security_group_id'));
    this.rulesOf = (group) => rules.get(group) ?? [];
    this.rulesFromMembers = lookupByAny([...rules.values()].flat(), (rule): unknown[] => [
      this.referred(rule, 'remote_group_id'),
    ]);
    this.#portsByGroups = lookupByAny(ofType(portType), (port) => [
      ...listAt(port.values, 'security_group_ids'),
      ...this.referredAll(port, 'security_group_ids'),
    ]);
    this.#inStack = lookupBy(this.all, ({ stack, type }) => keyOf(stack, type));
  }

  #read(stack: string, { prior, planned, expressions, changes }: TerraformPlan): void {
    const own = changes.filter(({ deposed }) => deposed === undefined);
    const marks = new Map(own.map((change) => [change.address, change]));
    const before = new Map(prior.map((known) => [known.address, known]));
    const after = new Map(planned.map((known) => [known.address, known]));
    for (const address of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(address), after.get(address)];
      const type = (is ?? was)?.type ?? '';
      const values = { ...shownValues(is, marks.get(address)), ...shownValues(was, marks.get(address)) };
      const thing: Thing = { stack, address, type, values, after: is?.values };
      this.#byAddress.set(keyOf(stack, address), thing);
      const id = textAt(values, 'id');
      const [project, name] = [textAt(values, 'project_id'), textAt(values, 'project_name')];
      const user = textAt(values, 'user_id');
      if (type === scopeType && user !== undefined) this.#logins.set(user, thing);
      if (type === scopeType && project !== undefined && name !== undefined) this.#scopes.set(project, name);
      // Two stacks may have one thing: the stack that manages it tells more than a stack that looks it up.
      if (id !== undefined && (!this.#byId.has(id) || !address.startsWith('data.'))) this.#byId.set(id, thing);
    }
    for (const [address, code] of expressions) this.#expressions.set(keyOf(stack, address), code);
  }

  #addTenant(project: Thing): void {
    const id = textAt(project.values, 'id');
    if (id !== undefined) this.#tenants.set(id, project);
    if (!this.#projectOf.has(project.stack)) this.#projectOf.set(project.stack, project);
  }

  #attach(server: Thing): void {
    const networks = listAt(server.values, 'network');
    const inCode = listAt(this.#expressions.get(keyOf(server.stack, server.address)), 'network');
    const ports: Thing[] = [];
    for (let place = 0; place < Math.max(networks.length, inCode.length); place++) {
      const port = this.withId(textAt(networks[place], 'port')) ?? this.#referred(server.stack, inCode[place], 'port');
      if (port?.type !== portType) continue;
      this.#serverOf.set(port, server);
      ports.push(port);
    }
    this.#portsOf.set(server, ports);
  }

  /** The thing that an attribute refers to: by the id that it holds, or by the code where the id isn't known yet. */
  referred(from: Thing, attribute: string): Thing | undefined {
    return (
      this.withId(textAt(from.values, attribute)) ??
      this.#referred(from.stack, this.#expressions.get(keyOf(from.stack, from.address)), attribute)
    );
  }

  #referred(stack: string, expressions: unknown, attribute: string): Thing | undefined {
    const references = listAt(isObject(expressions) ? expressions[attribute] : undefined, 'references');
    for (const reference of references) {
      const thing = typeof reference === 'string' ? this.at(stack, reference) : undefined;
      if (thing) return thing;
    }
    return undefined;
  }

  /** False only if the code of the thing is known and leaves the attribute out. */
  mayBeInCode({ stack, address }: Thing, attribute: string): boolean {
    const code = this.#expressions.get(keyOf(stack, address));
    return code === undefined || Object.hasOwn(code, attribute);
  }

  withId(id: string | undefined): Thing | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  at(stack: string, address: string): Thing | undefined {
    return this.#byAddress.get(keyOf(stack, address));
  }

  inStack(stack: string, type: string): readonly Thing[] {
    return this.#inStack(keyOf(stack, type));
  }

  serverOf(port: Thing): Thing | undefined {
    return this.#serverOf.get(port);
  }

  /** In the order of the server's NICs. */
  portsOf(server: Thing): readonly Thing[] {
    return this.#portsOf.get(server) ?? [];
  }

  /** The project's name; where no plan knows it, its id. Undefined if that is known after apply, or there is none. */
  projectOf(thing: Thing): string | undefined {
    const id = projectId(thing);
    const scope = id === undefined ? undefined : this.#scopes.get(id);
    return textAt(this.tenantOf(thing)?.values, 'name') ?? scope ?? id ?? this.#ownersProject(thing);
  }

  #ownersProject(thing: Thing): string | undefined {
    const attribute = Object.hasOwn(belongsBy, thing.type) ? belongsBy[thing.type] : undefined;
    const owner = attribute === undefined ? this.portsOf(thing)[0] : this.referred(thing, attribute);
    return owner === undefined || Object.hasOwn(belongsBy, owner.type) ? undefined : this.projectOf(owner);
  }

  /** The login of Terraform's provider, if the thing names its user. */
  loginOf(thing: Thing): Thing | undefined {
    const user = this.referred(thing, 'user_id');
    return user?.type === scopeType ? user : this.#logins.get(textAt(thing.values, 'user_id') ?? '');
  }

  tenantOf(thing: Thing): Thing | undefined {
    const id = projectId(thing);
    return id === undefined ? this.#projectOf.get(thing.stack) : this.#tenants.get(id);
  }

  /** The ports that have this security group. */
  portsWithGroup(group: Thing): readonly Thing[] {
    const ports = this.#portsWithGroup.get(group) ?? this.#portsByGroups([textAt(group.values, 'id') ?? group, group]);
    this.#portsWithGroup.set(group, ports);
    return ports;
  }

  /** The things that the code of a list refers to. */
  referredAll(from: Thing, attribute: string): Thing[] {
    const code = this.#expressions.get(keyOf(from.stack, from.address))?.[attribute];
    return listAt(code, 'references').flatMap((reference) =>
      typeof reference === 'string' ? (this.at(from.stack, reference) ?? []) : [],
    );
  }
}

/** Values that sentences may name. */
const shownValues = (known: KnownResource | undefined, change: PlannedResource | undefined): Json =>
  [known?.sensitive, change?.sensitiveBefore, change?.sensitiveAfter].reduce<Json>(
    (values, mark) => hideSensitive(values, mark) as Json,
    known?.values ?? {},
  );

const projectId = ({ values }: Thing): string | undefined =>
  textAt(values, 'tenant_id') ?? textAt(values, 'project_id');

const keyOf = (stack: string, address: string): string => `${stack} ${address}`;

/** Undefined unless the attribute is a text that says something. */
export function textAt(values: unknown, attribute: string): string | undefined {
  const value = isObject(values) && Object.hasOwn(values, attribute) ? values[attribute] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function listAt(values: unknown, attribute: string): readonly unknown[] {
  const value = isObject(values) && Object.hasOwn(values, attribute) ? values[attribute] : undefined;
  return Array.isArray(value) ? value : [];
}

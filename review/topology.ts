/** Makes the picture of the declared tenants, networks, routers, servers and hosts. Changes are marked. Pure. */
import type { ResourceChange, TerraformAction, Topology, TopologyNode } from './model';
import type { Spec } from '../lib/contract/resource';
import { addressesOf, labelOf } from './terraform/subject';
import { listAt, portType, serverType, textAt, type Thing, type Things } from './terraform/things';

const sorts: Readonly<Record<string, TopologyNode['sort']>> = {
  openstack_identity_project_v3: 'tenant',
  openstack_networking_network_v2: 'network',
  openstack_networking_router_v2: 'router',
  openstack_compute_instance_v2: 'server',
};

interface Changed {
  readonly stack: string;
  readonly changes: readonly ResourceChange[];
}

type Link = Topology['links'][number];

/** @param own the specs of stackward's steps */
export function topologyOf(things: Things, changed: readonly Changed[], own: readonly (Spec | undefined)[]): Topology {
  const actions = new Map<string, TerraformAction>(
    changed.flatMap(({ stack, changes }) =>
      changes.map(({ address, action }) => [`${stack} ${address}`, action] as const),
    ),
  );
  const parts = [
    ...changed.flatMap(({ stack, changes }) => changes.map(({ address }) => things.at(stack, address))),
    ...own.flatMap((spec) => ['portId', 'subnetId'].map((field) => things.withId(textAt(spec, field)))),
  ];
  for (const part of parts) {
    const node = part && drawnAt(part, things);
    if (node && !actions.has(idOf(node))) actions.set(idOf(node), 'update');
  }
  const draw = new Drawing(things, actions);
  for (const thing of things.all) if (!thing.address.startsWith('data.')) draw.node(thing);
  for (const thing of things.all) if (!thing.address.startsWith('data.')) draw.links(thing);
  return { nodes: draw.nodes, links: draw.drawn };
}

/** The node of the picture that a port, a subnet or another part without a box of its own belongs to. */
function drawnAt(part: Thing, things: Things): Thing | undefined {
  switch (part.type) {
    case portType:
      return things.serverOf(part);
    case 'openstack_networking_subnet_v2':
      return things.referred(part, 'network_id');
    case floatingType: {
      const port = things.referred(part, 'port_id');
      return port && things.serverOf(port);
    }
    case 'openstack_networking_router_interface_v2':
    case 'openstack_networking_router_route_v2':
      return things.referred(part, 'router_id');
    default:
      return undefined;
  }
}

const floatingType = 'openstack_networking_floatingip_v2';

const idOf = ({ stack, address }: Thing): string => `${stack} ${address}`;

class Drawing {
  readonly nodes: TopologyNode[] = [];
  readonly drawn: Link[] = [];
  readonly #hosts = new Set<string>();
  /** Server → its floating IPs, also those that are destroyed. */
  readonly #floating = new Map<Thing, readonly string[]>();

  constructor(
    private readonly things: Things,
    private readonly actions: ReadonlyMap<string, TerraformAction>,
  ) {
    for (const thing of things.all) {
      const server = thing.type === floatingType ? drawnAt(thing, things) : undefined;
      if (server) this.#floating.set(server, [...(this.#floating.get(server) ?? []), ...this.sayFloating(thing)]);
    }
  }

  private sayFloating(thing: Thing): string[] {
    const address = textAt(thing.values, 'address');
    const action = this.actions.get(idOf(thing));
    return address === undefined ? [] : [`floating ${address}${action === 'delete' ? ': destroy' : ''}`];
  }

  node(thing: Thing): void {
    const sort = sorts[thing.type];
    if (sort === undefined) return;
    const tenant = this.things.tenantOf(thing);
    const change = this.actions.get(idOf(thing));
    this.nodes.push({
      id: idOf(thing),
      sort: sort === 'server' && this.isUtm(thing) ? 'utm' : sort,
      label: labelOf(thing),
      details: this.details(thing),
      ...(sort === 'tenant' || tenant === undefined ? undefined : { within: idOf(tenant) }),
      ...(change === undefined ? undefined : { change }),
    });
  }

  /** UtmInstance is the construct, and its name stands in the address, unless the code names it otherwise. */
  private isUtm(server: Thing): boolean {
    const ports = this.things.portsOf(server);
    return /(?:^|[._-])utm(?:$|[._-])/i.test(server.address) && ports.length > 1;
  }

  private details(thing: Thing): string[] {
    if (thing.type === 'openstack_networking_network_v2')
      return this.things.subnetsOf(thing).flatMap((subnet) => textAt(subnet.values, 'cidr') ?? []);
    return [...this.things.portsOf(thing).flatMap(addressesOf), ...(this.#floating.get(thing) ?? [])];
  }

  links(thing: Thing): void {
    if (thing.type === serverType) this.linkServer(thing);
    if (thing.type === 'openstack_networking_router_v2')
      this.link(thing, this.things.referred(thing, 'external_network_id'), 'gateway');
    if (thing.type === 'openstack_networking_router_interface_v2') {
      const subnet = this.things.referred(thing, 'subnet_id');
      const router = this.things.referred(thing, 'router_id');
      if (router)
        this.link(router, subnet && this.things.referred(subnet, 'network_id'), textAt(subnet?.values, 'cidr') ?? '');
    }
  }

  private linkServer(server: Thing): void {
    for (const port of this.things.portsOf(server))
      this.link(server, this.things.referred(port, 'network_id'), addressesOf(port).join(', '));
    const host = this.hostOf(server);
    if (host === undefined) return;
    const id = `host ${host}`;
    if (!this.#hosts.has(host)) this.nodes.push({ id, sort: 'host', label: host, details: [] });
    this.#hosts.add(host);
    this.drawn.push({ from: idOf(server), to: id, label: 'runs on' });
  }

  /** The host that the code chooses: `nova:cnode02`, or the host of a port's binding. */
  private hostOf(server: Thing): string | undefined {
    const bound = this.things
      .portsOf(server)
      .flatMap((port) => listAt(port.values, 'binding').flatMap((binding) => textAt(binding, 'host_id') ?? []));
    return textAt(server.values, 'availability_zone')?.split(':')[1] ?? bound[0];
  }

  private link(from: Thing, to: Thing | undefined, label: string): void {
    const target = to?.address.startsWith('data.') ? this.things.withId(textAt(to.values, 'id')) : to;
    if (target && sorts[target.type] !== undefined) this.drawn.push({ from: idOf(from), to: idOf(target), label });
  }
}

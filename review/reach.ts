/** Names everything that the changes touch: the blast radius. Pure. */
import { hostOf } from '../lib/contract/target';
import { sizeOf, parseRange } from '../lib/net/ip-ranges';
import { inNaturalOrder } from '../lib/render/natural-order';
import type { OwnStep } from './risks/own-risks';
import type { Reach } from './model';
import type { TerraformChange } from './risks/terraform-change';
import { listAt, portType, serverType, textAt, type Thing, type Things } from './terraform/things';
import { addressesOf, labelOf, projectOf, subjectOf } from './terraform/subject';

const sorted = (texts: ReadonlySet<string>): string[] => inNaturalOrder([...texts], (text) => text);

/** Things that a change of this thing is felt at, apart from itself. */
function feltAt(thing: Thing, things: Things): readonly Thing[] {
  const portsOn = (network: Thing | undefined): readonly Thing[] =>
    network === undefined ? [] : things.portsIn(network);
  switch (thing.type) {
    case 'openstack_networking_secgroup_v2':
      return things.portsWithGroup(thing);
    case 'openstack_networking_secgroup_rule_v2': {
      const group = things.referred(thing, 'security_group_id');
      return group ? things.portsWithGroup(group) : [];
    }
    case 'openstack_networking_floatingip_v2':
      return [things.referred(thing, 'port_id') ?? []].flat();
    case 'openstack_networking_network_v2':
      return portsOn(thing);
    case 'openstack_networking_subnet_v2':
      return portsOn(things.referred(thing, 'network_id'));
    case 'openstack_networking_router_interface_v2': {
      const subnet = things.referred(thing, 'subnet_id');
      return portsOn(subnet && things.referred(subnet, 'network_id'));
    }
    case serverType:
      return things.portsOf(thing);
    default:
      return [];
  }
}

/** A user, a role or a flavor is in no project. */
const ofProjects =
  /^openstack_(?:networking|blockstorage|compute_(?:instance|servergroup|quotaset|volume_attach|interface_attach))_/;

export const floatingType = 'openstack_networking_floatingip_v2';

/** A right that a service gives by role holds in each project. */
export const everyProject = 'every project of the cloud';

export function reachOf(terraform: readonly TerraformChange[], own: readonly OwnStep[], things: Things): Reach {
  const touched = new Touched(things);
  for (const { thing } of terraform) touched.add(thing);
  for (const { step, spec } of own) {
    if (step.kind === 'policy-rule') touched.projects.add(everyProject);
    const host = hostOf(step.target);
    if (host !== undefined) touched.hosts.add(host);
    for (const field of ['portId', 'subnetId']) {
      const thing = things.withId(textAt(spec, field));
      if (thing) touched.add(thing);
    }
  }
  return {
    projects: sorted(touched.projects),
    servers: sorted(touched.servers),
    ports: sorted(touched.ports),
    floatingIps: sorted(touched.floatingIps),
    hosts: sorted(touched.hosts),
    pools: own.flatMap((step) => poolOf(step, things)),
  };
}

class Touched {
  readonly projects = new Set<string>();
  readonly servers = new Set<string>();
  readonly ports = new Set<string>();
  readonly floatingIps = new Set<string>();
  readonly hosts = new Set<string>();
  readonly #seen = new Set<Thing>();

  constructor(private readonly things: Things) {}

  add(thing: Thing): void {
    if (this.#seen.has(thing)) return;
    this.#seen.add(thing);
    this.addProject(thing);
    if (thing.type === serverType) this.servers.add(labelOf(thing));
    if (thing.type === floatingType) this.floatingIps.add(textAt(thing.values, 'address') ?? labelOf(thing));
    if (thing.type === portType) this.addPort(thing);
    for (const neighbour of feltAt(thing, this.things)) this.add(neighbour);
  }

  private addProject(thing: Thing): void {
    const isOfProject = this.things.projectOf(thing) !== undefined || ofProjects.test(thing.type);
    if (isOfProject) this.projects.add(projectOf(thing, this.things));
  }

  private addPort(port: Thing): void {
    const addresses = addressesOf(port);
    this.ports.add(`${labelOf(port)}${addresses.length === 0 ? '' : ` (${addresses.join(', ')})`}`);
    const server = this.things.serverOf(port);
    if (server) this.servers.add(labelOf(server));
    for (const binding of listAt(port.values, 'binding')) {
      const host = textAt(binding, 'host_id');
      if (host !== undefined) this.hosts.add(host);
    }
  }
}

/** The kind says how many addresses of the new pools are in use: `3 of 30 addresses in use; …`. */
const inUse = /^(\d{1,20}) of (\d{1,20}) address/;

function poolOf({ step, spec }: OwnStep, things: Things): Reach['pools'] {
  if (step.kind !== 'allocation-pool') return [];
  const [, used, size] = (step.asides ?? []).map((aside) => inUse.exec(aside)).find((match) => match !== null) ?? [];
  const subnet = things.withId(textAt(spec, 'subnetId'));
  const after = used === undefined || size === undefined ? '?' : Number(size) - Number(used);
  const grown = sizeBefore(step.before);
  return [
    {
      subnet: subnet ? subjectOf(subnet, things) : step.subject,
      before: grown === undefined || used === undefined ? '?' : Math.max(0, grown - Number(used)),
      after,
    },
  ];
}

/** The addresses in the pools that the step found. Undefined unless each of them can be read. */
function sizeBefore(image: unknown): number | undefined {
  try {
    const pools = listAt(listAt(image, 'ledgers').at(-1), 'pools');
    return Number(
      sizeOf(pools.map((pool) => parseRange({ start: textAt(pool, 'start') ?? '', end: textAt(pool, 'end') ?? '' }))),
    );
  } catch {
    return undefined;
  }
}

/**
 * The picture's parts: one tile for what all share, and one for each tenant. Servers with the same networks and the same
 * change are one box, and tenants that are alike in all of this are one tile, so 300 servers stay readable. A line would
 * cross all tiles to reach a shared network; a NIC's chip in its box says the same.
 */
import { defined } from '../../lib/basics/defined';
import { mapTexts, printable } from '../../lib/basics/printable';
import type { Topology, TopologyNode } from '../model';
import { groupedBy } from '../../lib/basics/groups';
import { inNaturalOrder } from '../../lib/render/natural-order';

/** A port, a subnet, a route or a floating IP has no box of its own. */
export const legend =
  'CHANGE marks a thing that this change makes, changes or removes, or whose port, subnet, route or floating IP it changes or removes.';

const colors = ['guest', 'green', 'orange', 'red'] as const;

/** A link to a network, router or host. */
export interface Nic {
  /** Addresses, `gateway`, `runs on`, or '' */
  readonly label: string;
  /** The label of the other end. */
  readonly to: string;
  /** The part that the network plays for a firewall, if its name says so. */
  readonly color?: (typeof colors)[number];
}

/** `acme-red` and `public_red` are red, and `shredder` isn't. */
function nicOf(label: string, to: string): Nic {
  const words = `${to} ${label}`.toLowerCase().split(/[^a-z]+/);
  return { label, to, ...defined({ color: colors.find((color) => words.includes(color)) }) };
}

export interface Box {
  readonly id: string;
  readonly sort: TopologyNode['sort'];
  readonly label: string;
  readonly details: readonly string[];
  /** Links to boxes of another tile. */
  readonly nics: readonly Nic[];
  readonly change?: TopologyNode['change'];
  /** The names of all things in the box, if it has several. */
  readonly names: readonly string[];
}

export interface Tile {
  readonly title: string;
  /** Further tenants that look the same. */
  readonly alike: readonly string[];
  readonly change?: TopologyNode['change'];
  readonly boxes: readonly Box[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly nic: Nic }[];
}

/** Fewer things that are alike are drawn one by one. */
const least = 3;

export function pictureOf(topology: Topology): Tile[] {
  const { nodes, links } = mapTexts(topology, printable);
  const tenants = inNaturalOrder(
    nodes.filter(({ sort }) => sort === 'tenant'),
    ({ label }) => label,
  );
  const ids = new Set(tenants.map(({ id }) => id));
  const homes = new Map(nodes.map(({ id, within }) => [id, within !== undefined && ids.has(within) ? within : '']));
  const members = groupedBy(
    nodes.filter(({ sort }) => sort !== 'tenant'),
    ({ id }) => homes.get(id) ?? '',
  );
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  const ends = groupedBy(
    links.filter(({ from, to }) => homes.has(from) && homes.has(to)),
    ({ from }) => from,
  );
  const tile = (title: string, home: string, change?: TopologyNode['change']): Tile =>
    tileOf(title, members.get(home) ?? [], { homes, labels, ends }, change);
  const shared = tile('shared', '');
  const own = tenants.map(({ id, label, change }) => tile(label, id, change));
  return [...(shared.boxes.length === 0 ? [] : [shared]), ...foldTiles(own)];
}

type Link = Topology['links'][number];

interface Known {
  /** Node → its tenant, or ''. */
  readonly homes: ReadonlyMap<string, string>;
  readonly labels: ReadonlyMap<string, string>;
  /** Node → its links. */
  readonly ends: ReadonlyMap<string, readonly Link[]>;
}

function tileOf(title: string, nodes: readonly TopologyNode[], known: Known, change: Tile['change']): Tile {
  const { homes, labels, ends } = known;
  const groups = groupedBy(
    inNaturalOrder(nodes, ({ label }) => label),
    ({ id, sort, change: own }) => {
      const shape = [sort, own, (ends.get(id) ?? []).map(({ to }) => to)];
      return JSON.stringify(sort === 'server' || sort === 'host' ? shape : id);
    },
  );
  const drawn = [...groups.values()].flatMap((group) => (group.length < least ? group.map((node) => [node]) : [group]));
  const boxes = drawn.map((group) => boxOf(group, known));
  const drawnIds = new Set(boxes.map(({ id }) => id));
  const edges = boxes.flatMap(({ id, sort, names }) =>
    (ends.get(id) ?? [])
      .filter(({ to }) => homes.get(to) === homes.get(id) && drawnIds.has(to))
      .map(({ from, to, label }) => {
        // Several servers in a box have several addresses.
        const nic = nicOf(names.length === 0 ? label : '', labels.get(to) ?? to);
        // Servers stand below their networks, and routers and firewalls above them.
        return sort === 'server' ? { from: to, to: from, nic } : { from, to, nic };
      }),
  );
  return { title, alike: [], boxes, edges, ...defined({ change }) };
}

function boxOf(group: readonly TopologyNode[], { homes, labels, ends }: Known): Box {
  const [first] = group;
  if (first === undefined) throw new RangeError('an empty group');
  const { id, sort, label, details, change } = first;
  const nics = (ends.get(id) ?? [])
    .filter(({ to }) => homes.get(to) !== homes.get(id))
    .map((link) => nicOf(group.length === 1 ? link.label : '', labels.get(link.to) ?? link.to));
  const shape = { id, sort, nics, ...defined({ change }) };
  if (group.length === 1) return { ...shape, label, details, names: [] };
  const names = group.map((node) => node.label);
  return {
    ...shape,
    label: `${group.length} ${sort}s`,
    details: [`${names[0] ?? ''} …`, `… ${names.at(-1) ?? ''}`],
    names,
  };
}

export const isChanged = ({ change, boxes }: Tile): boolean =>
  change !== undefined || boxes.some((box) => box.change !== undefined);

/** Tenants with a change come first. */
function foldTiles(tiles: readonly Tile[]): Tile[] {
  const shapeOf = ({ change, boxes }: Tile): string =>
    JSON.stringify([
      change,
      boxes.map((box) => [
        box.sort,
        box.change,
        box.nics.flatMap(({ to, label }) => (label === 'runs on' ? [] : to)),
        box.names.length,
      ]),
    ]);
  const ordered = [...tiles.filter(isChanged), ...tiles.filter((tile) => !isChanged(tile))];
  const groups = groupedBy(ordered, shapeOf);
  return ordered.flatMap((tile) => {
    const group = groups.get(shapeOf(tile)) ?? [];
    if (group.length < least) return [tile];
    return group[0] === tile ? [{ ...tile, alike: group.slice(1).map(({ title }) => title) }] : [];
  });
}

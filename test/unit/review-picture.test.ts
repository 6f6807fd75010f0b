/** The picture of a review: what is drawn, and that it stays readable however many servers there are. */
import type { Topology } from '../../review/model';
import { pictureOf, type Tile } from '../../review/render/picture';
import { renderTile } from '../../review/render/svg';
import { reviewExample } from '../support/review-example';
import { topologyOf } from '../support/review-models';

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const rectangles = (svg: string): Rectangle[] =>
  [...svg.matchAll(/<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((match) => {
    const [left = 0, top = 0, width = 0, height = 0] = match.slice(1).map(Number);
    return { left, top, right: left + width, bottom: top + height };
  });

const overlap = (a: Rectangle, b: Rectangle): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const titles = (tiles: readonly Tile[]) => tiles.map(({ title, alike }) => [title, ...alike]);

describe.each([1, 30, 300])('of %s servers', (servers) => {
  const tiles = pictureOf(topologyOf(servers));

  test('names each server once, in a box of its own or of several', () => {
    const names = tiles.flatMap(({ boxes, alike }) =>
      boxes.flatMap((box) =>
        box.sort === 'server'
          ? Array<string[]>(alike.length + 1).fill(box.names.length > 0 ? [...box.names] : [box.label])
          : [],
      ),
    );
    expect(names.flat()).toHaveLength(servers - Math.ceil(servers / 10));
  });

  test('has at most 8 tiles of at most 12 boxes, and no box covers another or leaves its tile', () => {
    expect(tiles.length).toBeLessThanOrEqual(8);
    for (const tile of tiles) {
      const svg = renderTile(tile);
      const [, width = 0, height = 0] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.map(Number) ?? [];
      const boxes = rectangles(svg);
      expect(boxes).toHaveLength(tile.boxes.length);
      expect(boxes.length).toBeLessThanOrEqual(12);
      expect(boxes.filter((box, index) => boxes.slice(index + 1).some((next) => overlap(box, next)))).toEqual([]);
      expect(
        boxes.filter(({ left, top, right, bottom }) => left < 0 || top < 0 || right > width || bottom > height),
      ).toEqual([]);
    }
  });
});

test('each change is marked in words, and not by its color alone', () => {
  const tiles = pictureOf(reviewExample.topology);
  const marks = tiles.flatMap((tile) =>
    [...renderTile(tile).matchAll(/class="mark [a-z]+"[^>]*>([A-Z]+)</g)].map(([, word]) => word),
  );
  expect(marks).toEqual(['CHANGE', 'REPLACE', 'CHANGE', 'CHANGE', 'CHANGE']);
});

test('tenants that are alike share a tile, and those with another change have their own', () => {
  expect(titles(pictureOf(reviewExample.topology))).toEqual([['shared'], ['acme'], ['branch2', 'branch3', 'branch10']]);
  const nodes = reviewExample.topology.nodes.map((node) =>
    node.label === 'branch3-utm' ? { ...node, change: 'delete' as const } : node,
  );
  expect(titles(pictureOf({ ...reviewExample.topology, nodes }))).toEqual([
    ['shared'],
    ['acme'],
    ['branch2'],
    ['branch3'],
    ['branch10'],
  ]);
});

test("a firewall's NICs bear the color of their networks, and the networks of its tenant are joined by lines", () => {
  const [, tenant] = pictureOf(topologyOf(1));
  expect(tenant?.boxes.find(({ sort }) => sort === 'utm')?.nics).toEqual([
    { label: '192.0.2.1', to: 'guest', color: 'guest' },
    { label: '203.0.113.1', to: 'red', color: 'red' },
    { label: 'runs on', to: 'cnode1' },
  ]);
  expect(tenant?.edges.map(({ from, to, nic }) => [from, to, nic.color])).toEqual([
    ['tenant1/Router', 'tenant1/Green', 'green'],
    ['tenant1/Utm', 'tenant1/Green', 'green'],
    ['tenant1/Utm', 'tenant1/Orange', 'orange'],
  ]);
});

test('links to nodes that nobody declares, and a node in a tenant that nobody declares, are no failure', () => {
  const topology: Topology = {
    nodes: [{ id: 'a', sort: 'server', label: 'a', details: [], within: 'gone' }],
    links: [
      { from: 'a', to: 'gone', label: '' },
      { from: 'gone', to: 'a', label: '' },
    ],
  };
  expect(titles(pictureOf(topology))).toEqual([['shared']]);
  expect(pictureOf({ nodes: [], links: [] })).toEqual([]);
});

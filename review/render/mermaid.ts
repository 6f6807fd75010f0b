/** The picture of a small topology in Mermaid's language. Labels have letters, digits and a few marks; all else is a number. */
import { printable } from '../../lib/basics/printable';
import type { Topology, TopologyNode } from '../model';
import { verbOf } from './changes';

/** More boxes than this can't be read in a comment. */
const mostNodes = 30;

/** Mermaid reads `#34;` as the character with this number. Two dollars would begin a formula even so: they get another form. */
const labelOf = (text: string): string =>
  printable(text.slice(0, 60))
    .replaceAll('$', '\uff04')
    .replace(/[^A-Za-z0-9 .:/_-]/gu, (character) => `#${character.codePointAt(0) ?? 63};`);

const shapes: Readonly<Record<Exclude<TopologyNode['sort'], 'tenant'>, readonly [string, string]>> = {
  network: ['([', '])'],
  router: ['{{', '}}'],
  server: ['[', ']'],
  utm: ['[[', ']]'],
  host: ['[(', ')]'],
};

/** Undefined where there is nothing to draw, or too much. */
export function mermaidOf({ nodes, links }: Topology): string | undefined {
  if (nodes.length === 0 || nodes.length > mostNodes || links.length > 2 * mostNodes) return undefined;
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const box = ({ id, sort, label, details, change }: TopologyNode): string => {
    const [open, close] = sort === 'tenant' ? ['[', ']'] : shapes[sort];
    const words = [label, ...details.slice(0, 2), ...(change === undefined ? [] : [verbOf(change).toUpperCase()])];
    return `${ids.get(id) ?? ''}${open}"${words.map(labelOf).join('<br>')}"${close}${change === undefined ? '' : `:::${change}`}`;
  };
  const tenants = nodes.filter(({ sort }) => sort === 'tenant');
  const outside = nodes.filter((node) => node.sort !== 'tenant' && !tenants.some(({ id }) => id === node.within));
  return [
    'graph LR',
    ...outside.map((node) => `  ${box(node)}`),
    ...tenants.flatMap((tenant) => [
      `  subgraph ${ids.get(tenant.id) ?? ''}["${labelOf(tenant.label)}"]`,
      ...nodes.filter((node) => node.sort !== 'tenant' && node.within === tenant.id).map((node) => `    ${box(node)}`),
      '  end',
    ]),
    ...links.flatMap(({ from, to, label }) => {
      const [start, end] = [ids.get(from), ids.get(to)];
      if (start === undefined || end === undefined) return [];
      return [`  ${start} ---${label === '' ? '' : `|"${labelOf(label)}"|`} ${end}`];
    }),
    ...['delete', 'replace'].map((change) => `  classDef ${change} stroke:#c00,stroke-width:3px`),
    ...['create', 'import'].map((change) => `  classDef ${change} stroke:#080,stroke-width:3px`),
    ...['update', 'move', 'forget'].map((change) => `  classDef ${change} stroke:#a60,stroke-width:3px`),
  ].join('\n');
}

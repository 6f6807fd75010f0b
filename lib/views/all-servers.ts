/** Whether the cells that a view reads have all servers. */
import { uuidOfCell0 } from '../inventory/layout';
import { quoteText } from '../sql/quote';
import { valueOfAll, type Part } from './part';
import type { Parts } from './parts';

/**
 * Condition under which these cells have all servers, so that they can be counted. Undefined: nobody can tell. Since Ocata
 * (`compute_nodes.mapped`) the account must see nova_cell0, and nova_api, which names the cell of each server.
 */
export function hasAllServers(found: Parts, cells: readonly Part[]): string | undefined {
  const nodes = found.columnsOf('nova', 'compute_nodes');
  if (nodes.size > 0 && !nodes.has('mapped')) {
    found.missing.delete('servers');
    return 'TRUE';
  }
  const mapped = found.find('nova_api', 'cellsOfServers');
  const { cellId } = mapped?.relation.fields ?? {};
  return mapped && cellId !== undefined && cells.length === 2
    ? `${valueOfAll(mapped, `COUNT(DISTINCT NULLIF(${cellId}, ${quoteText(uuidOfCell0)}))`)} <= 1`
    : undefined;
}

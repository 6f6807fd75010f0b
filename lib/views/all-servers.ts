/** Decides whether the cells that a view reads contain all servers. */
import { uuidOfCell0 } from '../inventory/layout';
import { quoteText } from '../sql/quote';
import { valueOfAll, type Part } from './part';
import type { Parts } from './parts';

/**
 * A condition that is true if these cells contain all servers, so that servers can be counted. Undefined if that can't
 * be known. Since Ocata (`compute_nodes.mapped`) the account must see nova_cell0, and nova_api, which has the cell of
 * each server.
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

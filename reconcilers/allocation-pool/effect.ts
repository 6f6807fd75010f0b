/** The statements of a step with their values, or the pools that an update through the API carries. Pure. */
import type { SqlValue } from '../../lib/contract/ports';
import type { Effect } from '../../lib/contract/reconciler';
import { compact, only, parseAddress, parseRange } from '../../lib/net/ip-ranges';
import { quoteText } from '../../lib/sql/quote';
import { newIds, renderRows, writesFor } from './ledger/ledger';
import { statementsFor } from './ledger/statements';
import type { AllocationPoolStep } from './model';
import type { AllocationPoolObserved } from './observe';

export function effect(step: AllocationPoolStep, { subnets }: AllocationPoolObserved): Effect[] {
  const subnet = subnets.get(step.subnetId);
  const pools = step.pools.map(parseRange);
  const used = compact((subnet?.allocated ?? []).map((address) => only(parseAddress(address))));
  return (subnet?.ledgers ?? []).map((ledger): Effect => {
    const { book } = ledger;
    if (book === 'api')
      return {
        language: 'text',
        lines: [`PUT /v2.0/subnets/${step.subnetId}: allocation_pools ${renderRows(step.pools)}`],
      };
    const statements = statementsFor(ledger, book, writesFor(ledger, pools, used, newIds(ledger)));
    return { language: 'sql', lines: statements.map(({ sql, values }) => `${withValues(sql, values)};`) };
  });
}

function withValues(sql: string, values: readonly SqlValue[]): string {
  let next = 0;
  return sql.replace(/\?/g, () => literal(values[next++] ?? null));
}

const literal = (value: SqlValue): string =>
  value === null ? 'NULL' : typeof value === 'string' ? quoteText(value) : value.map(quoteText).join(', ');

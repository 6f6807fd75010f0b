import { formatVersion } from '../../lib/render/json';
import { columns } from '../../lib/inventory/columns';
import { renderInventory, renderInventoryCsv, renderInventoryJson, tableColumns } from '../../reports/inventory/render';
import { choose, takeInventory } from '../../reports/inventory/report';
import type { InventoryOptions } from '../options';
import { runReport, terminalWidth } from '../run-report';

export const inventory = (options: InventoryOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const choice = choose(options, options.json || options.csv ? columns : tableColumns);
    const taken = await takeInventory(readers, choice);
    const head = { formatVersion, cloud: readers.cloud, time: clock.now().toISOString() };
    return {
      seen: taken,
      exitCode: taken.exitCode,
      text: (seen: typeof taken) => renderInventory(seen, choice.named !== undefined, clock, terminalWidth(), style),
      json: (seen: typeof taken) => renderInventoryJson(seen, head),
      notes: ({ unmet }: typeof taken) => unmet,
      csv: (seen: typeof taken) => renderInventoryCsv(seen, (time) => clock.show(time)),
    };
  });

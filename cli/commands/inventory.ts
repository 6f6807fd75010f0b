import { formatVersion } from '../../lib/render/json';
import { columns } from '../../lib/inventory/columns';
import { renderInventory, renderInventoryCsv, renderInventoryJson, tableColumns } from '../../reports/inventory/render';
import { choose, takeInventory } from '../../reports/inventory/report';
import type { InventoryOptions } from '../options';
import { runReport, terminalWidth } from '../run-report';
import { say, sayCsv } from '../terminal';

export const inventory = (options: InventoryOptions): Promise<void> =>
  runReport(options, async ({ readers, style, clock }) => {
    const choice = choose(options, options.json || options.csv ? columns : tableColumns);
    const taken = await takeInventory(readers, choice);
    if (options.json) {
      const head = { formatVersion, cloud: readers.cloud, time: clock.now().toISOString() };
      for (const line of renderInventoryJson(taken, head)) say(line);
    } else if (options.csv) for (const line of renderInventoryCsv(taken, (time) => clock.show(time))) sayCsv(line);
    else say(renderInventory(taken, choice.named !== undefined, clock, terminalWidth(), style));
    return taken.exitCode;
  });

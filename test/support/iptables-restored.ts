/** The tables that `restored` foresees, as text: what laws and the real kernel are compared with. */
import { parseRuleset, renderRuleset, type Ruleset } from '../../lib/iptables/ruleset';
import { restored } from '../../lib/packet-path/restored';
import { parseTables, type Tables } from '../../lib/packet-path/tables';

export class RestoreRefused extends Error {}

/** Tables as text with everything else (comments, counters) left out. */
export const rulesAsText = (ruleset: Ruleset): string => textOf(parseTables(renderRuleset(ruleset)));

/** @throws RestoreRefused */
export function restore(before: Ruleset, text: string): Ruleset {
  const after = restored(parseTables(renderRuleset(before)), text);
  if (after === undefined) throw new RestoreRefused(text);
  return parseRuleset(textOf(after));
}

const textOf = (tables: Tables): string =>
  [...tables]
    .flatMap(([name, { chains }]) => [
      `*${name}`,
      ...[...chains].map(([chain, { policy }]) => `:${chain} ${policy} [0:0]`),
      ...[...chains].flatMap(([chain, { rules }]) => rules.map((rule) => `-A ${chain} ${rule}`.trimEnd())),
      'COMMIT',
      '',
    ])
    .join('\n');

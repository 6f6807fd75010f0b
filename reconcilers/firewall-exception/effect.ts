/** The rules of a step, as iptables takes them: `-` leaves the chain of stackward, `+` comes into it. Pure. */
import type { Effect } from '../../lib/contract/reconciler';
import { ownTables } from '../../lib/iptables/own-chain';
import { canonicalRule } from './chain/rule-shape';
import { families, type ExceptionRules } from './chain/rules';
import type { FirewallExceptionStep, OwnState } from './model';

const tools = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;

/** @param before the rules that are in the kernel now */
export function effectOf(
  { rules }: FirewallExceptionStep,
  before: ExceptionRules,
  state: OwnState | undefined,
): Effect[] {
  return families.flatMap((family) =>
    ownTables.flatMap((table): Effect[] => {
      const [old, now] = [before[family][table], rules[family][table]].map((all) => all.map(canonicalRule));
      const gone = (old ?? []).filter((rule) => !now?.includes(rule)).map((rule) => `- ${rule}`);
      const come = (now ?? []).filter((rule) => !old?.includes(rule)).map((rule) => `+ ${rule}`);
      const chain = `${tools[family]} -t ${table}, chain ${state?.[family].names.chain ?? 'of stackward'}`;
      return gone.length + come.length === 0 ? [] : [{ language: 'iptables', lines: [`# ${chain}`, ...gone, ...come] }];
    }),
  );
}

/** The rules of a step, and the texts that bring them into the kernel. Pure. */
import type { Effect, RestoreText } from '../../lib/contract/reconciler';
import { ownTables } from '../../lib/iptables/own-chain';
import { changeOf } from './chain/family-change';
import { canonicalRule } from './chain/rule-shape';
import { families, type ExceptionRules } from './chain/rules';
import type { FirewallExceptionObserved, FirewallExceptionStep, OwnState } from './model';

const tools = { ipv4: 'iptables', ipv6: 'ip6tables' } as const;

/**
 * As iptables takes them: `-` leaves the chain of stackward, `+` comes into it.
 * @param before the rules that are in the kernel now
 */
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

/** One owner after the other, as `apply` writes them. */
export const restoresOf = (
  steps: readonly FirewallExceptionStep[],
  observed: FirewallExceptionObserved,
): RestoreText[] =>
  [...new Set(steps.map(({ owner }) => owner))].flatMap((owner) =>
    families.flatMap((family) =>
      changeOf(owner, family, steps, observed).kernel.flatMap(({ write }): RestoreText[] =>
        write.verb === 'restore-tables' ? [{ family: write.family, text: write.text }] : [],
      ),
    ),
  );

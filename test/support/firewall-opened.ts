/** The packets that a host's rules let out of a port, now and after a restart. */
import type { FirewallHosts } from './firewall-hosts';

type Tables = ReturnType<FirewallHosts['get']>;

/**
 * The source prefixes of these lines. A rule that only sets a mark counts only together with the rule that accepts the
 * mark.
 */
function opened(lines: readonly string[]): string[] {
  const isJumped = (from: string): boolean => lines.some((line) => line.startsWith(`-A ${from} -j stackward-`));
  const out = lines.filter((line) => line.includes('--physdev-in tap'));
  const accepted = isJumped('neutron-filter-top') ? out.filter((line) => line.endsWith('-j ACCEPT')) : [];
  const marked = isJumped('FORWARD') ? out.filter((line) => line.includes('-j MARK')) : [];
  const passing = accepted.flatMap((line) => (line.includes('--mark ') ? marked : [line]));
  return passing.map((line) => / -s (\S+) /.exec(line)?.[1] ?? 'any').sort();
}

export const openedInKernel = (host: Tables, family: 4 | 6): string[] => opened(host.ours(family));

/** The rules that a restart of the host would bring back. */
export const openedAtBoot = (host: Tables, family: 4 | 6): string[] =>
  opened(
    Object.entries(host.stored()).flatMap(([name, text]) => (name.endsWith(`.ipv${family}`) ? text.split('\n') : [])),
  );

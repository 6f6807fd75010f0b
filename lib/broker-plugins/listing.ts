/**
 * Parses the output of `rabbitmq-plugins list -v`, from RabbitMQ 2.7 to 4: one plugin after the other, with the plugins that it needs.
 *
 *     [E*] rabbitmq_management
 *          Version:     	3.10.8
 *          Dependencies:	rabbitmq_web_dispatch, rabbitmq_management_agent
 *
 * `E`: somebody enabled it; `e`: a plugin that is enabled needs it; `*`: it runs, which releases from 3.4 on tell.
 */
import { append } from '../basics/lists';

export interface BrokerPlugin {
  readonly name: string;
  readonly enabled: 'explicitly' | 'implicitly' | 'no';
  /** Undefined where the tool does not tell: before 3.4, and of a node that is down. */
  readonly isRunning: boolean | undefined;
  /** By name; those that are part of Erlang are left out. */
  readonly needs: readonly string[];
}

export interface PluginListing {
  /** `live`: a change takes effect at once. `file`: at the next start of RabbitMQ. `down`: the same, as the node does not run. */
  readonly node: 'live' | 'file' | 'down';
  readonly plugins: ReadonlyMap<string, BrokerPlugin>;
}

/** As RabbitMQ names them. */
export const pluginName = /^[a-z][a-z0-9_]{0,99}$/;

/** Undefined: it is no such list. */
export function parsePluginListing(text: string): PluginListing | undefined {
  const lines = text.split('\n');
  const blocks: { name: string; mark: string; status: string | undefined; needs: string[] }[] = [];
  for (const line of lines) {
    const [, mark, status, name] = /^\[([ Ee!])([ *!])?\]\s+([a-z][a-z0-9_]*)/.exec(line) ?? [];
    const [, needed] = /^\s+Dependencies:\s*(.*)$/.exec(line) ?? [];
    if (mark !== undefined && name !== undefined) blocks.push({ name, mark, status, needs: [] });
    else if (needed !== undefined) append(blocks.at(-1)?.needs ?? [], needed.match(/[a-z][a-z0-9_]*/g) ?? []);
  }
  if (blocks.length === 0) return undefined;
  const known = new Set(blocks.map(({ name }) => name));
  const legend = lines.find((line) => /Status:/.test(line));
  const node = legend === undefined ? 'file' : /running on/.test(legend) ? 'live' : 'down';
  const plugins = blocks.map(({ name, mark, status, needs }): BrokerPlugin => {
    const enabled = mark === 'E' ? 'explicitly' : mark === 'e' ? 'implicitly' : 'no';
    return {
      name,
      enabled,
      needs: needs.filter((each) => known.has(each)),
      isRunning: node === 'live' ? status === '*' : undefined,
    };
  });
  return { node, plugins: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
}

export const explicitOf = ({ plugins }: PluginListing): readonly string[] =>
  [...plugins.values()].flatMap(({ name, enabled }) => (enabled === 'explicitly' ? [name] : [])).sort();

/** Explicitly enabled plugins that need this one, directly or by others. */
export const neededBy = (listing: PluginListing, name: string): readonly string[] =>
  explicitOf(listing).filter((each) => each !== name && closureOf(listing, [each]).has(name));

/** The list once these are the plugins that somebody enabled: whatever they need is enabled implicitly. */
export function withExplicit(listing: PluginListing, explicit: readonly string[]): PluginListing {
  const all = closureOf(listing, explicit);
  const plugins = [...listing.plugins.values()].map((plugin): BrokerPlugin => {
    const { name } = plugin;
    const enabled = explicit.includes(name) ? 'explicitly' : all.has(name) ? 'implicitly' : 'no';
    return { ...plugin, enabled, isRunning: listing.node === 'live' ? enabled !== 'no' : plugin.isRunning };
  });
  return { ...listing, plugins: new Map(plugins.map((plugin) => [plugin.name, plugin])) };
}

/** With all that they need. */
function closureOf({ plugins }: PluginListing, names: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    append(open, plugins.get(name)?.needs ?? []);
  }
  return all;
}

/** Reads the plugins of RabbitMQ on a host by RabbitMQ's own tool. */
import { UnrecoverableError } from '../../lib/basics/errors';
import { parsePluginListing, type PluginListing } from '../../lib/broker-plugins/listing';
import type { Readers } from '../../lib/contract/ports';
import type { Placement } from '../../lib/contract/reconciler';
import type { HostReader } from '../../lib/hosts/host';
import { valueOf } from '../../lib/hosts/host';
import type { PluginOn } from './model';

export type PluginsObserved = PluginListing;

export const observe = async ({ target }: Placement<PluginOn>, from: Readers): Promise<PluginsObserved> =>
  look(await from.host(target));

/** @throws UnrecoverableError if the tool lists no plugins */
async function look(host: HostReader): Promise<PluginsObserved> {
  const [answer] = await host.read([{ verb: 'run-reader', argv: ['rabbitmq-plugins', 'list', '-v'] }]);
  const { code, stdout, stderr } = valueOf(answer);
  const listing = code === 0 ? parsePluginListing(stdout) : undefined;
  if (listing) return listing;
  const words = (stderr || stdout).replace(/\s+/g, ' ').trim().slice(0, 300);
  throw new UnrecoverableError(
    `rabbitmq-plugins there tells no plugins (code ${code}${words && `: ${words}`}); run \`rabbitmq-plugins list -v\` on ${host.name} to see why`,
  );
}

/** The texts of a plan about plugins. Pure. */
import type { BrokerPlugin, PluginListing } from '../../lib/broker-plugins/listing';

/** The ports that a plugin opens by default, and who can use them. */
const opens: Readonly<Record<string, string>> = {
  rabbitmq_management:
    'its API and web page listen on port 15672 (55672 before 3.0) at all addresses, and any user of RabbitMQ with a tag may log in',
  rabbitmq_prometheus: 'it shows its metrics on port 15692 at all addresses, without a login',
  rabbitmq_stomp: 'it listens on port 61613 at all addresses',
  rabbitmq_mqtt: 'it listens on port 1883 at all addresses',
  rabbitmq_stream: 'it listens on port 5552 at all addresses',
};

const whenHeard: Readonly<Record<PluginListing['node'], string>> = {
  live: 'it takes effect at once: RabbitMQ is not restarted, and its connections stay',
  file: 'it takes effect when RabbitMQ is restarted, which ends the connections of every service; stackward does not restart it',
  down: 'RabbitMQ does not run there (or does not answer its tool): it takes effect at its next start',
};

export function notesOf(plugin: BrokerPlugin, isOn: boolean, { node }: PluginListing): readonly string[] {
  const opened = opens[plugin.name];
  return [whenHeard[node], ...(isOn && opened !== undefined ? [opened] : [])];
}

const states: Readonly<Record<BrokerPlugin['enabled'], string>> = {
  explicitly: 'on',
  implicitly: 'off, and needed by another',
  no: 'off',
};
export const stateText = ({ enabled }: BrokerPlugin): string => states[enabled];

/** Opens the `broker` of stackward.yaml. */
import type { BrokerReader } from '../lib/contract/broker-ports';
import { InvalidConfiguration } from '../lib/basics/errors';
import { isLoopback } from '../lib/basics/loopback';
import type { HostReader } from '../lib/hosts/host';
import type { Configuration } from './config';

interface Opening {
  /** @throws InvalidConfiguration if the configuration doesn't say how to reach the host */
  host(name: string): Promise<HostReader>;
  /** Registers the connection, so that the run closes it at its end. */
  closing<Connection extends { close(): Promise<void> }>(connection: Connection): Connection;
}

/**
 * Undefined if the configuration names no broker. @throws InvalidConfiguration if a password would travel unencrypted
 */
export async function openBroker(
  configuration: Configuration,
  { host, closing }: Opening,
): Promise<BrokerReader | undefined> {
  const { broker, file, allowPlainHttp } = configuration;
  if (broker === undefined) return undefined;
  if (broker.host !== undefined) {
    const { CtlBroker } = await import('../adapters/rabbitmq/ctl-broker.js');
    return new CtlBroker(await host(broker.host));
  }
  const { management: url = '', user = '', password = '' } = broker;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'http:' && !isLoopback(hostname) && !allowPlainHttp)
    throw new InvalidConfiguration(
      `"broker.management" is ${url}, so that the password would travel in clear; use https://, or set allowPlainHttp: true if the network between is trusted`,
      { where: file },
    );
  const { ManagementBroker } = await import('../adapters/rabbitmq/management-broker.js');
  return closing(new ManagementBroker({ url, user, password }));
}

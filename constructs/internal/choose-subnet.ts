import type { IConstruct } from 'constructs';
import { attempt } from '../../lib/basics/attempt';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { holds, parseAddress, parseCidr } from '../../lib/net/ip-ranges';
import type { INetwork, ISubnet } from '../interfaces';

/**
 * The subnet that an address is taken from: the subnet that holds the address, else the first subnet of its family,
 * else the first subnet. Synth checks whether the address fits.
 * @throws InvalidConfiguration if no subnet of the network is known
 */
export function chooseSubnet(construct: IConstruct, network: INetwork, address: string): ISubnet {
  const [first] = network.subnets;
  if (!first)
    throw new InvalidConfiguration(
      `${network.node.path} is known without a subnet to take ${address} from; name one in its prop subnets`,
      { where: construct.node.path },
    );
  const isIPv6 = address.includes(':');
  const family = network.subnets.filter(
    ({ cidr, ipVersion }) => (ipVersion === undefined ? cidr?.includes(':') : ipVersion === 6) === isIPv6,
  );
  if (family.length < 2) return family[0] ?? first;
  return family.find(({ cidr }) => isIn(cidr, address)) ?? family[0] ?? first;
}

const isIn = (cidr: string | undefined, address: string): boolean =>
  attempt(() => cidr !== undefined && holds(parseCidr(cidr), parseAddress(address))) ?? false;

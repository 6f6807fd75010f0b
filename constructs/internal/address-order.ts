/**
 * The order in which the addresses of one stack are taken: named ones first.
 *
 * A fixed address lies in the pool from which Neutron picks addresses for other ports. Terraform makes resources side
 * by side, so Neutron could pick an address for a router before the port that names this address is made. Neutron then
 * refuses the port with 409 IpAddressAlreadyAllocated. Hence a resource whose address Neutron picks waits for the
 * resources of its stack that name an address in the same network. Routers and ports don't wait for floating IPs.
 */
import { dependable, TerraformStack, type TerraformResource } from 'cdktf';
import type { INetwork } from '../interfaces';

/** A floating IP may wait for the router in front of its port, so no router or port waits for a floating IP. */
type Sort = 'port' | 'floating IP';

interface AddressTaker {
  readonly resource: TerraformResource;
  readonly sort: Sort;
}

interface AddressTakers {
  readonly naming: AddressTaker[];
  readonly picking: AddressTaker[];
}

const takersByStack = new WeakMap<TerraformStack, Map<string, AddressTakers>>();

/** Says that `resource` names its address in the network. */
export function takesNamedAddress(resource: TerraformResource, network: INetwork, sort: Sort = 'port'): void {
  const { naming, picking } = takersOf(resource, network);
  naming.push({ resource, sort });
  for (const picker of picking) waitFor(picker, { resource, sort });
}

/** Says that Neutron picks an address of the network for `resource`. A router counts as a port. */
export function takesPickedAddress(resource: TerraformResource, network: INetwork, sort: Sort = 'port'): void {
  const { naming, picking } = takersOf(resource, network);
  picking.push({ resource, sort });
  for (const namer of naming) waitFor({ resource, sort }, namer);
}

function waitFor({ resource, sort }: AddressTaker, named: AddressTaker): void {
  if (sort === 'port' && named.sort === 'floating IP') return;
  resource.dependsOn = [...(resource.dependsOn ?? []), dependable(named.resource)];
}

function takersOf(resource: TerraformResource, { key }: INetwork): AddressTakers {
  const stack = TerraformStack.of(resource);
  const networks = takersByStack.get(stack) ?? new Map<string, AddressTakers>();
  takersByStack.set(stack, networks);
  const takers = networks.get(key) ?? { naming: [], picking: [] };
  networks.set(key, takers);
  return takers;
}

/**
 * Warns of floating IPs whose named address Neutron may pick for a router's gateway.
 *
 * A router is made before the floating IPs behind it (address-order.ts). Where its gateway has no named address, Neutron
 * picks one of the pools, and the named address may be the one that it takes. The apply then ends with 409.
 */
import { Annotations } from 'cdktf';
import type { IConstruct } from 'constructs';
import { defined } from '../../lib/basics/defined';
import { isInPools } from '../../lib/synth/pool-address';
import type { INetwork, ITenant } from '../interfaces';
import { Subnet } from '../subnet';

interface PickingRouter {
  readonly router: IConstruct;
  readonly network: INetwork;
  readonly tenant: ITenant;
}

interface NamedFloating {
  readonly floatingIp: IConstruct;
  readonly address: string;
  readonly subnet: object;
  readonly network: INetwork;
  readonly tenant: ITenant;
  /** Undefined: any router of the tenant may be the one. */
  readonly router: IConstruct | undefined;
}

interface Takers {
  readonly routers: PickingRouter[];
  readonly floating: NamedFloating[];
  readonly warned: Set<IConstruct>;
}

const takersByApp = new WeakMap<IConstruct, Takers>();

export function picksGateway(picking: PickingRouter): void {
  const takers = takersOf(picking.router);
  takers.routers.push(picking);
  for (const floating of takers.floating) compare(picking, floating, takers);
}

export function namesFloating(floating: NamedFloating): void {
  const takers = takersOf(floating.floatingIp);
  takers.floating.push(floating);
  for (const picking of takers.routers) compare(picking, floating, takers);
}

function compare({ router, network, tenant }: PickingRouter, floating: NamedFloating, { warned }: Takers): void {
  const { floatingIp, address, subnet } = floating;
  const isIts = floating.router === undefined ? tenant.key === floating.tenant.key : floating.router === router;
  if (!isIts || network.key !== floating.network.key || warned.has(floatingIp)) return;
  if (!(subnet instanceof Subnet) || !isForRouters(subnet)) return;
  const pools = subnet.allocationPools?.spec.pools;
  if (!isInPools(address, defined({ cidr: subnet.cidr, gateway: subnet.gateway, pools }))) return;
  warned.add(floatingIp);
  Annotations.of(floatingIp).addWarning(
    `${address} lies in the pools of ${subnet.path}, from which Neutron picks the gateway's address of ${router.node.path}. It may take this one first, and the apply then ends with 409. Keep ${address} out of the pools, or name the gateway's own address in gateway.addresses.`,
  );
}

/** A subnet with service types gives addresses to these alone. */
const isForRouters = ({ resource: { serviceTypesInput: types = [] } }: Subnet): boolean =>
  types.length === 0 || types.includes('network:router_gateway');

function takersOf({ node: { root } }: IConstruct): Takers {
  const takers = takersByApp.get(root) ?? { routers: [], floating: [], warned: new Set() };
  takersByApp.set(root, takers);
  return takers;
}

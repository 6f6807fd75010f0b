/** Short ways to write declarations like those of the constructs. */
import type { AddressDeclaration, AddressPlan, SubnetDeclaration } from '../../lib/synth/address-plan';

export const plan = (parts: Partial<AddressPlan>): AddressPlan => ({
  subnets: [],
  addresses: [],
  bridges: [],
  routers: [],
  floating: [],
  red: [],
  ...parts,
});

export const subnet = (name: string, cidr: string, more: Partial<SubnetDeclaration> = {}): SubnetDeclaration => ({
  path: name,
  key: `${name}/Subnet`,
  network: name,
  cidr,
  tenant: 'acme/Tenant',
  ...more,
});

export const address = (
  path: string,
  on: string,
  text: string,
  more: Partial<AddressDeclaration> = {},
): AddressDeclaration => ({
  path,
  network: on,
  subnet: `${on}/Subnet`,
  address: text,
  ...more,
});

export function without<T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as Omit<T, K>;
}

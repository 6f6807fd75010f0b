/** The address of a port in a family, also where Neutron picks it only during the apply. Pure. */
import { knownAfterApply } from '../terraform/attributes';
import { addressesOf } from '../terraform/subject';
import { listAt, textAt, type Thing, type Things } from '../terraform/things';
import { familyOf, type Family } from '../witness/ends';

/** `knownAfterApply` for a new port whose address Neutron picks. Undefined for a port without an address of the family. */
export function ownAddress(port: Thing, family: Family, things: Things): string | undefined {
  const own = addressesOf(port).find((address) => familyOf(address) === family);
  if (own !== undefined || textAt(port.values, 'id') !== undefined) return own;
  return pickedFamilies(port, things).has(family) ? knownAfterApply : undefined;
}

/** By the subnets that the code names without an address, or else by all subnets of the network. */
function pickedFamilies(port: Thing, things: Things): ReadonlySet<Family> {
  const fixed = listAt(port.values, 'fixed_ip');
  const picked = fixed.filter((each) => textAt(each, 'ip_address') === undefined);
  if (port.values.no_fixed_ip === true || (fixed.length > 0 && picked.length === 0)) return new Set();
  const named = picked.flatMap((each) => things.withId(textAt(each, 'subnet_id')) ?? []);
  const network = things.referred(port, 'network_id');
  const subnets = named.length > 0 ? named : network === undefined ? [] : things.subnetsOf(network);
  const families = subnets.map(({ values }): Family => (values.ip_version === 6 ? 'IPv6' : 'IPv4'));
  return new Set(families.length > 0 ? families : ['IPv4']);
}

/** Reasons for which Neutron refuses a port's MAC address or its allowed address pairs. Pure. */
import { findFault } from '../basics/attempt';
import type { AddressPair } from './exception-method';
import { parseAddress, parseCidr } from '../net/ip-ranges';
import { isToken } from './terraform-text';

/** Undefined if Neutron accepts the address. */
export function macFinding(text: string): string | undefined {
  if (isToken(text)) return undefined;
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(text) && text !== '00:00:00:00:00:00'
    ? undefined
    : `${JSON.stringify(text)} is no MAC address of a port; write six pairs in lower case, such as fa:16:3e:00:00:01`;
}

/** Sentences; [] if Neutron accepts all pairs together. */
export function addressPairFindings(pairs: readonly AddressPair[]): string[] {
  const keys = pairs.map(({ ipAddress, macAddress = '' }) => `${ipAddress} ${macAddress}`.trim());
  const twice = [...new Set(keys.filter((key, index) => keys.indexOf(key) !== index))];
  return [
    ...pairs.flatMap(({ ipAddress, macAddress }) => {
      const mac = macAddress === undefined ? undefined : macFinding(macAddress);
      return [...addressFindings(ipAddress), ...(mac === undefined ? [] : [`the address pair ${ipAddress}: ${mac}`])];
    }),
    ...twice.map((key) => `it has the address pair ${key} twice; leave one`),
  ];
}

function addressFindings(text: string): string[] {
  if (isToken(text)) return [];
  const fault = findFault(() => (text.includes('/') ? parseCidr(text) : parseAddress(text)));
  return fault === undefined ? [] : [`the address pair ${JSON.stringify(text)}: ${fault}`];
}

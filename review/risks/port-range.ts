/** The ports of a security group's rule; of ICMP, the two numbers are type and code. Pure. */
import type { Thing } from '../terraform/things';

/** Undefined: all ports. */
export function portsOf({ values }: Thing): readonly [number, number] | undefined {
  const [least, most] = [values.port_range_min, values.port_range_max];
  return typeof least === 'number' && least > 0 ? [least, typeof most === 'number' ? most : least] : undefined;
}

/**
 * The form of Neutron's answers. They are checked before any part is used, because ids become parts of URLs and of SQL,
 * addresses become rules of a packet filter, and names of hosts become destinations of ssh. Fields that nobody reads
 * are dropped.
 */
import * as z from 'zod';
import { parseAddress, parseCidr } from '../../lib/net/ip-ranges';
import { uuid } from '../../lib/basics/uuid';

/** The columns of Neutron's tables hold 255 characters. */
const text = z.string().max(255);
const parses = (parse: (text: string) => unknown, what: string) =>
  text.refine((value) => {
    try {
      parse(value);
      return true;
    } catch {
      return false;
    }
  }, `must be ${what}`);
export const address = parses(parseAddress, 'an IP address');
const fixedIps = z.array(z.object({ subnet_id: uuid, ip_address: address }));

export const subnetAnswer = z.object({
  id: uuid,
  name: text.nullable().transform((name) => name ?? ''),
  network_id: uuid,
  ip_version: z.union([z.literal(4), z.literal(6)]),
  cidr: parses(parseCidr, 'a prefix'),
  gateway_ip: address.nullish(),
  allocation_pools: z.array(z.object({ start: address, end: address })),
  revision_number: z.number().int().nonnegative().nullish(),
});

export const portAnswer = z.object({
  id: uuid,
  name: text.nullable().transform((name) => name ?? ''),
  tenant_id: text.nullish(),
  network_id: uuid,
  mac_address: z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, 'must be a MAC address'),
  fixed_ips: fixedIps,
  device_id: text,
  device_owner: text,
  status: text,
  'binding:host_id': text.nullish(),
  'binding:vif_type': text.nullish(),
  'binding:vif_details': z.object({ ovs_hybrid_plug: z.boolean().nullish() }).nullish(),
  port_security_enabled: z.boolean().nullish(),
  security_groups: z.array(uuid).nullish(),
});

export const networkAnswer = z.object({
  id: uuid,
  name: text.nullable().transform((name) => name ?? ''),
  tenant_id: text.nullish(),
  /** By default only administrators get it, in each release. A cloud's policy may show it to others. */
  'provider:network_type': text.nullish(),
});

export const heldAddressesAnswer = z.object({ fixed_ips: fixedIps });

export const agentAnswer = z.object({ host: text, agent_type: text, alive: z.boolean() });

export const extensionAnswer = z.object({ alias: text });

/** A server with a page limit of its own adds `<collection>_links` with a `next`. */
export const pageAnswer = <Item>(collection: string, item: z.ZodType<Item>) =>
  z.object({
    [collection]: z.array(item),
    [`${collection}_links`]: z.array(z.object({ rel: text, href: z.string().max(16_000) })).optional(),
  });

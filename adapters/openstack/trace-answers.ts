/**
 * The form of the answers of Neutron and Nova for `stackward trace`. Answers are checked before any part is used, and
 * fields that nobody reads are dropped.
 */
import * as z from 'zod';
import { uuid } from '../../lib/basics/uuid';
import { address } from './neutron-answers';
import { told, utcTime as time } from './report-answers';
import { agentModes } from '../../lib/contract/trace-ports';
import type {
  FixedAddress,
  FloatingIpRecord,
  GroupRecord,
  PortRecord,
  RouterAgent,
  RouterRecord,
  SubnetRecord,
} from '../../lib/contract/trace-ports';

const text = z.string().max(255);
const fixedIps = z.array(z.object({ subnet_id: uuid, ip_address: address }));

const fixedOf = (rows: z.infer<typeof fixedIps>): readonly FixedAddress[] =>
  rows.map(({ subnet_id, ip_address }) => ({ subnetId: subnet_id, address: ip_address }));

export const floatingIp = z
  .object({
    id: uuid,
    floating_ip_address: address,
    floating_network_id: uuid,
    port_id: uuid.nullish(),
    fixed_ip_address: address.nullish(),
    router_id: uuid.nullish(),
    port_forwardings: z.array(z.unknown()).nullish(),
    status: text.nullish(),
  })
  .transform((row): FloatingIpRecord => ({
    id: row.id,
    address: row.floating_ip_address,
    networkId: row.floating_network_id,
    ...told({
      portId: row.port_id,
      fixedAddress: row.fixed_ip_address,
      routerId: row.router_id,
      forwardings: row.port_forwardings?.length || null,
      status: row.status,
    }),
  }));

/** Juno and later give the addresses of a gateway. */
export const router = z
  .object({
    id: uuid,
    name: text.nullish(),
    admin_state_up: z.boolean(),
    status: text.nullish(),
    ha: z.boolean().nullish(),
    distributed: z.boolean().nullish(),
    external_gateway_info: z.object({ network_id: uuid, external_fixed_ips: fixedIps.nullish() }).nullish(),
  })
  .transform((row): RouterRecord => ({
    id: row.id,
    name: row.name ?? '',
    isEnabled: row.admin_state_up,
    ...told({
      status: row.status,
      isHa: row.ha,
      isDistributed: row.distributed,
      gateway: row.external_gateway_info && {
        networkId: row.external_gateway_info.network_id,
        addresses: fixedOf(row.external_gateway_info.external_fixed_ips ?? []),
      },
    }),
  }));

export const routerAgent = z
  .object({
    id: uuid,
    host: text,
    configurations: z.object({ agent_mode: z.unknown().optional() }).nullish(),
    alive: z.boolean(),
    admin_state_up: z.boolean(),
    ha_state: text.nullish(),
    heartbeat_timestamp: time.nullish(),
  })
  .transform((row): RouterAgent => ({
    id: row.id,
    host: row.host,
    isAlive: row.alive,
    isEnabled: row.admin_state_up,
    ...told({
      haState: row.ha_state,
      heartbeat: row.heartbeat_timestamp,
      mode: agentModes.find((mode) => mode === row.configurations?.agent_mode),
    }),
  }));
export const routerAgents = z.object({ agents: z.array(routerAgent).max(1_000) });

const dhcpAgent = z
  .object({ host: text, alive: z.boolean() })
  .transform(({ host, alive }) => ({ host, isAlive: alive }));
export const dhcpAgents = z.object({ agents: z.array(dhcpAgent).max(1_000) });

const plainValue = z.union([z.string().max(1_024), z.number(), z.boolean()]);

/** The plain values among the vif's details. Others are not shown anywhere. */
const detailsOf = (details: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) => {
      const plain = plainValue.safeParse(value);
      return plain.success ? [[name, String(plain.data)]] : [];
    }),
  );

export const tracedPort = z
  .object({
    id: uuid,
    name: text.nullish(),
    network_id: uuid,
    admin_state_up: z.boolean(),
    status: text.nullish(),
    mac_address: z.string().max(32),
    fixed_ips: fixedIps,
    device_id: text,
    device_owner: text,
    'binding:host_id': text.nullish(),
    'binding:vif_type': text.nullish(),
    'binding:vnic_type': text.nullish(),
    'binding:vif_details': z.record(text, z.unknown()).nullish(),
    security_groups: z.array(uuid).nullish(),
    allowed_address_pairs: z.array(z.object({ ip_address: z.string().max(64), mac_address: text.nullish() })).nullish(),
    port_security_enabled: z.boolean().nullish(),
  })
  .transform((row): PortRecord => ({
    id: row.id,
    name: row.name ?? '',
    networkId: row.network_id,
    isEnabled: row.admin_state_up,
    mac: row.mac_address.toLowerCase(),
    fixedIps: fixedOf(row.fixed_ips),
    deviceId: row.device_id,
    deviceOwner: row.device_owner,
    groups: row.security_groups ?? [],
    pairs: (row.allowed_address_pairs ?? []).map((pair) => ({
      address: pair.ip_address,
      mac: pair.mac_address ?? row.mac_address,
    })),
    ...told({
      status: row.status,
      // '' means that the port is not bound.
      host: row['binding:host_id'] || null,
      vifType: row['binding:vif_type'],
      vnicType: row['binding:vnic_type'],
      vifDetails: row['binding:vif_details'] && detailsOf(row['binding:vif_details']),
      hasPortSecurity: row.port_security_enabled,
    }),
  }));

/** A rule of a security group, as far as it decides about packets. */
export const ruleRow = z.object({
  direction: z.enum(['ingress', 'egress']),
  ethertype: text,
  protocol: z.union([text, z.number()]).nullish(),
  port_range_min: z.number().int().nullish(),
  port_range_max: z.number().int().nullish(),
  remote_ip_prefix: z.string().max(64).nullish(),
  remote_group_id: uuid.nullish(),
  remote_address_group_id: uuid.nullish(),
});

/** The packets that a rule is about, beside its direction and family. */
export const packetsOf = (row: z.infer<typeof ruleRow>) =>
  told({
    protocol: row.protocol === null || row.protocol === undefined ? null : String(row.protocol),
    from: row.port_range_min,
    to: row.port_range_max,
    remotePrefix: row.remote_ip_prefix,
    remoteGroup: row.remote_group_id,
    remoteAddressGroup: row.remote_address_group_id,
  });

export const group = z
  .object({
    id: uuid,
    name: text.nullish(),
    security_group_rules: z.array(ruleRow).max(10_000),
  })
  .transform((row): GroupRecord => ({
    id: row.id,
    name: row.name ?? '',
    rules: row.security_group_rules.map((rule) => ({
      direction: rule.direction,
      family: rule.ethertype === 'IPv6' ? 6 : 4,
      ...packetsOf(rule),
    })),
  }));

export const subnet = z
  .object({
    id: uuid,
    name: text.nullish(),
    cidr: z.string().max(64),
    gateway_ip: address.nullish(),
    enable_dhcp: z.boolean(),
  })
  .transform((row): SubnetRecord => ({
    id: row.id,
    name: row.name ?? '',
    cidr: row.cidr,
    hasDhcp: row.enable_dhcp,
    ...told({ gateway: row.gateway_ip }),
  }));

/** The form of the answers of Keystone, Nova and Neutron about one project. Fields that nobody reads are dropped. */
import * as z from 'zod';
import { uuid } from '../../lib/basics/uuid';
import { parseCidr } from '../../lib/net/ip-ranges';
import type * as project from '../../lib/contract/project-port';
import { attempt } from '../../lib/basics/attempt';
import { address } from './neutron-answers';
import { told } from './report-answers';
import { packetsOf, ruleRow } from './trace-answers';

export const text = z.string().max(255);
const longText = z.string().max(64 << 10);
/** Ids of projects, users and roles: Keystone's column has 64 characters, and they become parts of URLs. */
export const keystoneId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an id of Keystone');
const flavorId = z.string().regex(/^[\w .@-]{1,255}$/, 'must be the id of a flavor');
const prefix = z.string().max(64).refine((cidr) => attempt(() => parseCidr(cidr)) !== undefined, 'must be a prefix'); // prettier-ignore
const name = text.nullish().transform((given) => given ?? '');
const routes = z.array(z.object({ destination: prefix, nexthop: address })).max(10_000).nullish(); // prettier-ignore
const owner = z.string().max(255);

const routesOf = (rows: z.infer<typeof routes>): project.RouteOfProject[] =>
  (rows ?? []).map(({ destination, nexthop }) => ({ destination, nextHop: nexthop }));
/** Neutron writes '' where nobody gave a description. */
const described = (description: string | null | undefined) => told({ description: description || null });

export const keystoneProject = z.object({ id: keystoneId, name: text, description: longText.nullish(), enabled: z.boolean() }); // prettier-ignore
export const projectsAnswer = z.object({ projects: z.array(keystoneProject).max(10_000) });
export const projectAnswer = z.object({ project: keystoneProject });
export const rolesAnswer = z.object({ roles: z.array(z.object({ id: keystoneId, name: text })).max(10_000) });
export const userAnswer = z.object({ user: z.object({ id: keystoneId, name: text }) });
export const assignmentsAnswer = z.object({
  role_assignments: z
    .array(
      z.object({
        role: z.object({ id: keystoneId }),
        user: z.object({ id: keystoneId }).nullish(),
        group: z.object({ id: keystoneId }).nullish(),
      }),
    )
    .max(10_000),
});

export const network = z
  .object({
    id: uuid,
    name,
    tenant_id: owner,
    description: longText.nullish(),
    admin_state_up: z.boolean(),
    shared: z.boolean(),
    port_security_enabled: z.boolean().nullish(),
  })
  .transform((row): project.NetworkOfProject => ({
    id: row.id,
    name: row.name,
    projectId: row.tenant_id,
    isEnabled: row.admin_state_up,
    isShared: row.shared,
    ...described(row.description),
    ...told({ hasPortSecurity: row.port_security_enabled }),
  }));

export const subnet = z
  .object({
    id: uuid,
    name,
    network_id: uuid,
    tenant_id: owner,
    cidr: prefix,
    gateway_ip: address.nullish(),
    enable_dhcp: z.boolean(),
    allocation_pools: z.array(z.object({ start: address, end: address })),
    dns_nameservers: z.array(address).nullish(),
    host_routes: routes,
    ipv6_address_mode: text.nullish(),
    ipv6_ra_mode: text.nullish(),
  })
  .transform((row): project.SubnetOfProject => ({
    id: row.id,
    name: row.name,
    networkId: row.network_id,
    projectId: row.tenant_id,
    cidr: row.cidr,
    hasDhcp: row.enable_dhcp,
    pools: row.allocation_pools,
    nameservers: row.dns_nameservers ?? [],
    routes: routesOf(row.host_routes),
    ...told({ gateway: row.gateway_ip, ipv6AddressMode: row.ipv6_address_mode, ipv6RaMode: row.ipv6_ra_mode }),
  }));

export const port = z
  .object({
    id: uuid,
    name,
    network_id: uuid,
    description: longText.nullish(),
    mac_address: z.string().max(32),
    device_id: text,
    device_owner: text,
    fixed_ips: z.array(z.object({ subnet_id: uuid, ip_address: address })),
    security_groups: z.array(uuid).nullish(),
    allowed_address_pairs: z.array(z.object({ ip_address: z.string().max(64), mac_address: text.nullish() })).nullish(),
    port_security_enabled: z.boolean().nullish(),
    trunk_details: z.object({ trunk_id: uuid }).nullish(),
  })
  .transform((row): project.PortOfProject => ({
    id: row.id,
    name: row.name,
    networkId: row.network_id,
    mac: row.mac_address,
    deviceId: row.device_id,
    deviceOwner: row.device_owner,
    addresses: row.fixed_ips.map(({ subnet_id: subnetId, ip_address }) => ({ subnetId, address: ip_address })),
    groups: row.security_groups ?? [],
    pairs: (row.allowed_address_pairs ?? []).map((pair) => ({
      address: pair.ip_address,
      mac: pair.mac_address ?? row.mac_address,
    })),
    ...described(row.description),
    ...told({ hasPortSecurity: row.port_security_enabled, trunkId: row.trunk_details?.trunk_id }),
  }));

export const router = z
  .object({
    id: uuid,
    name,
    description: longText.nullish(),
    external_gateway_info: z.object({ network_id: uuid, enable_snat: z.boolean().nullish() }).nullish(),
    routes,
  })
  .transform((row): project.RouterOfProject => ({
    id: row.id,
    name: row.name,
    routes: routesOf(row.routes),
    ...described(row.description),
    ...told({
      gateway: row.external_gateway_info && {
        networkId: row.external_gateway_info.network_id,
        ...told({ hasSnat: row.external_gateway_info.enable_snat }),
      },
    }),
  }));

const rule = ruleRow.extend({ id: uuid, description: longText.nullish() }).transform((row): project.RuleOfProject => ({
  id: row.id,
  direction: row.direction,
  ethertype: row.ethertype,
  ...described(row.description),
  ...packetsOf(row),
}));

export const group = z
  .object({ id: uuid, name, description: longText.nullish(), security_group_rules: z.array(rule).max(10_000) })
  .transform((row): project.GroupOfProject => ({
    id: row.id,
    name: row.name,
    rules: row.security_group_rules,
    ...described(row.description),
  }));

export const floatingIp = z
  .object({
    id: uuid,
    floating_ip_address: address,
    floating_network_id: uuid,
    port_id: uuid.nullish(),
    fixed_ip_address: address.nullish(),
  })
  .transform((row): project.FloatingIpOfProject => ({
    id: row.id,
    address: row.floating_ip_address,
    networkId: row.floating_network_id,
    ...told({ portId: row.port_id, portAddress: row.fixed_ip_address }),
  }));

const server = z
  .object({
    id: uuid,
    name: text,
    flavor: z.object({ id: flavorId }),
    // '' where the server boots from a volume.
    image: z.union([z.literal(''), z.object({ id: uuid })]).nullish(),
    key_name: text.nullish(),
    'os-extended-volumes:volumes_attached': z.array(z.object({ id: uuid })).nullish(),
  })
  .transform((row): project.ServerOfProject => ({
    id: row.id,
    name: row.name,
    flavorId: row.flavor.id,
    volumes: (row['os-extended-volumes:volumes_attached'] ?? []).map(({ id }) => id),
    ...told({ imageId: row.image ? row.image.id : null, keyName: row.key_name }),
  }));
export const serversAnswer = z.object({ servers: z.array(server) });

/** Numbers, and whatever else the service says; the reader takes the limits that it knows. */
export const limitsAnswer = z.object({ quota_set: z.record(text, z.unknown()) });
export const networkLimits = z.record(text, z.unknown());

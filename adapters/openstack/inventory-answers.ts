/**
 * The form of the APIs' answers to an inventory. Answers are checked before any part is used, and fields that nobody
 * reads are dropped.
 */
import * as z from 'zod';
import { parseUtc } from './report-answers';

const id = z.string().max(255);
const text = z.string().max(4096);
const number = z.number();
const time = z
  .string()
  .max(64)
  .refine((value) => parseUtc(value) !== undefined, 'must be a time in UTC')
  .transform((value) => parseUtc(value) as Date);

/**
 * A server in Nova up to 2.69. For a server in a cell that Nova can't reach, it gives only `id`, `created`, `status`
 * and `tenant_id`.
 */
export const inventoryServer = z.object({
  id,
  name: text.nullish(),
  tenant_id: id.nullish(),
  user_id: id.nullish(),
  created: time.nullish(),
  description: text.nullish(),
  key_name: text.nullish(),
  /** '' if the server boots from a volume. */
  image: z.union([z.object({ id }), z.literal('')]).nullish(),
  /** Since 2.47 the flavor itself, before that only its id. */
  flavor: z
    .object({ id: id.optional(), original_name: text.optional(), vcpus: number.optional(), ram: number.optional() })
    .nullish(),
  'OS-EXT-AZ:availability_zone': text.nullish(),
  'OS-EXT-SRV-ATTR:host': text.nullish(),
  'OS-EXT-SRV-ATTR:hypervisor_hostname': text.nullish(),
  'OS-EXT-SRV-ATTR:hostname': text.nullish(),
  'OS-EXT-SRV-ATTR:root_device_name': text.nullish(),
  'OS-EXT-STS:power_state': number.nullish(),
  'OS-EXT-STS:vm_state': text.nullish(),
  'OS-EXT-STS:task_state': text.nullish(),
  'OS-SRV-USG:launched_at': time.nullish(),
});

export const hypervisorItem = z.object({
  /** A number before Nova 2.53, a UUID since. */
  id: z.union([id, number]).transform(String),
  hypervisor_hostname: text,
  service: z.object({ host: text }),
  vcpus: number.nullish(),
  vcpus_used: number.nullish(),
  memory_mb: number.nullish(),
  memory_mb_used: number.nullish(),
});

export const flavorItem = z.object({ id, name: text, vcpus: number, ram: number });

export const computeQuotaAnswer = z.object({
  quota_set: z.object({ instances: number.nullish(), cores: number.nullish(), ram: number.nullish() }),
});

const usage = z.object({ limit: number, in_use: number });
export const volumeQuotaAnswer = z.object({ quota_set: z.object({ volumes: usage, gigabytes: usage }) });

export const named = z.object({ id, name: text.nullish() });
export const projectsAnswer = z.object({ projects: z.array(named).max(500_000) });
export const usersAnswer = z.object({ users: z.array(named).max(500_000) });

export const portItem = z.object({
  id,
  network_id: id,
  device_id: id,
  device_owner: text,
  mac_address: z.string().max(64),
  fixed_ips: z.array(z.object({ subnet_id: id, ip_address: z.string().max(64) })),
  security_groups: z.array(id).nullish(),
});
/** Its port is null or '' where it leads nowhere. */
export const floatingIpItem = z.object({ id, floating_ip_address: z.string().max(64), port_id: id.nullish() });
export const subnetItem = z.object({ id, cidr: z.string().max(64), gateway_ip: z.string().max(64).nullish() });

/** `name` and `display_name` are the same field; Cinder's first API has the second. */
export const volumeItem = z.object({
  id,
  name: text.nullish(),
  display_name: text.nullish(),
  size: number.nullish(),
  'os-vol-host-attr:host': text.nullish(),
  attachments: z.array(z.object({ server_id: id.nullish(), device: text.nullish() })),
});

export const imagesAnswer = z.object({
  images: z.array(z.object({ id, name: text.nullish(), size: number.nullish() })),
  next: text.nullish(),
});

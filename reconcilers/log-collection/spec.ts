/**
 * A server that collects the logs of hosts. The kind's name and its fields are contract (docs/adr/0018-log-collection.md).
 */
import * as z from 'zod';
import { hostName } from '../../lib/basics/line';
import { logProtocols } from '../../lib/hosts/log-answers';

export const logPort = z
  .int('must be a whole number from 1 to 65535')
  .min(1, 'must be a port: 1 to 65535')
  .max(65_535, 'must be a port: 1 to 65535');

export const longestRetentionDays = 3_660;
export const retention = z
  .int('must be a whole number of days')
  .min(1, `must be 1 to ${longestRetentionDays} days`)
  .max(longestRetentionDays, `must be 1 to ${longestRetentionDays} days`);

export const logCollectionSpec = z.strictObject({
  /** The host that collects. Clients send to this name. */
  server: hostName,
  /** `all`: every host that Neutron's agents or stackward.yaml name. The server may be a client too. */
  clients: z.union(
    [
      z.literal('all'),
      z
        .array(hostName)
        .min(1, 'names no host')
        .max(10_000)
        .refine((hosts) => new Set(hosts).size === hosts.length, 'names a host twice'),
    ],
    { error: 'must be "all", or a list of hosts' },
  ),
  protocol: z.enum(logProtocols),
  port: logPort,
  /** Logs are rotated once a day; a rotated log is deleted after this number of days. */
  retentionDays: retention,
});

export type LogCollectionDeclared = z.infer<typeof logCollectionSpec>;

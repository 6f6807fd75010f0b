/**
 * Columns of the inventory about room: what a server's host has and has given out, and what its project may use and
 * uses.
 */
import { field, type Column } from './column';
import type { Join, Told } from './join';
import type { HostRecord, ServerRecord } from './records';

const ofHost = (pick: (host: HostRecord) => Told<number>): Column['value'] => {
  return (server, join) => {
    const host = join.host(server);
    return host && (pick(host) ?? undefined);
  };
};

const percent = (part: Told<number>, whole: Told<number>): number | undefined =>
  typeof part === 'number' && typeof whole === 'number' && whole > 0 ? Math.round((part / whole) * 100) : undefined;

function totalVcpus(server: ServerRecord, join: Join): Told<number> {
  const host = join.host(server);
  const ratio = join.vcpuRatio(server);
  if (host === null) return null;
  return host && typeof host.vcpus === 'number' && ratio ? Math.floor(host.vcpus * ratio) : undefined;
}

const inConfiguration = 'the hosts’ configuration has it, and the API does not show it';

export const hostColumns: readonly Column[] = [
  {
    name: 'host_vcpus',
    about: 'processors of the host',
    needs: ['servers', 'hosts'],
    value: ofHost((host) => host.vcpus),
  },
  {
    name: 'host_vcpu_ratio',
    about: 'vCPUs that the host gives for each of its processors, or `--vcpu-ratio` where nobody tells',
    needs: ['servers', 'hosts'],
    notByApi: inConfiguration,
    value: (server, join) => join.vcpuRatio(server),
  },
  {
    name: 'host_vcpus_total',
    about: 'vCPUs that the host can give: its processors times the ratio',
    needs: ['servers', 'hosts'],
    notByApi: inConfiguration,
    value: totalVcpus,
  },
  {
    name: 'host_vcpus_used',
    about: 'vCPUs that it has given',
    needs: ['servers', 'hosts'],
    value: ofHost((host) => host.vcpusUsed),
  },
  {
    name: 'host_vcpus_percent',
    about: 'share of the total that it has given',
    needs: ['servers', 'hosts'],
    notByApi: inConfiguration,
    value: (server, join) => {
      const total = totalVcpus(server, join);
      return total === null ? null : percent(join.host(server)?.vcpusUsed, total);
    },
  },
  {
    name: 'host_memory_mib',
    about: 'memory of the host, without overcommitment',
    needs: ['servers', 'hosts'],
    value: ofHost((host) => host.memoryMib),
  },
  {
    name: 'host_memory_used_mib',
    about: 'memory that it has given, and keeps for itself',
    needs: ['servers', 'hosts'],
    value: ofHost((host) => host.memoryUsedMib),
  },
  {
    name: 'host_memory_percent',
    about: 'share of its memory that it has given',
    needs: ['servers', 'hosts'],
    value: (server, join) => {
      const host = join.host(server);
      return host === null ? null : percent(host?.memoryUsedMib, host?.memoryMib);
    },
  },
];

export const projectColumns: readonly Column[] = [
  {
    name: 'project',
    about: 'name of the project',
    needs: ['servers', 'projects'],
    value: (server, join) => join.project(server),
  },
  { name: 'project_id', about: 'its id', needs: ['servers'], value: field('projectId') },
  ...(['instances', 'cores', 'ram'] as const).flatMap((resource): Column[] => [
    {
      name: resource === 'ram' ? 'quota_ram_mib' : `quota_${resource}`,
      about: `its quota of ${resource}; -1: no limit`,
      needs: ['servers', 'computeQuotas'],
      value: (server, join) => join.computeQuota(server, resource),
    },
    {
      name: resource === 'ram' ? 'used_ram_mib' : `used_${resource}`,
      about: `what its servers have of it, counted`,
      needs: ['servers'],
      value: (server, join) => join.used(server, resource),
    },
  ]),
  ...(['volumes', 'gigabytes'] as const).flatMap((resource): Column[] => [
    {
      name: `quota_${resource}`,
      about: `its quota of ${resource}; -1: no limit`,
      needs: ['servers', 'volumeQuotas'],
      value: (server, join) => join.volumeQuota(server, resource),
    },
    {
      name: `used_${resource}`,
      about: 'what Cinder says is in use of it',
      needs: ['servers', 'volumeUsages'],
      value: (server, join) => join.volumesUsed(server, resource),
    },
  ]),
];

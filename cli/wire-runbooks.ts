/** The readers and writers that only runbooks use. Adapters are loaded when they are first asked for. */
import { SecretFolders } from '../adapters/files/secret-folder';
import type { OpenStackSession } from '../adapters/openstack/openstack-session';
import type { Clock } from '../lib/contract/clock';
import type { VersionReader, Writers } from '../lib/contract/ports';
import type { ReportReaders } from '../lib/contract/report-ports';
import type { RunbookReaders, RunbookWriters } from '../lib/contract/runbook-ports';
import { watchOf } from './watch';

const secretFolders = new SecretFolders();

export function runbookPorts(
  session: () => Promise<OpenStackSession>,
  versions: () => Promise<VersionReader>,
  reports: { readonly readers: ReportReaders; readonly clock: Clock },
  writers: Writers,
): { readonly readers: RunbookReaders; readonly writers: RunbookWriters } {
  const computeServices = async () => {
    const [opened, known] = [await session(), await versions()];
    const { ComputeServices } = await import('../adapters/openstack/compute-services.js');
    return new ComputeServices(opened, known);
  };
  const serverRemains = async () => {
    const [opened, known] = [await session(), await versions()];
    const { ServerRemainsApi } = await import('../adapters/openstack/server-remains.js');
    return new ServerRemainsApi(opened, known);
  };
  const hostRemains = async () => {
    const [opened, known] = [await session(), await versions()];
    const { HostRemainsApi } = await import('../adapters/openstack/host-remains.js');
    return new HostRemainsApi(opened, known);
  };
  const servers = async () => {
    const opened = await session();
    const { ServerChanges } = await import('../adapters/openstack/server-remains.js');
    return new ServerChanges(opened);
  };
  const users = async () => {
    const opened = await session();
    const { UsersApi } = await import('../adapters/openstack/users-api.js');
    return new UsersApi(opened);
  };
  const { readers, clock } = reports;
  const diagnose = async (serverId: string) => {
    const doctor = await import('./diagnose.js');
    return doctor.diagnose(serverId, readers, clock, watchOf(clock));
  };
  return {
    readers: { ...readers, computeServices, serverRemains, hostRemains, users, secretFolders, diagnose },
    writers: { ...writers, computeServices, servers, hosts: hostRemains, users, secretFolders },
  };
}

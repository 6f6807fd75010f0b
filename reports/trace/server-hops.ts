/** Whether the server behind a port runs. Pure. */
import type { WholeServer } from '../../lib/contract/server-ports';
import type { PortRecord } from '../../lib/contract/trace-ports';
import type { Looked } from '../looked';
import { assumed, broken, hopOf, proved, type Hop } from './hop';
import { isServersPort } from '../server-port';

const running = 1;
/** Nova asked nobody yet, or its driver could not tell. */
const unknown = 0;
const api = 'Nova';

export function serverHop(port: PortRecord, servers: Looked<readonly WholeServer[]> | undefined): Hop {
  const name = 'server';
  if (!isServersPort(port))
    return port.deviceOwner === ''
      ? broken(
          name,
          api,
          'the port belongs to no server',
          `give it to a server: \`openstack server add port SERVER ${port.id}\``,
        )
      : assumed(name, api, `the port belongs to ${port.deviceOwner}, and no server of Nova`);
  if (servers === undefined) return assumed(name, api, 'it was not asked for');
  return hopOf(name, api, servers, ([server]) =>
    server === undefined
      ? broken(
          name,
          api,
          `there is no server ${port.deviceId}, or it is hidden from these credentials: the port outlived it`,
          `give the port to a server: \`openstack server add port SERVER ${port.id}\``,
        )
      : stateHop(name, port, server),
  );
}

function stateHop(name: string, port: PortRecord, server: WholeServer): Hop {
  const called = `${server.name} (${server.id})`;
  const evidence = [
    `status ${server.status}, vm state ${server.vmState ?? '?'}, task ${server.taskState ?? 'none'}, power ${sayPower(server.powerState)}`,
  ];
  if (server.status === 'ACTIVE' && [undefined, running, unknown].includes(server.powerState)) {
    if (server.host !== undefined && port.host !== undefined && server.host !== port.host)
      return broken(
        name,
        api,
        `${called} runs on ${server.host}, and its port is bound to ${port.host}`,
        `\`openstack server reboot --hard ${server.id}\` binds the port where the server is`,
        evidence,
      );
    return server.powerState === unknown
      ? assumed(name, server.host ?? api, `${called} is active, and Nova does not know whether it runs`, evidence)
      : proved(name, server.host ?? api, `${called} is active`, evidence);
  }
  return broken(name, server.host ?? api, `${called} does not run`, stepOf(server), evidence);
}

/** Nova starts a server that is stopped, and refuses to start an active one. */
function stepOf({ id, status }: WholeServer): string {
  const trace = `\`stackward trace server ${id}\` tells what happened`;
  if (status === 'SHUTOFF') return `\`openstack server start ${id}\`; ${trace}`;
  return status === 'ACTIVE' ? `\`openstack server reboot --hard ${id}\`; ${trace}` : trace;
}

const powers: Readonly<Record<number, string>> = {
  0: 'unknown',
  1: 'running',
  3: 'paused',
  4: 'shut down',
  6: 'crashed',
  7: 'suspended',
};
export const sayPower = (state: number | undefined): string =>
  state === undefined ? '?' : (powers[state] ?? String(state));

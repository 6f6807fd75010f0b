/** Whether the server behind a port runs. Pure. */
import type { WholeServer } from '../../lib/contract/server-ports';
import type { PortRecord } from '../../lib/contract/trace-ports';
import type { Looked } from '../looked';
import { assumed, broken, hopOf, proved, type Hop } from './hop';

const running = 1;
const api = 'Nova';

export function serverHop(port: PortRecord, servers: Looked<readonly WholeServer[]> | undefined): Hop {
  const name = 'server';
  if (!port.deviceOwner.startsWith('compute:'))
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
  const trace = `\`stackward trace server ${server.id}\` tells what happened`;
  if (server.status === 'ACTIVE' && (server.powerState ?? running) === running) {
    if (server.host !== undefined && port.host !== undefined && server.host !== port.host)
      return broken(
        name,
        api,
        `${called} runs on ${server.host}, and its port is bound to ${port.host}`,
        `\`openstack server reboot --hard ${server.id}\` binds the port where the server is`,
        evidence,
      );
    return proved(name, server.host ?? api, `${called} is active`, evidence);
  }
  const step =
    server.status === 'ACTIVE' || server.status === 'SHUTOFF'
      ? `\`openstack server start ${server.id}\`; ${trace}`
      : trace;
  return broken(name, server.host ?? api, `${called} does not run`, step, evidence);
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

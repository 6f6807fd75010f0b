/** The hop that tells whether the server behind a port runs. Pure. */
import type { WholeServer } from '../../lib/contract/server-ports';
import type { PortRecord } from '../../lib/contract/trace-ports';
import type { Looked, Read } from '../looked';
import { assumed, broken, hopOf, proved, verdictOf, type Hop, type Verdict } from './hop';
import { isServersPort } from '../server-port';

const running = 1;
/** Nova's number for a state that it hasn't asked for, or that its driver doesn't know. */
const unknown = 0;
const api = 'Nova';

export const serverHop = (port: Read<PortRecord>, servers: Looked<readonly WholeServer[]> | undefined): Hop =>
  hopOf('server', api, { port }, (seen) => judgeHolder(seen.port, servers));

function judgeHolder(port: PortRecord, servers: Looked<readonly WholeServer[]> | undefined): Verdict {
  if (!isServersPort(port))
    return port.deviceOwner === ''
      ? broken('the port belongs to no server', giveToServer(port))
      : assumed(`the port belongs to ${port.deviceOwner}, and no server of Nova`);
  if (servers === undefined) return assumed('it was not asked for');
  return verdictOf({ servers }, ({ servers: [server] }) =>
    server === undefined
      ? broken(
          `there is no server ${port.deviceId}, or it is hidden from these credentials: the port outlived it`,
          giveToServer(port),
        )
      : judgeServer(port, server),
  );
}

const giveToServer = ({ id }: PortRecord): string => `give it to a server: \`openstack server add port SERVER ${id}\``;

function judgeServer(port: PortRecord, server: WholeServer): Verdict {
  const called = `${server.name} (${server.id})`;
  const place = server.host ?? api;
  const evidence = [
    `status ${server.status}, vm state ${server.vmState ?? '?'}, task ${server.taskState ?? 'none'}, power ${sayPower(server.powerState)}`,
  ];
  if (server.status !== 'ACTIVE' || ![undefined, running, unknown].includes(server.powerState))
    return { ...broken(`${called} does not run`, stepOf(server), evidence), place };
  if (server.host !== undefined && port.host !== undefined && server.host !== port.host)
    return broken(
      `${called} runs on ${server.host}, and its port is bound to ${port.host}`,
      `\`openstack server reboot --hard ${server.id}\` binds the port where the server is`,
      evidence,
    );
  const verdict =
    server.powerState === unknown
      ? assumed(`${called} is active, and Nova does not know whether it runs`, evidence)
      : proved(`${called} is active`, evidence);
  return { ...verdict, place };
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

/** Parses the question about a packet. Pure. */
import { InvalidCommand } from '../../../lib/basics/errors';
import { defined } from '../../../lib/basics/defined';
import { parseAddress, type IpAddress } from '../../../lib/net/ip-ranges';
import { protocolOf } from '../../../lib/net/protocols';

export interface PacketOptions {
  readonly from: string;
  readonly to: string;
  readonly protocol?: string;
  readonly port?: string;
  readonly sourcePort?: string;
  readonly source?: string;
  readonly mac?: string;
}

/** The question in the options, checked. */
export interface Question {
  /** Id of the port that sends. */
  readonly from: string;
  readonly to: IpAddress;
  readonly protocol: number;
  readonly destinationPort?: number;
  readonly sourcePort?: number;
  /** Default: the port's own address. */
  readonly source?: IpAddress;
  readonly mac?: string;
}

const portOf = (option: string, text: string): number => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65_535)
    throw new InvalidCommand(`${option} must be from 1 to 65535, and is ${JSON.stringify(text)}`);
  return number;
};

const addressOf = (option: string, text: string): IpAddress => {
  try {
    return parseAddress(text);
  } catch {
    throw new InvalidCommand(`${option} must be an address such as 198.51.100.7, and is ${JSON.stringify(text)}`);
  }
};

const icmpOf = (version: 4 | 6): number => (version === 4 ? 1 : 58);
const hasPorts = (protocol: number): boolean => [6, 17].includes(protocol);

/** TCP if a port is given, otherwise a ping. */
function protocolIn(text: string | undefined, hasPort: boolean, version: 4 | 6): number {
  if (text === undefined) return hasPort ? 6 : icmpOf(version);
  if (/^(icmp|icmpv6|ipv6-icmp)$/i.test(text)) return icmpOf(version);
  const number = protocolOf(text.toLowerCase());
  if (number !== undefined && number > 0 && number < 256) return number;
  throw new InvalidCommand(
    `--protocol must be tcp, udp, icmp or a number from 1 to 255, and is ${JSON.stringify(text)}`,
  );
}

/** @throws InvalidConfiguration naming the option */
export function parseQuestion({ from, to, protocol, port, sourcePort, source, mac }: PacketOptions): Question {
  const address = addressOf('--to', to);
  const number = protocolIn(protocol, port !== undefined || sourcePort !== undefined, address.version);
  if (!hasPorts(number) && (port ?? sourcePort) !== undefined)
    throw new InvalidCommand('--port and --source-port are only for tcp and udp');
  if (mac !== undefined && !/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac))
    throw new InvalidCommand(`--mac must be an address such as fa:16:3e:12:34:56, and is ${JSON.stringify(mac)}`);
  const given = source === undefined ? undefined : addressOf('--source', source);
  if (given !== undefined && given.version !== address.version)
    throw new InvalidCommand('--source and --to must be of one family');
  return {
    from,
    to: address,
    protocol: number,
    ...defined({
      destinationPort: port === undefined ? undefined : portOf('--port', port),
      sourcePort: sourcePort === undefined ? undefined : portOf('--source-port', sourcePort),
      source: given,
      mac: mac?.toLowerCase(),
    }),
  };
}

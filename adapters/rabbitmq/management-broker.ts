/** RabbitMQ through its management API, of any version: port 55672 before 3.0, 15672 since. */
import { Agent } from 'undici';
import { requestAgain } from '../request-again';
import * as z from 'zod';
import { asStackwardError, Blocked, InvalidConfiguration, StackwardError, TransientError, UnrecoverableError } from '../../lib/basics/errors'; // prettier-ignore
import { defined } from '../../lib/basics/defined';
import { parseJson } from '../../lib/basics/json';
import { sayFault } from '../../lib/basics/schema-fault';
import type { BrokerConnection, BrokerNode, BrokerQueue, BrokerReader } from '../../lib/contract/broker-ports';

export interface ManagementOptions {
  /** Such as `http://ctl1:15672`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** A broker of 100,000 queues sends about this much. */
const mostBytes = 64 << 20;
const timeoutMs = 30_000;

const text = z.string().max(1_024);
const amount = z.number().int().nonnegative().nullish();

/** The numbers are missing for a queue that has just been declared, and for a queue whose node is down. */
const queuesAnswer = z.array(
  z.object({ vhost: text, name: text, consumers: amount, messages_ready: amount, messages_unacknowledged: amount }),
);
/** `peer_address` before 3.0. A connection that is being opened has no user yet. */
const connectionsAnswer = z.array(
  z.object({ peer_host: text.nullish(), peer_address: text.nullish(), user: text.nullish(), vhost: text.nullish(), state: text.nullish() }), // prettier-ignore
);
const nodesAnswer = z.array(
  z.object({
    name: text,
    running: z.boolean(),
    mem_alarm: z.boolean().nullish(),
    disk_free_alarm: z.boolean().nullish(),
    partitions: z.array(text).nullish(),
  }),
);

const told = <Value>(value: Value | null | undefined): Value | undefined => value ?? undefined;

/** Both values are missing for a node on which the API doesn't run. */
function alarmsOf(memory: boolean | null | undefined, disk: boolean | null | undefined): readonly string[] | undefined {
  if (typeof memory !== 'boolean' || typeof disk !== 'boolean') return undefined;
  return [...(memory ? ['memory'] : []), ...(disk ? ['disk'] : [])];
}

export class ManagementBroker implements BrokerReader {
  readonly #dispatcher = new Agent({ connect: { timeout: 10_000, rejectUnauthorized: true }, connections: 3 });

  constructor(private readonly options: ManagementOptions) {}

  get by(): string {
    return `the management API at ${this.options.url}`;
  }

  async queues(): Promise<readonly BrokerQueue[]> {
    const columns = 'vhost,name,consumers,messages_ready,messages_unacknowledged';
    const rows = await this.get(`/api/queues?columns=${columns}`, queuesAnswer);
    return rows.map(({ vhost, name, consumers, messages_ready: ready, messages_unacknowledged: unacked }) => ({
      vhost,
      name,
      ...defined({ consumers: told(consumers), ready: told(ready), unacked: told(unacked) }),
    }));
  }

  async connections(): Promise<readonly BrokerConnection[]> {
    const rows = await this.get('/api/connections?columns=peer_host,peer_address,user,vhost,state', connectionsAnswer);
    return rows.map(({ peer_host, peer_address, user, vhost, state }) => ({
      from: peer_host ?? peer_address ?? '?',
      ...defined({ user: told(user), vhost: told(vhost), state: told(state) }),
    }));
  }

  async nodes(): Promise<readonly BrokerNode[]> {
    const rows = await this.get('/api/nodes', nodesAnswer);
    return rows.map(({ name, running, mem_alarm, disk_free_alarm, partitions }) => ({
      name,
      isRunning: running,
      ...defined({ alarms: alarmsOf(mem_alarm, disk_free_alarm) }),
      partitions: partitions ?? [],
    }));
  }

  async close(): Promise<void> {
    await this.#dispatcher.close();
  }

  private async get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const where = this.options.url;
    try {
      const { user, password } = this.options;
      const { origin, pathname, search } = new URL(`${where.replace(/\/+$/, '')}${path}`);
      const answer = await requestAgain(this.#dispatcher, {
        origin,
        path: `${pathname}${search}`,
        method: 'GET',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: 'application/json',
          authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        },
      });
      const body = await bodyOf(answer.body, where);
      const what = `GET ${path.replace(/\?.*/, '')}`;
      if (answer.statusCode === 401)
        throw new InvalidConfiguration(
          `RabbitMQ refuses the user "${user}" (401); correct "broker" in stackward.yaml. RabbitMQ lets the user guest in only from the broker's own machine`,
          { where, about: 'login' },
        );
      if (answer.statusCode === 403)
        throw new Blocked(`RabbitMQ lets the user "${user}" not see ${what} (403); give it the tag "monitoring"`, { where, about: 'right' }); // prettier-ignore
      if (answer.statusCode !== 200) throw new UnrecoverableError(`${what} was answered with ${answer.statusCode}; see what answers there`, { where, about: 'answer' }); // prettier-ignore
      const parsed = schema.safeParse(parseJson(body));
      if (parsed.success) return parsed.data;
      throw new UnrecoverableError(
        `the answer to ${what} has a form that stackward does not know: ${sayFault(parsed.error)}; see what answers there`,
        { where, about: 'answer' },
      );
    } catch (error) {
      if (error instanceof StackwardError) throw error;
      throw met(error, where);
    }
  }
}

async function bodyOf(body: AsyncIterable<Buffer>, where: string): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > mostBytes)
      throw new UnrecoverableError(`the broker answered with more than ${mostBytes >> 20} MiB, which is all that stackward reads; use rabbitmqctl on its host ("broker.host")`, { where, about: 'answer' }); // prettier-ignore
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function met(error: unknown, where: string): StackwardError {
  const { code = '', message = '', name = '' } = error as NodeJS.ErrnoException;
  if (error instanceof SyntaxError)
    return new UnrecoverableError(
      `no management API answers there: ${asStackwardError(error).detail}; correct "broker.management"`,
      { where, about: 'address' },
    );
  if (code === 'ECONNREFUSED')
    return new TransientError('nothing listens there; enable the plugin rabbitmq_management, or correct "broker.management" (port 15672, before RabbitMQ 3.0 55672)', { where, cause: error }); // prettier-ignore
  if (name === 'TimeoutError' || /TIMEOUT/.test(code))
    return new TransientError('it did not answer in time; a firewall may filter it', { where, cause: error });
  return new TransientError(`the connection failed: ${message}; look at the broker's log`, { where, cause: error });
}

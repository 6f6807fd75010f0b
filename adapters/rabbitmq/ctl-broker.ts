/** RabbitMQ through `rabbitmqctl` on its host, for brokers without the management plugin. */
import { TransientError, UnrecoverableError } from '../../lib/basics/errors';
import type { BrokerConnection, BrokerNode, BrokerQueue, BrokerReader } from '../../lib/contract/broker-ports';
import { valueOf, type HostReader } from '../../lib/hosts/host';
import * as answers from './ctl-answers';

const asJson = '--formatter=json';

interface Printed {
  readonly isJson: boolean;
  readonly text: string;
}

/** The most characters of an error: the nodes that were tried, and the failure of each. */
const mostSaid = 1_000;

/** Names of virtual hosts that are safe on a command line. Other virtual hosts are not looked at. */
const vhostForm = /^(\/|\/?[A-Za-z0-9_][A-Za-z0-9_.@-]*)$/;

export class CtlBroker implements BrokerReader {
  /** True if this release prints JSON; the first command finds out. */
  #knowsJson: Promise<boolean> | undefined;

  constructor(private readonly host: HostReader) {}

  get by(): string {
    return `rabbitmqctl on ${this.host.name}`;
  }

  async queues(): Promise<readonly BrokerQueue[]> {
    const { isJson, text } = await this.run(['list_vhosts']);
    const rows = isJson ? answers.rowsOfJson(text) : answers.rowsOfTable(text, ['name']);
    const vhosts = rows.flatMap(({ name }) => (name === undefined ? [] : [name]));
    const strange = vhosts.find((vhost) => !vhostForm.test(vhost));
    if (strange !== undefined)
      throw new UnrecoverableError(`the virtual host ${JSON.stringify(strange)} has a name that stackward gives to no command line; use the management API`, { where: this.by }); // prettier-ignore
    const listed = await Promise.all(
      vhosts.map(async (vhost) => {
        const printed = await this.run(['list_queues', '-p', vhost, ...answers.queueColumns]);
        return answers.queuesOf(vhost, rowsOf(printed, answers.queueColumns));
      }),
    );
    return listed.flat();
  }

  async connections(): Promise<readonly BrokerConnection[]> {
    return answers.connectionsOf(rowsOf(await this.run(['list_connections', ...answers.connectionColumns]), answers.connectionColumns)); // prettier-ignore
  }

  async nodes(): Promise<readonly BrokerNode[]> {
    const { isJson, text } = await this.run(['cluster_status']);
    return isJson ? answers.nodesOfJson(text) : answers.nodesOfTerms(text);
  }

  private async run(words: readonly string[]): Promise<Printed> {
    const isJson = await (this.#knowsJson ??= this.probe());
    const { code, stdout, stderr } = await this.ask([isJson ? asJson : '-q', ...words]);
    if (code === 0) return { isJson, text: stdout };
    const said = `${stderr} ${stdout}`.trim().replace(/\s+/g, ' ');
    throw new TransientError(
      `rabbitmqctl ${words[0] ?? ''} ended with ${code}: ${said.length > mostSaid ? `${said.slice(0, mostSaid)} …` : said}; run it on that host, as root or rabbitmq`,
      { where: this.by },
    );
  }

  /** A release without formatters ends with a usage message. */
  private async probe(): Promise<boolean> {
    const { code, stdout } = await this.ask([asJson, 'list_vhosts']);
    return code === 0 && stdout.includes('[');
  }

  private async ask(words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const [answer] = await this.host.read([{ verb: 'run-reader', argv: ['rabbitmqctl', ...words] }]);
    return valueOf(answer);
  }
}

const rowsOf = ({ isJson, text }: Printed, columns: readonly string[]): answers.Rows =>
  isJson ? answers.rowsOfJson(text) : answers.rowsOfTable(text, columns);

import { Construct } from 'constructs';
import type { LogProtocol } from '../lib/hosts/log-answers';
import { logCollectionSpec, type LogCollectionDeclared } from '../reconcilers/log-collection/spec';
import { checkTexts, requireProps } from './internal/check-props';
import { addFinding, claim, declareResource } from './internal/declarations';

export interface LogCollectionProps {
  /** The host that collects. An entry of `hosts` in stackward.yaml must match this name, and the clients must resolve it. */
  readonly server: string;
  /**
   * The hosts whose logs are collected: a list, or `all`, which means every host that Neutron's agents or stackward.yaml
   * name.
   * @default 'all'
   */
  readonly clients?: 'all' | readonly string[];
  /**
   * `relp` loses no message when the server or the network fails. It needs rsyslog 8 and the package rsyslog-relp on the
   * server and on each client. Use `udp` only if the network lets nothing else pass.
   * @default 'tcp'
   */
  readonly protocol?: LogProtocol;
  /** @default 514 */
  readonly port?: number;
  /** For how many days a log is kept. @default 30 */
  readonly retentionDays?: number;
}

/**
 * Collects the logs of many hosts on one host, by rsyslog. The server has one folder per host and one for all hosts
 * together; each has OpenStack's logs in a separate file. logrotate rotates the files every day. If a client is added,
 * nothing changes on the server.
 *
 *     new LogCollection(shared, 'Logs', { server: 'ctl1' });
 */
export class LogCollection extends Construct {
  constructor(scope: Construct, id: string, props: LogCollectionProps) {
    super(scope, id);
    requireProps(this, props, 'server');
    checkTexts(this, props);
    const { server, clients = 'all', protocol = 'tcp', port = 514, retentionDays = 30 } = props;
    const spec = { server, clients, protocol, port, retentionDays };
    const parsed = logCollectionSpec.safeParse(spec);
    const [issue] = parsed.success ? [] : parsed.error.issues;
    if (issue !== undefined) addFinding(this, `its ${issue.path.join('.')} ${issue.message}`);
    else {
      claim(this, `port ${port} of ${server} for logs`);
      declareResource(this, { kind: 'log-collection', spec: spec as LogCollectionDeclared });
    }
  }
}

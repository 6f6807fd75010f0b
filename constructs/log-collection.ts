import { Construct } from 'constructs';
import type { LogProtocol } from '../lib/hosts/log-answers';
import { logCollectionSpec, type LogCollectionDeclared } from '../reconcilers/log-collection/spec';
import { checkTexts, requireProps } from './internal/check-props';
import { addFinding, claim, declareResource } from './internal/declarations';

export interface LogCollectionProps {
  /** The host that collects, by a name that stackward.yaml's `hosts` matches and that the clients resolve. */
  readonly server: string;
  /**
   * The hosts whose logs are collected: `all` that Neutron's agents or stackward.yaml name, or these.
   * @default 'all'
   */
  readonly clients?: 'all' | readonly string[];
  /**
   * `relp` loses no message when the server or the network fails, and needs rsyslog 8 and the package rsyslog-relp on both
   * sides. `udp` is for networks that let nothing else pass.
   * @default 'tcp'
   */
  readonly protocol?: LogProtocol;
  /** @default 514 */
  readonly port?: number;
  /** For how many days a log is kept. @default 30 */
  readonly retentionDays?: number;
}

/**
 * Collects the logs of hosts on one of them: per host and of all hosts together, OpenStack's apart from the others, rotated
 * every day. rsyslog and logrotate do it. A new host needs nothing on the server.
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

import { Construct } from 'constructs';
import { brokerPluginSpec, type BrokerPluginSpec } from '../reconcilers/broker-plugin/spec';
import { checkTexts, requireProps } from './internal/check-props';
import { addFinding, claim, declareResource } from './internal/declarations';

export interface BrokerPluginProps {
  /** The plugin's name, such as `rabbitmq_management`. */
  readonly plugin: string;
  /** The hosts of RabbitMQ's nodes. An entry of `hosts` in stackward.yaml must match each name. */
  readonly hosts: readonly string[];
  /**
   * False switches the plugin off.
   * @default true
   */
  readonly enabled?: boolean;
}

/**
 * A plugin of RabbitMQ, on or off on these nodes. From RabbitMQ 3.4 on no restart is needed.
 *
 *     new BrokerPlugin(shared, 'Management', { plugin: 'rabbitmq_management', hosts: ['ctl1', 'ctl2'] });
 */
export class BrokerPlugin extends Construct {
  constructor(scope: Construct, id: string, props: BrokerPluginProps) {
    super(scope, id);
    requireProps(this, props, 'plugin', 'hosts');
    checkTexts(this, props);
    const { plugin, hosts, enabled = true } = props;
    const spec = { hosts, plugin, enabled };
    const parsed = brokerPluginSpec.safeParse(spec);
    const [issue] = parsed.success ? [] : parsed.error.issues;
    if (issue !== undefined) addFinding(this, `its ${issue.path.join('.')} ${issue.message}`);
    else {
      for (const host of new Set(hosts)) claim(this, `the plugin ${plugin} of RabbitMQ on ${host}`);
      declareResource(this, { kind: 'broker-plugin', spec: spec as BrokerPluginSpec });
    }
  }
}

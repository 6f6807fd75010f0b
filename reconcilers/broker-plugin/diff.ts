/** Finds the plugins that are not as declared. Pure. */
import { nearestNames } from '../../lib/basics/nearest';
import { explicitOf, neededBy, withExplicit, type BrokerPlugin } from '../../lib/broker-plugins/listing';
import type { Difference, Finding, Placement, Wanted } from '../../lib/contract/reconciler';
import type { PluginOn, PluginStep } from './model';
import type { PluginsObserved } from './observe';
import { notesOf, stateText } from './words';

export function diff({ wanted }: Placement<PluginOn>, observed: PluginsObserved): Difference<PluginStep> {
  const steps: PluginStep[] = [];
  const findings: Finding[] = [];
  const goes = new Set(wanted.flatMap(({ spec }) => (spec.enabled ? [] : [spec.plugin])));
  const comes = wanted.flatMap(({ spec }) => (spec.enabled ? [spec.plugin] : []));
  // The plugins after this run: without those that it switches off, with those that it switches on.
  const after = withExplicit(observed, [...explicitOf(observed).filter((name) => !goes.has(name)), ...comes]);
  for (const resource of wanted) {
    const { plugin, enabled } = resource.spec;
    const rival = wanted.find(({ spec }) => spec.plugin === plugin && spec.enabled !== enabled);
    if (rival) {
      findings.push({
        id: resource.id,
        reason: 'Blocked',
        message: `${rival.id} declares ${plugin} of this host ${rival.spec.enabled ? 'on' : 'off'}; delete one of the two declarations`,
      });
      continue;
    }
    const found = observed.plugins.get(plugin);
    const obstacle = found ? obstacleTo(plugin, enabled, after) : missing(plugin, observed);
    if (obstacle) findings.push({ id: resource.id, ...obstacle });
    else if (found && (found.enabled === 'explicitly') !== enabled) steps.push(stepOf(resource, found, observed));
    else if (found && enabled && found.isRunning === false)
      findings.push({
        id: resource.id,
        message: `${plugin} is enabled and does not run; it starts with RabbitMQ${byHand(plugin, observed)}`,
      });
  }
  return { steps, findings };
}

/** The tool switches off together with a plugin all that need it, and an apply brings back only what is declared. */
function byHand(plugin: string, observed: PluginsObserved): string {
  const users = neededBy(observed, plugin);
  return users.length === 0
    ? `, or by \`rabbitmq-plugins disable ${plugin}\` and another apply`
    : `; don't disable it for that, as ${users.join(', ')} would go with it`;
}

function missing(plugin: string, { plugins }: PluginsObserved): Omit<Finding, 'id'> {
  const near = nearestNames(plugin, plugins.keys());
  return {
    reason: 'InvalidConfiguration',
    message: `RabbitMQ there has no plugin ${plugin}${near.length === 0 ? '' : ` (near: ${near.join(', ')})`}; correct "plugin", or install it`,
  };
}

function obstacleTo(plugin: string, enabled: boolean, after: PluginsObserved): Omit<Finding, 'id'> | undefined {
  const users = enabled ? [] : neededBy(after, plugin);
  if (users.length === 0) return undefined;
  return {
    reason: 'Blocked',
    message: `${plugin} can't be switched off: ${users.join(', ')} ${users.length === 1 ? 'is' : 'are'} enabled and needs it, and RabbitMQ would switch that off too; declare it off as well, or leave ${plugin} on`,
  };
}

function stepOf({ id, spec }: Wanted<PluginOn>, found: BrokerPlugin, observed: PluginsObserved): PluginStep {
  const { plugin, enabled } = spec;
  return {
    id,
    plugin,
    enabled,
    action: 'update',
    subject: `plugin ${plugin} of RabbitMQ`,
    changes: [{ attribute: 'plugin', before: stateText(found), after: enabled ? 'on' : 'off' }],
    because: enabled ? 'the code declares it on' : 'the code declares it off',
    notes: notesOf(found, enabled, observed),
  };
}

/** The command of a step as the host runs it, and what it changes in the list of enabled plugins. Pure. */
import { lineDiff } from '../../lib/basics/line-diff';
import type { PluginListing } from '../../lib/broker-plugins/listing';
import type { Effect } from '../../lib/contract/reconciler';
import { advance } from './advance';
import type { PluginStep } from './model';
import type { PluginsObserved } from './observe';

/** Prints the names of enabled plugins, also of those that another plugin needs. */
const list = 'rabbitmq-plugins list -e -m';

export function effect(step: PluginStep, observed: PluginsObserved): Effect[] {
  const [before, after] = [enabledIn(observed), enabledIn(advance(observed, [step]))];
  return [
    { language: 'text', lines: [`rabbitmq-plugins ${step.enabled ? 'enable' : 'disable'} ${step.plugin}`] },
    ...(before === after ? [] : [{ language: 'diff' as const, lines: lineDiff(list, before, after) }]),
  ];
}

const enabledIn = ({ plugins }: PluginListing): string =>
  [...plugins.values()]
    .filter(({ enabled }) => enabled !== 'no')
    .map(({ name }) => `${name}\n`)
    .sort()
    .join('');

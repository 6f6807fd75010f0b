/** The command of a step, as the host runs it. Pure. */
import type { Effect } from '../../lib/contract/reconciler';
import type { PluginStep } from './model';

export const effect = ({ plugin, enabled }: PluginStep): Effect[] => [
  { language: 'text', lines: [`rabbitmq-plugins ${enabled ? 'enable' : 'disable'} ${plugin}`] },
];

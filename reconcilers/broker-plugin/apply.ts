/** Switches all plugins of a host in one request, unless the enabled plugins have changed since the plan. */
import { explicitOf } from '../../lib/broker-plugins/listing';
import type { Writers } from '../../lib/contract/ports';
import type { StepResult } from '../../lib/contract/reconciler';
import type { Target } from '../../lib/contract/target';
import type { PluginStep } from './model';
import type { PluginsObserved } from './observe';

export async function* apply(
  steps: readonly PluginStep[],
  observed: PluginsObserved,
  target: Target,
  to: Writers,
  stop: AbortSignal,
): AsyncIterable<StepResult> {
  const host = await to.host(target);
  if (stop.aborted) return;
  const named = (isOn: boolean) => steps.flatMap(({ plugin, enabled }) => (enabled === isOn ? [plugin] : []));
  const expected = explicitOf(observed);
  const [answers] = await host.write([
    [{ verb: 'switch-plugins', expect: expected, enable: named(true), disable: named(false) }],
  ]);
  const outcome = answers?.[0];
  const failure = outcome?.ok === false ? outcome.error : undefined;
  const { code = 1, said = 'no answer' } = outcome?.ok ? (outcome.value as { code?: number; said?: string }) : {};
  for (const { id } of steps)
    if (failure) yield { id, outcome: 'failed', reason: failure.reason, message: failure.message };
    else if (code === 0) yield { id, outcome: 'applied' };
    else
      yield {
        id,
        outcome: 'failed',
        reason: 'TransientError',
        message: `rabbitmq-plugins ended with code ${code} (${said}); plan again to see what is done`,
      };
}

import { planExitCode } from '../../lib/run/exit-code';
import { renderPlanJson } from '../../lib/render/json';
import { renderVerification } from '../../lib/render/text';
import type { ManifestOptions } from '../options';
import { planOf } from '../plan-of';
import { runWith, type Run } from '../run';
import { say } from '../terminal';

export const verify = (options: ManifestOptions): Promise<void> => runWith(options, options.stack, showVerification);

async function showVerification(run: Run): Promise<number> {
  const { options, style } = run;
  const planned = await planOf(run);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

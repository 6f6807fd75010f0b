import type { Command } from 'commander';
import { planExitCode } from '../../lib/run/exit-code';
import { renderPlanJson } from '../../lib/render/json';
import { renderVerification } from '../../lib/render/text';
import { withManifest } from '../options';
import { planOf } from '../plan-of';
import { runWith, type Options, type Run } from '../run';
import { say } from '../terminal';

export const addVerify = (root: Command): Command =>
  withManifest(
    root.command('verify').description('say of every resource whether it is as the code says; writes nothing'),
  ).action((options: Options) => runWith(options, options.stack, verify));

async function verify(run: Run): Promise<number> {
  const { options, style } = run;
  const planned = await planOf(run);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

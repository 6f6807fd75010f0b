import { InvalidCommand } from '../../lib/basics/errors';
import { printableJson } from '../../lib/basics/printable';
import { planExitCode, worstExitCode } from '../../lib/run/exit-code';
import { renderPlanJson } from '../../lib/render/json';
import { renderVerification } from '../../lib/render/text';
import { readManifests } from '../inputs';
import type { VerifyOptions } from '../options';
import { planOf } from '../plan-of';
import { connectAndRun, runWith, type Run } from '../run';
import { say } from '../terminal';

export const verify = (options: VerifyOptions): Promise<void> => {
  const { bothHalves: keepsUnread, manifest, stack } = options;
  return keepsUnread === true
    ? connectAndRun(
        options,
        () => readManifests(manifest, stack, process.env, { keepsUnread, journal: options.journal }),
        showVerification,
      )
    : runWith(options, stack, showVerification);
};

async function showVerification(run: Run<VerifyOptions>): Promise<number> {
  const { options, style } = run;
  if (options.bothHalves === true) return verifyBothHalves(run);
  if (options.fast === true) throw new InvalidCommand("--fast is about Terraform's half; add --both-halves");
  const planned = await planOf(run);
  say(options.json ? renderPlanJson('verify', planned) : renderVerification(planned, style));
  return planExitCode(planned);
}

async function verifyBothHalves(run: Run<VerifyOptions>): Promise<number> {
  const { options, style } = run;
  if (options.manifest.length > 0)
    throw new InvalidCommand("--both-halves looks at this folder's stacks; leave out --manifest");
  const { renderTerraformHalf, terraformExitCode, verifyTerraform } = await import('../verify-terraform.js');
  const isFast = options.fast === true;
  const planned = await planOf(run);
  const terraform = await verifyTerraform(options.stack, isFast);
  const exitCode = worstExitCode([planExitCode(planned), terraformExitCode(terraform)]);
  if (options.json) {
    const ours = JSON.parse(renderPlanJson('verify', planned)) as object;
    const told = Object.fromEntries(terraform.map(({ stack, ...rest }) => [stack, rest]));
    say(printableJson({ ...ours, terraform: told, exitCode }));
  } else say(`${renderVerification(planned, style)}${renderTerraformHalf(terraform, isFast, style)}`);
  return exitCode;
}

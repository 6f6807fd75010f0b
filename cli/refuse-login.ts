/** Logs in before Terraform does, because Terraform's words for a refused login are long and name no user. */
import { asStackwardError } from '../lib/basics/errors';
import type { Configuration } from './config';
import { wire, type Answer } from './wire';

/**
 * Only a refusal by Keystone ends the run here. Whatever else fails is told by the half that needs the cloud.
 * @throws InvalidConfiguration naming the cloud, the user, and the place of the password
 */
export async function refuseWrongLogin(
  configuration: Configuration,
  env: NodeJS.ProcessEnv,
  answer: Answer,
): Promise<void> {
  const { context, close } = wire(configuration, env, [], answer);
  const { readers } = context;
  try {
    const stacks = await readers.code();
    if (stacks.some(({ clouds }) => clouds.length > 0)) await (await readers.catalogue()).login();
  } catch (error) {
    const met = asStackwardError(error);
    if (met.status === 401) throw met;
  } finally {
    await close();
  }
}

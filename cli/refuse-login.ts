/** Logs in before Terraform does, because Terraform's words for a refused login are long and name no user. */
import { asStackwardError } from '../lib/basics/errors';
import type { Configuration } from './config';
import { wire, type Answer } from './wire';

/**
 * Only a refusal by Keystone ends the run here. Whatever else fails is told by the half that needs the cloud. Terraform
 * may log in at another cloud than stackward, so the login counts only for stacks of stackward's cloud.
 * @param names of the stacks that the run is about
 * @throws InvalidConfiguration naming the cloud, the user, and the place of the password
 */
export async function refuseWrongLogin(
  configuration: Configuration,
  env: NodeJS.ProcessEnv,
  answer: Answer,
  names: readonly string[],
): Promise<void> {
  const { context, close } = wire(configuration, env, [], answer);
  const { readers } = context;
  try {
    const [code, { byVariables }] = await Promise.all([readers.code(), readers.knownClouds()]);
    const clouds = code.flatMap((stack) => (names.includes(stack.name) ? stack.clouds : []));
    if (clouds.some((cloud) => (cloud ?? byVariables) === readers.cloud)) await (await readers.catalogue()).login();
  } catch (error) {
    const met = asStackwardError(error);
    if (met.status === 401 && met.about === 'login') throw met;
  } finally {
    await close();
  }
}

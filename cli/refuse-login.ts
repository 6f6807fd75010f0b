/** Logs in before Terraform does, because Terraform's words for a refused login are long and name no user. */
import { asStackwardError } from '../lib/basics/errors';
import type { CodeOfStack } from './both-halves';
import type { Configuration } from './config';
import { credentialsOf, wire, type Answer } from './wire';

/**
 * Only a refusal by Keystone ends the run here. Whatever else fails is told by the half that needs the cloud. Terraform
 * may log in at another cloud than stackward, or read an entry otherwise, and then the refusal says nothing about it.
 * @param stacks that the run is about
 * @throws InvalidConfiguration naming the cloud, the user, and the place of the password
 */
export async function refuseWrongLogin(
  configuration: Configuration,
  env: NodeJS.ProcessEnv,
  answer: Answer,
  stacks: readonly CodeOfStack[],
): Promise<void> {
  const { context, close } = wire(configuration, env, [], answer);
  const { readers } = context;
  try {
    const { byVariables } = await readers.knownClouds();
    const clouds = stacks.flatMap(({ code }) => code?.parsed.clouds ?? []);
    if (clouds.some((cloud) => (cloud ?? byVariables) === readers.cloud)) await (await readers.catalogue()).login();
  } catch (error) {
    const met = asStackwardError(error);
    if (met.status === 401 && met.about === 'login' && readsAsTerraform(configuration, env)) throw met;
  } finally {
    await close();
  }
}

/** False if Terraform's provider takes something else from the same entry and variables. */
const readsAsTerraform = (configuration: Configuration, env: NodeJS.ProcessEnv): boolean =>
  credentialsOf(configuration, env).notes.every(({ settledBy }) => settledBy !== undefined);

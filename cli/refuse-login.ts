/** Logs in before Terraform does, because Terraform's words for a refused login are long and name no user. */
import { asStackwardError } from '../lib/basics/errors';
import type { CodeOfStack } from './both-halves';
import type { Configuration } from './config';
import { credentialsOf, wire, type Answer } from './wire';

/**
 * Ends the run only if Keystone refuses a login that Terraform would use too. The half that needs the cloud tells every
 * other fault. Terraform may log in at another cloud than stackward, or read the same entry otherwise; then a refusal of
 * stackward's login says nothing about Terraform's.
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

/** False if the entry or a variable has a setting that Terraform's provider reads otherwise than stackward. */
const readsAsTerraform = (configuration: Configuration, env: NodeJS.ProcessEnv): boolean =>
  credentialsOf(configuration, env).notes.every(({ settledBy }) => settledBy !== undefined);

import { runSynth } from '../../adapters/synth-program';

/**
 * The program reports by itself, in the words that cdktf expects of an app. Compilers end with 2 too, which elsewhere
 * means changes.
 */
export async function synth(): Promise<void> {
  process.exitCode = (await runSynth(process.env)) ? 0 : 1;
}

import { runSynth } from '../../adapters/synth-program';

/** The program reports by itself, in the words that cdktf expects of an app. */
export async function synth(): Promise<void> {
  process.exitCode = await runSynth(process.env);
}

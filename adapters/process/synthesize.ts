/** Runs the app command of cdktf.json, as `cdktf synth` does, without the seconds that cdktf's own program takes. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { withoutSecrets } from '../../lib/basics/without-secrets';
import { findText } from '../files/files';
import { outputFolder } from '../files/output-folder';

const file = z.object({ app: z.string().min(1), context: z.record(z.string(), z.json()).default({}) });

const longestWords = 4000;
const limitMs = 10 * 60_000;

/**
 * @param folder the project's folder, which contains cdktf.json
 * @returns the folder with the synthesized stacks
 * @throws InvalidConfiguration with the words of the app
 */
export async function synthesize(folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const where = join(folder, 'cdktf.json');
  const text = findText(where, 1 << 20);
  if (text === undefined)
    throw new InvalidConfiguration("there is no such file; change to the project's folder, or run `npx stackward init`", { where, about: 'file' }); // prettier-ignore
  const parsed = file.safeParse(parseJson(text));
  if (!parsed.success)
    throw new InvalidConfiguration('it names no app; write the command that synthesizes, such as "app": "tsx main.ts"', { where, about: 'file' }); // prettier-ignore
  const { app, context } = parsed.data;
  const out = outputFolder(folder);
  const { code, said } = await runApp(app, folder, {
    ...env,
    CDKTF_OUTDIR: out,
    CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS: 'true',
    CDKTF_CONTEXT_JSON: JSON.stringify({ ...contextOf(env), ...context }),
  });
  if (code === 0) return out;
  throw new InvalidConfiguration(
    `\`${app}\` failed with code ${code ?? '?'}; mend what it says: ${inOneLine(said)}`,
    folder === '.' ? {} : { where: folder },
  );
}

/** A message has one line. The frames of a stack say nothing of the project's mistake. */
const inOneLine = (said: string): string =>
  said
    .split(/\s*\n\s*/)
    .filter((line) => line !== '' && !/^at \S|^Node\.js v\d/.test(line))
    .join(' | ');

function contextOf({ CDKTF_CONTEXT_JSON: given }: NodeJS.ProcessEnv): object {
  return given === undefined ? {} : z.record(z.string(), z.unknown()).parse(parseJson(given));
}

function runApp(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs });
    let said = '';
    const hear = (text: string): void => void (said = (said + text).slice(-longestWords));
    // A character may come in two pieces.
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.on('error', reject).on('close', (code) => resolve({ code, said: withoutSecrets(said).trim() }));
  });
}

/** Between our text and the guest stand cdktf and Terraform, and PyYAML in the guest: none may change a byte. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, LocalBackend, TerraformLocal, TerraformOutput, TerraformStack } from 'cdktf';
import fc from 'fast-check';
import { renderUserData, type UtmUserDataProps } from '../../constructs/internal/user-data';
import { renderCloudConfig } from '../../lib/synth/cloud-config';
import { escapeForTerraform } from '../../lib/synth/terraform-text';

const python = '/usr/bin/python3';

/** A missing tool skips the test, with a word; in CI it is a failure. */
function lacks(what: string, command: string, ...args: string[]): boolean {
  if (spawnSync(command, args).status === 0) return false;
  if (process.env['CI'] === 'true') throw new Error(`CI must have ${what}`);
  process.stdout.write(`skipped: ${what} is not installed\n`);
  return true;
}
const testWithTerraform = lacks('terraform', 'terraform', '-version') ? test.skip : test;
const testWithCloudInit = lacks('cloud-init', python, '-c', 'import cloudinit.util') ? test.skip : test;

/** Terraform's output of each text, in a stack of outputs alone. The callback may make tokens. */
function evaluate(texts: (stack: TerraformStack) => readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-terraform-'));
  try {
    const app = new App({ outdir: folder });
    const stack = new TerraformStack(app, 'texts');
    new LocalBackend(stack, { path: join(folder, 'state') });
    new TerraformOutput(stack, 'texts', { value: texts(stack) });
    app.synth();
    writeFileSync(join(folder, 'terraformrc'), '');
    const env = { ...process.env, TF_CLI_CONFIG_FILE: join(folder, 'terraformrc'), CHECKPOINT_DISABLE: '1' };
    const terraform = (...args: string[]) => {
      const cwd = join(folder, 'stacks/texts');
      const run = spawnSync('terraform', args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 26 });
      if (run.status !== 0) throw new Error(`terraform ${args.join(' ')}: ${run.stderr}`);
      return run.stdout;
    };
    terraform('init', '-input=false');
    terraform('apply', '-input=false', '-auto-approve');
    return JSON.parse(terraform('output', '-json', 'texts')) as string[];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const green = 'fa:16:3e:00:00:02';
const propsWith = (macAddress: string): UtmUserDataProps => ({
  hostname: 'jingoo-utm',
  mode: 'routed',
  nics: { green: { macAddress, addresses: ['10.1.0.254/24'] } },
  files: [{ path: '/usr/local/bin/x', mode: '0755', content: '#!/bin/sh\necho "${HOME%/*} $$ %{http_code} $${x}"\n' }],
  commands: [`echo ${macAddress} \${HOME}`],
});

testWithTerraform('Terraform makes of user data with tokens the same text as if their values had been written', () => {
  const [fromToken, fromLiteral, plain] = evaluate((stack) => {
    const token = new TerraformLocal(stack, 'mac', green).asString;
    return [renderUserData(propsWith(token)), renderUserData(propsWith(green)), 'plain'];
  });
  expect(plain).toBe('plain');
  expect(fromToken).toBe(fromLiteral);
  expect(fromToken).toContain(`nic '${green}'`);
  expect(fromToken).toContain('echo "${HOME%/*} $$ %{http_code} $${x}"');
  expect(fromToken).toContain(`- "echo ${green} \${HOME}"\n`);
});

testWithTerraform('Terraform gives back any text of user data as it went in, with tokens replaced', () => {
  const pieces = fc.constantFrom('$', '$$', '%', '{', '}', '${', '%{', '${a.b}', '"', '\\', '\n', ' ', 'é', 'TOKEN');
  const samples = fc.sample(fc.array(pieces, { maxLength: 12 }), 1000).map((list) => list.join(''));
  const evaluated = evaluate((stack) => {
    const token = new TerraformLocal(stack, 'value', green).asString;
    return samples.map((text) => escapeForTerraform(text.replaceAll('TOKEN', () => token)));
  });
  expect(evaluated).toEqual(samples.map((text) => text.replaceAll('TOKEN', green)));
});

testWithCloudInit("cloud-init's parser reads every content of user data as it was written", () => {
  const words = fc.constantFrom(
    'yes',
    'NO',
    'on',
    '0644',
    '1:30',
    '~',
    'null',
    '1e3',
    '0x1f',
    '2024-01-01',
    '=',
    '<<',
    '',
  );
  const lines = fc.stringMatching(/^[ \t#:a'"\n{}[\]&*!|>%@`,?-]{0,60}$/);
  const samples = fc.sample(fc.oneof(words, lines, fc.string({ unit: 'grapheme' })), 1000);
  const text = renderCloudConfig({
    hostname: 'utm',
    network: { nics: [] },
    files: samples.map((content, index) => ({ path: `/f${String(index)}`, content })),
    commands: samples,
  });
  const program = `
import json, sys
from cloudinit import util
read = util.load_yaml(sys.stdin.read())
print(json.dumps([[f['content'] for f in read['write_files'][2:]], read['runcmd'], [f['permissions'] for f in read['write_files']]]))`;
  const run = spawnSync(python, ['-c', program], { input: text, encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(run.stderr).toBe('');
  const [contents, commands, modes] = JSON.parse(run.stdout) as string[][];
  expect(contents).toEqual(samples);
  expect(commands).toEqual(samples);
  expect(new Set(modes)).toEqual(new Set(['0755', '0644']));
});

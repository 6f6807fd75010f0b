/** A program that does not synthesize is a problem, in each command that synthesizes: 2 would mean changes. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandFolder } from '../support/command';

const root = resolve(__dirname, '../..');
const typeError = "main.ts(1,1): error TS2322: Type 'string' is not assignable to type '아'.";
let command: CommandFolder;

beforeEach(() => (command = new CommandFolder()));
afterEach(() => command.remove());

/** Gives the project esbuild, and a compiler that ends as tsc does. */
function writeProject(program: string, said: string, code: number): void {
  const modules = join(command.folder, 'node_modules');
  mkdirSync(join(modules, 'typescript'), { recursive: true });
  symlinkSync(join(root, 'node_modules/esbuild'), join(modules, 'esbuild'));
  writeFileSync(join(modules, 'typescript/package.json'), '{ "bin": { "tsc": "tsc.js" } }');
  // The last characters come in two pieces.
  const ends = `const said = Buffer.from(${JSON.stringify(said)}); process.exitCode = ${code};
    process.stdout.write(said.subarray(0, -4)); setTimeout(() => process.stdout.write(said.subarray(-4)), 200);`;
  writeFileSync(join(modules, 'typescript/tsc.js'), ends);
  command.write('main.ts', program);
  command.write('cdktf.json', { app: `'${process.execPath}' '${join(root, 'dist/stackward')}' synth` });
}

test.each([['synth'], ['review'], ['deploy', '--auto-approve']])('a type error ends %s with 1', async (...words) => {
  writeProject('export {};', typeError, 2);
  const { code, stderr } = await command.run(words);
  expect(code).toBe(1);
  expect(stderr.replace(/\s+/g, ' ')).toContain(typeError);
});

test.each([
  ['throws', "throw new Error('no such tenant');", 'no such tenant'],
  ['ends by itself with 2', 'process.exit(2);', ''],
])('synth of a program that %s ends with 1', async (_, program, said) => {
  writeProject(program, '', 0);
  const { code, stderr } = await command.run(['synth']);
  expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
});

test('what the app says is read whole, also where a character comes in two pieces', async () => {
  command.write('cdktf.json', { app: "printf '\\354'; sleep 0.2; printf '\\225\\204'; exit 1" });
  const { code, stderr } = await command.run(['review']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('아')]);
});

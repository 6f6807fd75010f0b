/** The TypeScript examples of README.md and docs/, as programs that can be compiled and run. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const root = resolve(__dirname, '../..');

export const readDocument = (document: string): string => readFileSync(join(root, document), 'utf8');

/** Every page, by its path from the project's folder. */
export const documents: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => relative(root, join(root, 'docs', name)))
    .sort(),
];

/** The texts in the fences of one language on a page, in order. */
export const blocksOf = (document: string, language: string): string[] =>
  [...readDocument(document).matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text]) =>
    name === language && text !== undefined ? [text] : [],
  );

const beginning = (): string => (blocksOf('docs/constructs.md', 'ts')[0] ?? '').replace('app.synth();\n', '');

/** A program of a project of its own as one of a clone, where the constructs are a folder and the bindings a package. */
export const inClone = (program: string): string =>
  program
    .replace("from 'stackward'", "from './constructs'")
    .replaceAll("from 'stackward/provider/", "from '@cdktf/provider-openstack/lib/");

/** An example that imports nothing but bindings continues the first example of docs/constructs.md. */
export function programOf(block: string): string {
  const code = block.replaceAll(/^import .* from 'stackward\/provider\/.*';\n+/gm, '');
  return inClone(code.startsWith('import ') ? block : `${beginning()}\n${block}\napp.synth();\n`);
}

export interface Example {
  readonly title: string;
  readonly program: string;
}

export const examples = (): Example[] =>
  documents.flatMap((document) =>
    blocksOf(document, 'ts').map((block, index) => ({
      title: `example ${index + 1} of ${document}`,
      program: programOf(block),
    })),
  );

const withoutFences = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, '');

/** Links to files and headings of this project. */
export const linksOf = (document: string): { link: string; path: string; anchor: string | undefined }[] =>
  [...withoutFences(readDocument(document)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !link.includes('://'))
    .map((link) => {
      const [file = '', anchor] = link.split('#');
      const path = file === '' ? join(root, document) : join(root, dirname(document), file);
      return { link: `${document}: ${link}`, path, anchor };
    });

/** The headings of a page as the links to them name them. */
export const headingsOf = (document: string): string[] =>
  [...withoutFences(readDocument(document)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Puts these texts into the first fences of one language on a page. */
export function writeBlocks(document: string, language: string, texts: readonly string[]): void {
  let index = 0;
  const fence = new RegExp(`^(\`\`\`${language}\\n)([\\s\\S]*?)(^\`\`\`)$`, 'gm');
  const page = readDocument(document).replace(
    fence,
    (_, start: string, old: string, end: string) => `${start}${texts[index++] ?? old}${end}`,
  );
  writeFileSync(join(root, document), page);
}

/**
 * The mistakes that the compiler finds in these texts.
 * @param files by path
 * @param project the settings to compile with
 */
export function mistakesIn(files: ReadonlyMap<string, string>, project: string): string[] {
  const { config } = ts.readConfigFile(join(root, project), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, incremental: false },
    {
      ...host,
      fileExists: (path) => files.has(path) || host.fileExists(path),
      directoryExists: (path) =>
        [...files.keys()].some((file) => file.startsWith(`${path}/`)) || host.directoryExists?.(path) === true,
      readFile: (path) => files.get(path) ?? host.readFile(path),
      getSourceFile: (path, language, ...more) => {
        const text = files.get(path);
        return text === undefined
          ? host.getSourceFile(path, language, ...more)
          : ts.createSourceFile(path, text, language);
      },
    },
  );
  return [...files.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  });
}

interface StackFile {
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** Runs a program in this process. Returns the stacks that it wrote, by name; none if the program makes no app. */
export function synthesize(program: string): Record<string, StackFile> {
  const outdir = mkdtempSync(join(tmpdir(), 'stackward-example-'));
  const before = process.env.CDKTF_OUTDIR;
  process.env.CDKTF_OUTDIR = outdir;
  try {
    const { outputText } = ts.transpileModule(program, { compilerOptions: { module: ts.ModuleKind.CommonJS } });
    const load = createRequire(__filename);
    const requireFromRoot = (name: string): unknown =>
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module registry of Jest, which compiles TypeScript
      name.startsWith('./') ? require(join(root, name)) : load(name);
    new Function('require', 'exports', outputText)(requireFromRoot, {});
    const stacks = join(outdir, 'stacks');
    const names = existsSync(stacks) ? readdirSync(stacks) : [];
    return Object.fromEntries(
      names.map((name) => [name, JSON.parse(readFileSync(join(stacks, name, 'cdk.tf.json'), 'utf8')) as StackFile]),
    );
  } finally {
    if (before === undefined) delete process.env.CDKTF_OUTDIR;
    else process.env.CDKTF_OUTDIR = before;
    rmSync(outdir, { recursive: true, force: true });
  }
}

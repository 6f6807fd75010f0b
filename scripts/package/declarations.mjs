// The declarations of the constructs as one file, for cdktf. They mention no library that is bundled.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import ts from 'typescript';

/** Modules that a user of the package has. */
const known = /^(?:cdktf|constructs|\.\/provider\/.*|node:.*)$/;

/** @throws Error if a declaration that users see mentions a library that they don't have */
export async function declareConstructs(root) {
  const folder = mkdtempSync(join(tmpdir(), 'stackward-types-'));
  try {
    emit(root, folder);
    const bundle = await rollup({
      input: join(folder, 'constructs/index.d.ts'),
      external: (id) => !id.startsWith('.') && !id.startsWith('/'),
      plugins: [dts()],
      onwarn: ({ message }) => {
        throw new Error(message);
      },
    });
    const paths = (id) => id.replace(/^@cdktf\/provider-openstack\/lib\/(.+)$/, './provider/$1.js');
    const { output } = await bundle.generate({ format: 'es', paths });
    const unknown = output[0].imports.map(paths).filter((id) => !known.test(id));
    if (unknown.length > 0)
      throw new Error(
        `the declarations of the constructs mention ${unknown.join(', ')}: give that type a name of its own`,
      );
    return output[0].code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emit(root, outDir) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([join(root, 'constructs/index.ts')], {
    ...options,
    types: ['node'],
    noEmit: false,
    incremental: false,
    tsBuildInfoFile: undefined,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir,
  });
  const { diagnostics } = program.emit(undefined, undefined, undefined, true, {
    afterDeclarations: [spellOut(program.getTypeChecker(), root, outDir)],
  });
  if (diagnostics.length > 0) throw new Error(ts.flattenDiagnosticMessageText(diagnostics[0].messageText, ' '));
}

/** Writes what a type inferred from a schema of zod is, in the place of its inference. */
const spellOut = (checker, root, outDir) => (context) => (file) => {
  const { factory } = context;
  const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias;
  // The checker names a type of another file by the path of its source; its declaration lies below `outDir`.
  const leadToDeclarations = (node) => {
    if (!ts.isImportTypeNode(node)) return ts.visitEachChild(node, leadToDeclarations, context);
    const path = factory.createStringLiteral(join(outDir, relative(root, node.argument.literal.text)));
    const argument = factory.createLiteralTypeNode(path);
    return factory.updateImportTypeNode(node, argument, undefined, node.qualifier, undefined, node.isTypeOf);
  };
  const visit = (node) => {
    if (!ts.isTypeAliasDeclaration(node)) return node;
    const original = ts.getOriginalNode(node);
    if (!/^z\.infer</.test(original.type.getText())) return node;
    const type = checker.typeToTypeNode(checker.getTypeAtLocation(original.name), original, flags);
    const { modifiers, name, typeParameters } = node;
    return factory.updateTypeAliasDeclaration(node, modifiers, name, typeParameters, leadToDeclarations(type));
  };
  return ts.visitEachChild(file, visit, context);
};

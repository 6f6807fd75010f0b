/** The strictest compiler that a user may have. */
import ts from 'typescript';

const sources = new Map<string, ts.SourceFile | undefined>();
/** The compiler's messages about these files. Files are parsed once for all programs. */
export function messagesOf(files: readonly string[], options: ts.CompilerOptions): string[] {
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
  };
  const all = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: [],
    noEmit: true,
    ...strict,
    ...options,
  };
  const host = ts.createCompilerHost(all);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (file, language, ...more) => {
    const key = file + JSON.stringify(language);
    if (!sources.has(key)) sources.set(key, read(file, language, ...more));
    return sources.get(key);
  };
  return ts.getPreEmitDiagnostics(ts.createProgram(files, all, host)).map(({ file, messageText }) => {
    return `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

/**
 * How deep a YAML text is nested, told from its tokens.
 *
 * The `yaml` package composes a document by a function that calls itself once per level. A text of a few thousand levels
 * exhausts the call stack there; where V8 then happens to compile a regular expression, V8 ends the whole process
 * ("RegExpCompiler Allocation failed"), and no `catch` sees it. The package's lexer reads level after level in a loop, so
 * its tokens are safe to count before anything is composed. Source: V8, src/regexp/regexp-compiler.cc,
 * ToNodeCheckForStackOverflow.
 */
import { CST, Lexer } from 'yaml';

/** A token of these types begins a node, so the column in which it stands may be that of a new level. */
const beginsNode = new Set<CST.TokenType | null>([
  'seq-item-ind',
  'explicit-key-ind',
  'scalar',
  'single-quoted-scalar',
  'double-quoted-scalar',
  'alias',
]);

const endsPairs = new Set<CST.TokenType | null>([
  'comma',
  'flow-map-start',
  'flow-map-end',
  'flow-seq-start',
  'flow-seq-end',
]);

/** The lexer's own marks, of which the text holds nothing. */
const marks = new Set<CST.TokenType | null>(['doc-mode', 'flow-error-end', 'scalar']);

/**
 * True where brackets and indentation are more than `levels` deep. A list that begins in the column of its key counts
 * with the key as one level, so a text that passes has at most twice as many.
 */
export function isDeeperThan(text: string, levels: number): boolean {
  /** The columns in which the nodes around the token began, outermost first. */
  const columns: number[] = [];
  let brackets = 0;
  /** "a: b: c" is a pair within a pair, which YAML allows within brackets alone, and the package composes everywhere. */
  let pairs = 0;
  let column = 0;
  let isPlainText = false;
  for (const token of new Lexer().lex(text)) {
    // Plain text follows its mark, and may read like an indicator.
    const type: CST.TokenType | null = isPlainText ? null : CST.tokenType(token);
    isPlainText = type === 'scalar';
    if (type === 'flow-map-start' || type === 'flow-seq-start') brackets++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') brackets = Math.max(0, brackets - 1);
    else if (type === 'map-value-ind' || (type === 'explicit-key-ind' && brackets > 0)) pairs++;
    else if (brackets === 0 && beginsNode.has(type)) {
      while ((columns.at(-1) ?? -1) >= column) columns.pop();
      columns.push(column);
    }
    if (endsPairs.has(type) || (type === 'newline' && brackets === 0)) pairs = 0;
    if (columns.length + brackets + Math.max(0, pairs - 1) > levels) return true;
    if (!marks.has(type)) column = columnAfter(token, column);
  }
  return false;
}

function columnAfter(token: string, column: number): number {
  const lineEnd = token.lastIndexOf('\n');
  return lineEnd < 0 ? column + token.length : token.length - lineEnd - 1;
}

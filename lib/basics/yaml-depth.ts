/**
 * Measures how deep a YAML text is nested before the text is parsed.
 *
 * The `yaml` package composes a document with a function that calls itself once per level, so a text of a few thousand
 * levels exhausts the call stack. If V8 compiles a regular expression at that moment, it ends the whole process
 * ("RegExpCompiler Allocation failed"), and no `catch` can prevent this. The package's lexer uses a loop instead, so
 * this module counts levels from the lexer's tokens. Source: V8, src/regexp/regexp-compiler.cc, ToNodeCheckForStackOverflow.
 */
import { CST, Lexer } from 'yaml';

/** A token of these types begins a node, so its column may begin a new level. */
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

/** Marks that the lexer inserts; they are no part of the text. */
const marks = new Set<CST.TokenType | null>(['doc-mode', 'flow-error-end', 'scalar']);

const blockLine = /^(?:#.*|"[^"\\]*" *: *"[^"\\]*" *)?\r?$/;
const objectLine = /^\s*(?:"[^"\\]*"\s*:\s*"[^"\\]*"\s*,?\s*)?$/;

/** True if every line is a comment or one pair of quoted texts, alone or within one pair of braces. Most policy files are. */
function isFlat(text: string): boolean {
  const lines = text.trimEnd().split('\n');
  const isObject = lines.length > 1 && lines[0]?.trim() === '{' && lines.at(-1)?.trim() === '}';
  return isObject
    ? lines.slice(1, -1).every((line) => objectLine.test(line))
    : lines.every((line) => blockLine.test(line));
}

/**
 * True if brackets and indentation are more than `levels` deep. A list that begins in the column of its key counts as
 * one level together with the key, so a text that passes may be up to twice as deep.
 *
 * @param levels at least 2
 */
export function isDeeperThan(text: string, levels: number): boolean {
  if (isFlat(text)) return false;
  /** The columns of the nodes that enclose the token, outermost first. */
  const columns: number[] = [];
  let brackets = 0;
  /** "a: b: c" is a pair within a pair. YAML allows this only within brackets, but the package composes it everywhere. */
  let pairs = 0;
  /** After "a: b:" and "a: ?" the package composes the next line within `b`, although YAML allows neither. */
  let leftOpen = 0;
  let column = 0;
  let isPlainText = false;
  for (const token of new Lexer().lex(text)) {
    // A plain text comes after its mark and may look like an indicator.
    const type: CST.TokenType | null = isPlainText ? null : CST.tokenType(token);
    isPlainText = type === 'scalar';
    if (type === 'flow-map-start' || type === 'flow-seq-start') brackets++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') brackets = Math.max(0, brackets - 1);
    else if (type === 'map-value-ind' || (type === 'explicit-key-ind' && brackets > 0)) pairs++;
    else if (brackets === 0 && beginsNode.has(type)) {
      while ((columns.at(-1) ?? -1) >= column) columns.pop();
      columns.push(column);
    }
    if (type === 'explicit-key-ind' && brackets === 0 && pairs > 0) leftOpen++;
    const isLineEnd = type === 'newline' && brackets === 0;
    if (isLineEnd) leftOpen += Math.max(0, pairs - 1);
    if (isLineEnd || endsPairs.has(type)) pairs = 0;
    if (columns.length + brackets + leftOpen + Math.max(0, pairs - 1) > levels) return true;
    if (!marks.has(type)) column = columnAfter(token, column);
  }
  return false;
}

function columnAfter(token: string, column: number): number {
  const lineEnd = token.lastIndexOf('\n');
  return lineEnd < 0 ? column + token.length : token.length - lineEnd - 1;
}

/**
 * Collects the sentences of stackward's refusals from its source. A refusal is either an error of lib/basics/errors.ts,
 * or a finding with a reason and a message. Some adapters have a separate file for their sentences (`collections`):
 * each text of four or more words in such a file is taken for a sentence. The folder `reports` is left out, because
 * reports refuse nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import type { Matter, Reason } from '../../lib/basics/errors';

const root = resolve(__dirname, '../..');
const folders = ['adapters', 'cli', 'lib', 'reconcilers', 'review', 'runbooks'];
const reasons = ['Refused', 'TransientError', 'UnrecoverableError', 'Blocked'];

/** Files that hold nothing but sentences, which other files make errors of. */
const collections = [
  'adapters/host/host-errors.ts',
  'adapters/host/ssh-errors.ts',
  'adapters/mysql/mysql-errors.ts',
  'adapters/mysql/mysql-refusals.ts',
  'adapters/mysql/mysql-tls-errors.ts',
  'adapters/openstack/openstack-errors.ts',
];

export interface Refusals {
  /** `…` stands for each value that a run puts in. */
  readonly sentences: readonly { readonly file: string; readonly sentence: string }[];
  /** Files with refusals whose sentences stand elsewhere in the source. */
  readonly unread: ReadonlySet<string>;
}

export function readRefusals(): Refusals {
  const sentences: { file: string; sentence: string }[] = [];
  const unread = new Set<string>();
  const mayRefuse = new RegExp(`\\b(${reasons.join('|')})\\b`);
  for (const file of folders.flatMap(filesBelow)) {
    const text = readFileSync(join(root, file), 'utf8');
    if (!collections.includes(file) && !mayRefuse.test(text)) continue;
    const source = sourceOf(file, text);
    const visit = (node: ts.Node): void => {
      const message = collections.includes(file) ? undefined : messageOf(node, source);
      const texts = message === undefined ? [] : textsOf(message);
      if (message !== undefined && texts.length === 0) unread.add(file);
      if (collections.includes(file) && isText(node)) texts.push(...textsOf(node).filter(isSentence));
      for (const sentence of texts) sentences.push({ file, sentence });
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { sentences, unread };
}

/** Neither its comments nor the way from a node to its parent are needed. */
const sourceOf = (file: string, text: string): ts.SourceFile =>
  ts.createSourceFile(file, text, {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });

export interface WrittenError {
  readonly file: string;
  readonly reason: Reason;
  readonly about?: Matter;
  readonly sentence: string;
}

/** Every error that the source makes with a sentence of its own, with what its title is made of. */
export function readErrors(): readonly WrittenError[] {
  const found: WrittenError[] = [];
  const mayThrow = new RegExp(`\\bnew\\s+(${Object.keys(classes).join('|')})\\b`);
  for (const file of [...folders, 'reports'].flatMap(filesBelow)) {
    const text = readFileSync(join(root, file), 'utf8');
    if (!mayThrow.test(text)) continue;
    const source = sourceOf(file, text);
    const visit = (node: ts.Node): void => {
      ts.forEachChild(node, visit);
      if (!ts.isNewExpression(node)) return;
      const made = classes[node.expression.getText(source)];
      const [message, options] = node.arguments ?? [];
      if (made === undefined || message === undefined) return;
      const about = options && ts.isObjectLiteralExpression(options) ? valueOf(options, 'about', source) : undefined;
      const told = about && ts.isStringLiteral(about) ? { about: about.text as Matter } : {};
      for (const sentence of textsOf(message)) found.push({ file, ...made, ...told, sentence });
    };
    visit(source);
  }
  return found;
}

/** Name of a class → what it makes. */
const classes: Readonly<Record<string, Pick<WrittenError, 'reason' | 'about'>>> = {
  ...Object.fromEntries(
    (['InvalidConfiguration', 'Refused', 'TransientError', 'UnrecoverableError', 'StalePlan', 'Blocked'] as const).map(
      (reason) => [reason, { reason }],
    ),
  ),
  InvalidCommand: { reason: 'InvalidConfiguration', about: 'command line' },
};

const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

/** The message of a refusal that this node makes; undefined for any other node. */
function messageOf(node: ts.Node, source: ts.SourceFile): ts.Expression | undefined {
  if (ts.isNewExpression(node) && reasons.includes(node.expression.getText(source))) return node.arguments?.[0];
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const [reason, message] = ['reason', 'message'].map((name) => valueOf(node, name, source));
  return reason !== undefined && ts.isStringLiteral(reason) && reasons.includes(reason.text) ? message : undefined;
}

function valueOf(node: ts.ObjectLiteralExpression, name: string, source: ts.SourceFile): ts.Expression | undefined {
  const property = node.properties.find((each) => each.name?.getText(source) === name);
  if (property === undefined) return undefined;
  if (ts.isPropertyAssignment(property)) return property.initializer;
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

const isText = (node: ts.Node): node is ts.Expression => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
const isSentence = (text: string): boolean => text.split(' ').length >= 4;

/** Every text that the expression may have; none where only a run can tell. */
function textsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')];
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node))
    return textsOf(node.left).flatMap((left) => orHole(node.right).map((right) => left + right));
  return ts.isParenthesizedExpression(node) ? textsOf(node.expression) : [];
}

function orHole(node: ts.Expression): string[] {
  const texts = textsOf(node);
  return texts.length === 0 ? ['…'] : texts;
}

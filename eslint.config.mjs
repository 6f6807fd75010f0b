// Lint is the architecture: who may import whom (docs/design.md, "The layout").
import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import ts from 'typescript-eslint';

/** Folders of ours that `from` may import, as one negated pattern over relative paths that leave the folder. */
const mayImport = (from, allowed, more = []) => ({
  files: [`${from}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(?!\\.\\.)(?!(${[from, ...allowed].join('|')})(/|$))(constructs|reconcilers|lib|adapters|cli|lab|test|main|host|runbooks|reports|review|bench|demo)(/|$)`,
            message: `${from}/ may import only from: ${[from, ...allowed].join(', ')}.`,
          },
          ...more,
        ],
      },
    ],
  },
});

const drivers = {
  regex: '^(node:)?(fs|fs/promises|child_process|net|tls|http|https)$|^(mysql2|undici)',
  message: 'Only adapters/ touch drivers, files, processes and the network.',
};
const cdktf = { regex: '^(cdktf|cdktn|constructs)(/|$)', message: 'Only constructs/ and main.ts import cdktf.' };

const readings = {
  regex: '^(\\.\\./)+looked$',
  importNames: ['read', 'look'],
  message: 'A judge of a trace is given what was read; it makes no reading itself.',
};

const kinds = readdirSync(new URL('reconcilers', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
/** @param but what of another kind it may take, as the begin of a path */
const otherKinds = (but = '') => ({
  regex: `^(\\.\\./)+${but && `(?!${but})`}(${kinds.join('|')})(/|$)`,
  message: 'A kind imports nothing of another; boot-restore alone takes the chain of firewall-exception.',
});

/** Some 100,000 arguments end the program with a RangeError, and what comes from outside may be as many. */
const spreadArguments = {
  selector: ':matches(CallExpression, NewExpression) > SpreadElement',
  message: 'Spread nothing into arguments: use append or greatest of lib/basics/lists.ts, or take the tuple apart.',
};

/** A bundler can't take it apart: all 47 languages of zod would be a part of the command. */
const namedZod = {
  selector: 'ImportDeclaration[source.value="zod"] > ImportSpecifier[imported.name="z"]',
  message: "Write: import * as z from 'zod'.",
};

/** Names that say nothing of what is held. A static method `of` is cdktf's custom, and a property has its object's name beside it. */
const vague = '[name=/^(one|at|of|as|some|other)$/]';
const vagueName = {
  selector: `:matches(${[
    'VariableDeclarator > Identifier.id',
    'FunctionDeclaration > Identifier.id',
    ':function > Identifier.params',
    'TSFunctionType > Identifier.params',
    'ArrayPattern > Identifier',
    'ObjectPattern > Property > Identifier.value',
    'AssignmentPattern > Identifier.left',
    'RestElement > Identifier',
  ].join(', ')})${vague}`,
  message: 'Name it after the thing that it holds.',
};

/** `...{ a, b }` saves a line and hides two properties; `...(x ? { x } : {})` has to be read twice. */
const trickSpread = {
  selector: `ObjectExpression > SpreadElement > :matches(${[
    'ObjectExpression',
    'ConditionalExpression:has(> ObjectExpression[properties.length=0])',
    'LogicalExpression:has(> ObjectExpression.right)',
  ].join(', ')})`,
  message: 'Write plain properties, and ...defined({ x }) of lib/basics/defined.ts for those that may be missing.',
};

const providerOfTenant = {
  selector:
    ':matches(MemberExpression[property.name="provider"]:matches([object.name="tenant"], [object.property.name="tenant"]), VariableDeclarator[init.name="tenant"] Property[key.name="provider"])',
  message: 'Call tenantProvider: in another stack, the alias of this provider names another project.',
};

const everywhere = [vagueName, trickSpread];
const shipped = [...everywhere, spreadArguments, namedZod];
const reasoned = [
  ...shipped,
  {
    selector: 'ThrowStatement > NewExpression[callee.name="Error"]',
    message: 'Throw one of lib/basics/errors.ts: the reason says what to do about it.',
  },
];
const forbid = (files, rules) => ({ files, rules: { 'no-restricted-syntax': ['error', ...rules] } });

export default ts.config(
  { ignores: ['node_modules', 'dist', 'cdktf.out', 'providers/openstack/lib', 'coverage'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    rules: {
      'no-console': 'error',
      'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  mayImport('lib', [], [drivers, cdktf]),
  mayImport('reconcilers', ['lib'], [drivers, cdktf]),
  mayImport('reconcilers/*', ['lib'], [drivers, cdktf, otherKinds()]),
  mayImport('reconcilers/boot-restore', ['lib'], [drivers, cdktf, otherKinds('firewall-exception/chain/')]),
  // Links to files of credentials are all that synth writes beside cdktf's own files.
  mayImport('constructs', ['lib', 'reconcilers/[a-z-]+/spec', 'adapters/files/credential-links'], [drivers]),
  mayImport('adapters', ['lib'], [cdktf]),
  mayImport('reports', ['lib'], [drivers, cdktf]),
  // Where a trace judges, nothing becomes a reading that was none.
  {
    ...mayImport('reports/trace', ['lib', 'reports'], [drivers, cdktf, readings]),
    ignores: ['reports/trace/**/read*.ts', 'reports/trace/host-*.ts', 'reports/trace/nat-place.ts'],
  },
  mayImport('runbooks', ['lib'], [drivers, cdktf]),
  mayImport('review', ['lib'], [drivers, cdktf]),
  mayImport('cli', ['lib', 'reconcilers', 'reports', 'review', 'runbooks', 'adapters'], [cdktf]),
  forbid(['**/*.ts'], everywhere),
  forbid(['adapters/**/*.ts', 'cli/**/*.ts', 'constructs/**/*.ts', 'main.ts'], shipped),
  {
    ...forbid(['constructs/**/*.ts'], [...shipped, providerOfTenant]),
    ignores: ['constructs/internal/tenant-provider.ts', 'constructs/tenant-stack.ts'],
  },
  forbid(['lib/**/*.ts', 'reconcilers/**/*.ts', 'reports/**/*.ts', 'review/**/*.ts', 'runbooks/**/*.ts'], reasoned),
  {
    files: ['lib/**/*.ts', 'reconcilers/**/*.ts', 'reports/**/*.ts', 'review/**/*.ts', 'runbooks/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  // Generated: one line for each rule of a service.
  { files: ['lib/policy/data/*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['cli/**', 'lab/**', 'bench/**', 'demo/**', 'scripts/**', '**/*.mjs', '**/*.cjs'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        __dirname: 'readonly',
        require: 'readonly',
        URL: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { files: ['test/**/*.ts'], rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
);

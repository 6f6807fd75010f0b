/** One rule of a policy file, with its place in the text. */
/** The form in which a value is written. `other`: a form that no service can load as a rule. */
export type ValueForm = 'plain' | 'single' | 'double' | 'block' | 'alias' | 'flow-list' | 'block-list' | 'other';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One rule in the file: `text.slice(value.start, value.end)` is its value as written. */
export interface Entry {
  readonly rule: string;
  readonly key: Span;
  readonly value: Span;
  readonly form: ValueForm;
  /** The value that the service gets. */
  readonly holds: unknown;
  /** The items, if the value is a list. */
  readonly items: readonly (Span & { readonly holds: unknown })[];
  /** The anchor of a value that other entries refer to; absent if none does. */
  readonly sharedAs?: string;
}

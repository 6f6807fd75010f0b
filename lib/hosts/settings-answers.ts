/**
 * Settings files in Python, such as Horizon's local_settings.py, told and edited on the host, from version 5 on. The host's own
 * Python parses a file, and runs nothing of it. Of the file nothing leaves the host but literals that are asked for by name.
 */
/** A literal as JSON has it; a tuple is a list. */
export type PythonValue = null | boolean | number | string | readonly PythonValue[];

/** `OPENSTACK_NEUTRON_NETWORK`, then keys: `enable_router`. */
export type SettingName = readonly [string, ...string[]];

/** One place of a file that has a say in a setting; of all in order the last counts. */
export type ToldSetting = {
  /** Both from 1 on. */
  readonly line: number;
  readonly column: number;
} & (
  | {
      readonly is: 'literal';
      /** As it is written: `u"UTC"`. */
      readonly source: string;
      /** A tuple is a list. */
      readonly value: PythonValue;
      /** A statement of its own, and no entry of a dictionary. */
      readonly isStatement: boolean;
    }
  /** The name of another setting stands there: `TEMPLATE_DEBUG = DEBUG`. */
  | { readonly is: 'name'; readonly source: string; readonly isStatement: boolean }
  | {
      /**
       * `computed`: by more than a literal that JSON has. `secret`: an address with a password. `conditional`: below `if` and
       * its like. `changed`: by more than an assignment. `lacking`: a dictionary that has no such key. `imported`: the name
       * comes from a module.
       */
      readonly is: 'computed' | 'secret' | 'conditional' | 'changed' | 'lacking' | 'imported';
    }
);

/** `from MODULE import *`: all names of it, which nobody sees in this file. */
export interface StarImport {
  readonly module: string;
  /** The number of dots before the module: 0 for an absolute import. */
  readonly level: number;
  readonly line: number;
  /** True if the file continues without the module: the import is inside of a `try`. */
  readonly isGuarded: boolean;
  readonly isConditional: boolean;
}

export type ToldSettings =
  | { readonly exists: false; readonly realPath: string }
  | {
      readonly exists: true;
      readonly realPath: string;
      readonly mtimeSeconds: number;
      readonly links: number;
      readonly managers: readonly ('Ansible' | 'Puppet' | 'Kolla')[];
      readonly stars: readonly StarImport[];
      /** For each name that was asked for, in the order of the file. */
      readonly settings: readonly (readonly ToldSetting[])[];
    };

/** `invalid` where the host's Python can't parse the file; the message then names line and column. */
export interface SettingsRead {
  readonly verb: 'read-settings';
  readonly path: string;
  /** At most 64; a name that is secret refuses the whole. */
  readonly names: readonly SettingName[];
}

export interface SettingsWrite {
  /**
   * Replaces literals, removes assignments or adds new ones at the end, all of a file at once. The new text was compiled, and
   * it was compared: nothing else of it changes. Where a setting is not as expected, the answer is `changed`.
   */
  readonly verb: 'swap-settings';
  readonly path: string;
  readonly changes: readonly SettingChange[];
}

export interface SettingChange {
  readonly name: SettingName;
  /** `source` of the last place; null: nothing sets it, or its dictionary has no such key. */
  readonly expect: string | null;
  /** A literal, or the name of another setting. null: its assignment goes. */
  readonly literal: string | null;
}

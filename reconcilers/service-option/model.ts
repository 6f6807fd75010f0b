/** Types that the files of the kind service-option share. */
import type { Finding, Step } from '../../lib/contract/reconciler';
import type { ConfiguredServices } from '../../lib/host-services/configured-services';
import type { HostFile } from '../../lib/hosts/host';
import type { HostRecords } from '../../lib/hosts/host-record';
import type { DescribedOption } from '../../lib/hosts/service-answers';
import type { OptionLine } from '../../lib/oslo-config/lines';
import type { OptionName } from '../../lib/oslo-config/effective';
import type { OptionImage } from './image';
import type { PythonValue } from '../../lib/hosts/settings-answers';
import type { HorizonSettings } from '../../lib/python-settings/read';
import type { Say } from '../../lib/python-settings/effective';
import type { RecordEntry, ServiceOptionDeclared } from './spec';

export const kind = 'service-option';

/** What one host should have. */
export type OptionOn =
  | {
      readonly declared: ServiceOptionDeclared;
      /** The value of the named variable; undefined if it is not set, or if no variable is named. */
      readonly secret: Sealed<string> | undefined;
    }
  | { readonly restore: readonly OptionImage[] };

/** A value that doesn't show when it is turned into text or JSON, or inspected by Node.js. */
export class Sealed<Value> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  /** Call it only to write the value to the host, or to compare it. */
  open(): Value {
    return this.#value;
  }

  toJSON(): string {
    return '***';
  }
}

/** The facts about a file, besides its text, that a write needs. */
export type ToldFile = Pick<HostFile & { readonly exists: true }, 'realPath' | 'sha256' | 'owner' | 'managers'>;

export interface OptionObserved extends HostRecords<RecordEntry>, Pick<ConfiguredServices, 'services' | 'now'> {
  /** The files that the services read; the key is the path. */
  readonly files: ReadonlyMap<string, ToldFile>;
  /** The key is the project. A project that the host can't describe is absent. */
  readonly described: ReadonlyMap<string, readonly DescribedOption[]>;
  /** By project: why the host doesn't tell. */
  readonly undescribed: ReadonlyMap<string, string>;
  /** Files that a record names and that are on the host no more. */
  readonly gone: ReadonlySet<string>;
  readonly settings: ObservedSettings;
}

/** What Horizon's files say of the settings that were asked for, by their names. */
export type ObservedSettings =
  | Exclude<HorizonSettings, { is: 'read' }>
  | (Omit<Extract<HorizonSettings, { is: 'read' }>, 'says'> & {
      readonly says: ReadonlyMap<string, readonly Say[]>;
    });

export type About = OptionName & { readonly service: string };

/** The change of a step to one option and to its record. */
export interface Job extends About {
  readonly owner: string;
  readonly seen: readonly OptionLine[];
  /** `nothing`: only the record changes. */
  readonly does:
    | { readonly is: 'set'; readonly values: readonly string[]; readonly isOfSeveral: boolean }
    /** Undefined: no file sets it. */
    | { readonly is: 'set in Python'; readonly value: PythonValue | undefined }
    | { readonly is: 'bring back'; readonly goal: readonly OptionLine[]; readonly written: readonly OptionLine[] }
    | { readonly is: 'nothing' };
  readonly overridesManager: boolean;
  readonly before: RecordEntry | undefined;
  /** The entry after the write and before a restart. */
  readonly after: RecordEntry | undefined;
  /** True if the value comes from stackward's environment. */
  readonly hasSecretValue: boolean;
  /** The unit to restart. */
  readonly restart: string | undefined;
}

export interface ServiceOptionStep extends Step {
  readonly owner: string;
  readonly jobs: Sealed<readonly Job[]>;
}

/** A job, with the host before it and after it. */
export interface Draft {
  readonly id: string;
  readonly job: Job;
  readonly because: string;
  readonly site: OptionObserved;
  readonly after: OptionObserved;
  /** The `reason` of the declaration. */
  readonly reason?: string | undefined;
  /** The variable whose value is written. */
  readonly variable?: string | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly leftBy?: Step['leftBy'];
}

/** The result of comparing one resource. */
export interface Comparison {
  readonly draft?: Draft | undefined;
  readonly findings: readonly Finding[];
}

export const keyOf = (about: About): string => `${about.service} ${nameOf(about)}`;
/** A setting in Python has no section. */
export const nameOf = ({ section, name }: OptionName): string => (section === '' ? name : `[${section}] ${name}`);

/** Any user's process may name any file on its command line. */
export const isConfiguration = (path: string): boolean => /\.(conf|ini)$/.test(path);

/** What the parts of the kind service-option say to each other. */
import type { Finding, Step } from '../../lib/contract/reconciler';
import type { ConfiguredServices } from '../../lib/host-services/configured-services';
import type { HostFile } from '../../lib/hosts/host';
import type { HostRecords } from '../../lib/hosts/host-record';
import type { DescribedOption } from '../../lib/hosts/service-answers';
import type { OptionLine } from '../../lib/oslo-config/lines';
import type { OptionName } from '../../lib/oslo-config/effective';
import type { OptionImage } from './image';
import type { RecordEntry, ServiceOptionDeclared } from './spec';

export const kind = 'service-option';

/** What one host is to have. */
export type OptionOn =
  | {
      readonly declared: ServiceOptionDeclared;
      /** Of the named variable; undefined: it is not set, or none is named. */
      readonly secret: Sealed<string> | undefined;
    }
  | { readonly restore: readonly OptionImage[] };

/** What neither a text, nor JSON, nor Node.js's inspection shows. */
export class Sealed<Value> {
  readonly #value: Value;

  constructor(value: Value) {
    this.#value = value;
  }

  /** For the host alone, and for comparisons. */
  open(): Value {
    return this.#value;
  }

  toJSON(): string {
    return '***';
  }
}

/** What a write needs to know of a file besides its text. */
export type ToldFile = Pick<HostFile & { readonly exists: true }, 'realPath' | 'sha256' | 'owner' | 'managers'>;

export interface OptionObserved extends HostRecords<RecordEntry>, Pick<ConfiguredServices, 'services' | 'now'> {
  /** By path: what was read of the files of the services. */
  readonly files: ReadonlyMap<string, ToldFile>;
  /** By project; a project that the host doesn't tell of is absent. */
  readonly described: ReadonlyMap<string, readonly DescribedOption[]>;
  /** Files that a record names and that are on the host no more. */
  readonly gone: ReadonlySet<string>;
}

export type About = OptionName & { readonly service: string };

/** What a step does to one option, and to the record of it. */
export interface Job extends About {
  readonly owner: string;
  readonly seen: readonly OptionLine[];
  /** `nothing`: the record alone changes. */
  readonly does:
    | { readonly is: 'set'; readonly values: readonly string[]; readonly isOfSeveral: boolean }
    | { readonly is: 'bring back'; readonly goal: readonly OptionLine[]; readonly written: readonly OptionLine[] }
    | { readonly is: 'nothing' };
  readonly overridesManager: boolean;
  readonly before: RecordEntry | undefined;
  /** Before any restart. */
  readonly after: RecordEntry | undefined;
  /** It comes from the environment of stackward. */
  readonly hasSecretValue: boolean;
  /** The unit to restart. */
  readonly restart: string | undefined;
}

export interface ServiceOptionStep extends Step {
  readonly owner: string;
  readonly jobs: Sealed<readonly Job[]>;
}

/** A job, and the files before it and after it. */
export interface Draft {
  readonly id: string;
  readonly job: Job;
  readonly because: string;
  readonly site: OptionObserved;
  readonly after: OptionObserved;
  /** Of the declaration. */
  readonly reason?: string | undefined;
  /** The variable whose value is written. */
  readonly variable?: string | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly leftBy?: Step['leftBy'];
}

/** What comes of one resource. */
export interface Comparison {
  readonly draft?: Draft | undefined;
  readonly findings: readonly Finding[];
}

export const keyOf = ({ service, section, name }: About): string => `${service} [${section}] ${name}`;
export const nameOf = ({ section, name }: OptionName): string => `[${section}] ${name}`;

/** Any user's process may name any file on its command line. */
export const isConfiguration = (path: string): boolean => /\.(conf|ini)$/.test(path);

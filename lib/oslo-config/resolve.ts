/**
 * The value of an option that a service reads, with `$` references followed (cfg.py, `_substitute`, `StrSubWrapper`).
 */
import { effective, type OptionName, type OsloConfig, type OsloOption } from './effective';
import { defaultSection } from './file';
import { replaceReferences } from './references';
import { ConfigValue } from './secret';

export interface RegisteredOption extends OsloOption {
  /** The default in the service's code, in which `$` references are not replaced yet. */
  readonly default?: string;
  /** True for text options. A reference to an option of another type gives the text that Python makes of its value. */
  readonly isText: boolean;
}

export type Resolved =
  | { readonly is: 'values'; readonly values: readonly string[] }
  | { readonly is: 'unset' }
  /** The service fails when it reads the option: "no such option", with the name of this option. */
  | { readonly is: 'broken'; readonly why: string }
  /** The value can't be found out here. */
  | { readonly is: 'unknown'; readonly why: string };

/**
 * The most references that are followed. No service needs as many, and values that refer to each other could grow
 * without limit.
 */
const maxFollowed = 1000;
const maxLength = 100_000;

class Stopped extends Error {
  constructor(
    readonly outcome: 'broken' | 'unknown',
    private readonly found: string,
    /** The reference that can't be followed, as a message quotes it. */
    private readonly quote?: string,
    /** True if Python then looks in [DEFAULT]. */
    readonly looksFurther = false,
  ) {
    super(found);
  }

  get why(): string {
    return this.quote === undefined ? this.found : `${this.quote} ${this.found}`;
  }

  /** For a reference inside of a secret value: the reference is a part of the secret, so it is not quoted. */
  inSecret(): Stopped {
    const quote = this.quote === undefined ? undefined : 'a "$" in a secret value';
    return new Stopped(this.outcome, this.found, quote, this.looksFurther);
  }
}

/**
 * @param registered all options that the service registers; undefined if they are not known: then every option that a
 * file sets is taken for registered
 */
export function resolve(
  option: RegisteredOption,
  config: OsloConfig,
  registered?: readonly RegisteredOption[],
): Resolved {
  try {
    const values = new Resolver(config, registered).read(option);
    return values ? { is: 'values', values } : { is: 'unset' };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return { is: error.outcome, why: error.why };
  }
}

const keyOf = ({ section, name }: OptionName): string => `${section}\n${name}`;

class Resolver {
  private readonly options: ReadonlyMap<string, RegisteredOption> | undefined;
  private readonly former: ReadonlySet<string>;
  private readonly sections: ReadonlySet<string>;
  private readonly reading = new Set<string>();
  private followed = 0;

  constructor(
    private readonly config: OsloConfig,
    registered: readonly RegisteredOption[] | undefined,
  ) {
    this.options = registered && new Map(registered.map((option) => [keyOf(option), option]));
    const former = (registered ?? []).flatMap((option) => option.former ?? []);
    this.former = new Set(config.era.formerNames ? former.map(keyOf) : []);
    this.sections = new Set(registered?.map(({ section }) => section).filter((section) => section !== defaultSection));
  }

  read(option: RegisteredOption): readonly string[] | undefined {
    const key = keyOf(option);
    if (this.reading.has(key)) throw new Stopped('broken', 'refers to itself', `"${option.name}"`);
    this.followed += 1;
    if (this.followed > maxFollowed)
      throw new Stopped('unknown', `more than ${maxFollowed} references are to be followed`);
    this.reading.add(key);
    try {
      const { values } = effective(option, this.config);
      if (values.length === 0) return option.default === undefined ? undefined : [this.expand(option.default, option)];
      const texts = values.map(({ value }) => this.expand(value, option));
      // All releases that read the environment have this bug: they take each character for a value.
      return option.multiple && values[0]?.from === 'environment' ? [...(texts[0] ?? '')] : texts;
    } finally {
      this.reading.delete(key);
    }
  }

  private expand(value: string, option: OsloOption): string {
    const text = this.follow(value, option);
    if (text.length > maxLength)
      throw new Stopped('unknown', `its references come to more than ${maxLength} characters`);
    return text;
  }

  private follow(value: string, option: OsloOption): string {
    try {
      return replaceReferences(value, this.config.era, ({ name }) => this.behind(name, option.section));
    } catch (error) {
      throw error instanceof Stopped && new ConfigValue(option, value).isSecret ? error.inSecret() : error;
    }
  }

  private behind(reference: string, section: string): string {
    const { ownSection, dotted } = this.config.era;
    const dot = dotted ? reference.indexOf('.') : -1;
    const [first, name] =
      dot < 0
        ? [ownSection ? section : defaultSection, reference]
        : [reference.slice(0, dot), reference.slice(dot + 1)];
    if (dot >= 0 && this.options && !this.sections.has(first))
      throw new Stopped('broken', "names a section that the service doesn't know", `"$${reference}"`);
    try {
      return this.textOf({ section: first, name }, reference);
    } catch (error) {
      if (!(error instanceof Stopped) || !error.looksFurther || first === defaultSection) throw error;
      return this.textOf({ section: defaultSection, name: reference }, reference);
    }
  }

  private textOf(named: OptionName, reference: string): string {
    const option = this.find(named, reference);
    if (option.multiple || !option.isText)
      throw new Stopped('unknown', 'names an option whose text only the service makes', `"$${reference}"`);
    const values = this.read(option);
    return values?.[0] ?? (this.config.era.unsetIsEmpty ? '' : 'None');
  }

  private find(named: OptionName, reference: string): RegisteredOption {
    if (named.section === defaultSection && this.sections.has(named.name))
      throw new Stopped('broken', 'names a section', `"$${reference}"`);
    if (this.options) {
      const option = this.options.get(keyOf(named));
      if (option) return option;
      // Since Pike some references by a former name work and others fail, depending on section and release.
      if (this.former.has(keyOf(named)))
        throw new Stopped('unknown', 'uses a former name of an option', `"$${reference}"`);
      throw new Stopped('broken', 'names no option that the service knows', `"$${reference}"`, true);
    }
    const option = { ...named, isText: true };
    if (effective(option, this.config).values.length > 0) return option;
    throw new Stopped('unknown', 'names an option that no file sets', `"$${reference}"`, true);
  }
}

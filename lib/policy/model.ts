/** A policy file that is parsed once and asked by rule. */
import type { PolicyEra, Rules } from './check';
import type { ServiceName } from '../openstack/services';
import { findEntry, parsePolicyFile, type Entry, type PolicyFile } from './file';
import { parseRule } from './parse';

/** A policy file as one grammar reads it. */
export class PolicyModel {
  #rules: Rules | undefined;

  constructor(
    readonly file: PolicyFile,
    readonly era: PolicyEra,
  ) {}

  /** The entry that counts for this rule. */
  entry(rule: string): Entry | undefined {
    return findEntry(this.file, rule);
  }

  /** The value as it stands in the file; null: the rule is not in it. */
  raw(rule: string): string | null {
    const entry = this.entry(rule);
    return entry ? this.file.text.slice(entry.value.start, entry.value.end) : null;
  }

  /** The value as a person reads it; undefined: the service is given none. */
  shown(rule: string): string | undefined {
    const { values } = this.file;
    if (!values.has(rule)) return undefined;
    const value = values.get(rule);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** What this file alone says of the rules. @throws InvalidConfiguration for a value that is no rule */
  rules(service: ServiceName): Rules {
    const byName = () => new Map([...this.file.values].map(([name, value]) => [name, parseRule(value, this.era)]));
    this.#rules ??= { era: this.era, service, byName: byName(), defaultRule: '' };
    return this.#rules.service === service ? this.#rules : { ...this.#rules, service };
  }
}

/** A text of a policy file. Each grammar parses it once, also where it can't. */
export class PolicyText {
  readonly #models = new Map<PolicyEra, () => PolicyModel>();

  constructor(
    readonly content: string,
    known?: PolicyModel,
  ) {
    if (known) this.#models.set(known.era, () => known);
  }

  /** @throws InvalidConfiguration as parsePolicyFile */
  model(era: PolicyEra): PolicyModel {
    let read = this.#models.get(era);
    if (read === undefined) this.#models.set(era, (read = this.#parse(era)));
    return read();
  }

  #parse(era: PolicyEra): () => PolicyModel {
    try {
      const model = new PolicyModel(parsePolicyFile(this.content, era), era);
      return () => model;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }
}

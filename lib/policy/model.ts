/** A policy file that is parsed once, and looked up by rule. */
import type { PolicyEra, Rules } from './check';
import type { ServiceName } from '../openstack/services';
import type { Entry } from './entry';
import { findEntry, parsePolicyFile, type PolicyFile } from './file';
import { parseRule } from './parse';

/** A policy file as one grammar reads it. */
export class PolicyModel {
  #rules: Rules | undefined;

  constructor(
    readonly file: PolicyFile,
    readonly era: PolicyEra,
  ) {}

  /** The entry of this rule that the service uses. */
  entry(rule: string): Entry | undefined {
    return findEntry(this.file, rule);
  }

  /** The text of the value in the file; null if the rule is not in the file. */
  raw(rule: string): string | null {
    const entry = this.entry(rule);
    return entry ? this.file.text.slice(entry.value.start, entry.value.end) : null;
  }

  /** The value as a person reads it; undefined if the service gets none. */
  shown(rule: string): string | undefined {
    const { values } = this.file;
    if (!values.has(rule)) return undefined;
    const value = values.get(rule);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** The rules of this file alone. @throws InvalidConfiguration for a value that is not a rule */
  rules(service: ServiceName): Rules {
    const byName = () => new Map([...this.file.values].map(([name, value]) => [name, parseRule(value, this.era)]));
    this.#rules ??= { era: this.era, service, byName: byName(), defaultRule: '' };
    return this.#rules.service === service ? this.#rules : { ...this.#rules, service };
  }
}

/** The text of a policy file. Each grammar parses it once, even if the parse fails. */
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

/** The grants in the records of a host, found by their rule. */
import type { HostRecords } from '../../../lib/hosts/host-record';
import type { RecordEntry } from '../spec';

export interface Grant {
  readonly file: string;
  readonly rule: string;
  readonly role: string;
}

/** The key of an entry in its owner's record. */
export const keyOf = ({ file, rule, role }: Grant): string => `${file} ${rule} ${role}`;

/** An entry of any owner's record on the host. */
export interface RecordedGrant {
  readonly owner: string;
  readonly entry: RecordEntry;
}

type Own = Grant & Pick<RecordedGrant, 'owner'>;

export const isSameRole = (a: Grant, b: Grant): boolean => a.role.toLowerCase() === b.role.toLowerCase();

const ruleKey = ({ file, rule }: Grant): string => `${file} ${rule}`;

export class RecordedGrants {
  readonly #byRule = new Map<string, readonly RecordedGrant[]>();

  constructor(grants: Iterable<RecordedGrant>) {
    for (const { owner, entry } of grants) this.set({ ...entry, owner }, entry);
  }

  static of({ records, others }: HostRecords<RecordEntry>): RecordedGrants {
    return new RecordedGrants(
      [...records, ...others].flatMap(([owner, { entries }]) =>
        [...entries.values()].map((entry) => ({ owner, entry })),
      ),
    );
  }

  copy(): RecordedGrants {
    return new RecordedGrants([...this.#byRule.values()].flat());
  }

  /** The other entries about the same rule, for any role. */
  beside(grant: Own): readonly RecordedGrant[] {
    const key = keyOf(grant);
    return (this.#byRule.get(ruleKey(grant)) ?? []).filter(
      ({ owner, entry }) => owner !== grant.owner || keyOf(entry) !== key,
    );
  }

  /** An entry of another owner for the same grant. The grant is removed together with the last such entry. */
  same(grant: Own): RecordedGrant | undefined {
    return this.beside(grant).find(({ entry }) => isSameRole(entry, grant));
  }

  /** @param entry the new entry in the owner's record; undefined removes it */
  set(grant: Own, entry: RecordEntry | undefined): void {
    const before = this.#byRule.get(ruleKey(grant)) ?? [];
    const isIt = ({ owner, entry: held }: RecordedGrant) => owner === grant.owner && keyOf(held) === keyOf(grant);
    const after = entry && { owner: grant.owner, entry };
    if (after === undefined)
      this.#byRule.set(
        ruleKey(grant),
        before.filter((recorded) => !isIt(recorded)),
      );
    else if (before.some(isIt))
      this.#byRule.set(
        ruleKey(grant),
        before.map((recorded) => (isIt(recorded) ? after : recorded)),
      );
    else this.#byRule.set(ruleKey(grant), [...before, after]);
  }
}

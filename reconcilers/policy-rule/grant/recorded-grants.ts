/** The grants that records of a host hold, found by their rule. */
import type { HostRecords } from '../../../lib/hosts/host-record';
import type { RecordEntry } from '../spec';

export interface Grant {
  readonly file: string;
  readonly rule: string;
  readonly role: string;
}

/** Of an entry in its owner's record. */
export const keyOf = ({ file, rule, role }: Grant): string => `${file} ${rule} ${role}`;

/** An entry of somebody's record on the host. */
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

  /** Who has a grant in the same rule, whatever role it is of; not this very entry. */
  beside(grant: Own): readonly RecordedGrant[] {
    const key = keyOf(grant);
    return (this.#byRule.get(ruleKey(grant)) ?? []).filter(
      ({ owner, entry }) => owner !== grant.owner || keyOf(entry) !== key,
    );
  }

  /** Whose record holds the same grant; it goes with the last of them. */
  same(grant: Own): RecordedGrant | undefined {
    return this.beside(grant).find(({ entry }) => isSameRole(entry, grant));
  }

  /** @param entry what the owner's record has of the grant from now on; undefined: nothing */
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

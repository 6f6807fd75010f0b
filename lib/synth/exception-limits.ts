/**
 * How much one exception may be, and all of one owner on one host. A UTM takes some tens of prefixes; docs/kinds/firewall-exception.md has
 * what the limits cost. They are checked where things are declared, in the plan of a host, and before a file is written.
 */

/** Prefixes among the sources, or among the destinations. */
export const maxPrefixes = 100;

/** Rules of one exception on one host: both families, both ways. */
export const maxRules = 1000;

/** Rules of one owner on one host, of all its exceptions. */
export const maxRulesOfOwner = 5000;

/** Bytes of a stored file, a quarter of the host program's `MAX_FILE`: whatever is written can be read again. */
export const maxStoredBytes = 4 << 20;

/**
 * Limits of one exception, and of all exceptions of one owner on one host. A UTM needs some tens of prefixes;
 * docs/kinds/firewall-exception.md says what the limits cost. They are checked when an exception is declared, in the
 * plan of a host, and before a file is written.
 */

/** Prefixes among the sources, or among the destinations. */
export const maxPrefixes = 100;

/** Rules of one exception on one host: both families, both ways. */
export const maxRules = 1000;

/** Rules of one owner on one host, of all its exceptions. */
export const maxRulesOfOwner = 5000;

/**
 * Bytes of a stored file, a quarter of the host program's `MAX_FILE`: every file that was written can be read again.
 */
export const maxStoredBytes = 4 << 20;

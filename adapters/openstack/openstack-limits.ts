/** Bounds for the size and the time of a service's answer. */
export const timeoutMs = 60_000;
/** Requests at one time to one address. */
export const atOnce = 8;
/** A PKI token of Icehouse, which holds the catalogue, has up to 32 KiB. */
export const maxHeaderBytes = 64 << 10;
/**
 * Bytes of one answer. 100,000 ports with all their fields have about 100 MiB, and are read in pages or with `fields`.
 */
export const maxAnswerBytes = 16 << 20;

/** How much a service of the cloud may say, and for how long. */
export const timeoutMs = 60_000;
/** A PKI token of Icehouse, which holds the catalogue, has up to 32 KiB. */
export const maxHeaderBytes = 64 << 10;
/** Of one answer: 100,000 ports with all their fields have about 100 MiB, and come in pages or by `fields` alone. */
export const maxAnswerBytes = 16 << 20;

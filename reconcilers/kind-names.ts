/** The names of the kinds, for code that needs only names: the command's help must not load the kinds. */
export const kindNames = [
  'allocation-pool',
  'boot-restore',
  'bridge-port',
  'broker-plugin',
  'database-view',
  'firewall-exception',
  'log-collection',
  'policy-rule',
  'service-option',
] as const;
export type KindName = (typeof kindNames)[number];

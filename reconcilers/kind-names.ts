/** The kinds by name, for whoever needs no more: the command's help loads none of them. */
export const kindNames = [
  'allocation-pool',
  'boot-restore',
  'bridge-port',
  'database-view',
  'firewall-exception',
  'log-collection',
  'policy-rule',
] as const;
export type KindName = (typeof kindNames)[number];

/** A policy file as Icehouse's Neutron ships it, in short, with decoys; and what is read of plans and reports. */
/** The rule in question is create_port:fixed_ips. */
export const icehouse = [
  '{',
  '    "context_is_admin":  "role:admin",',
  '    "admin_or_network_owner": "rule:context_is_admin or tenant_id:%(network:tenant_id)s",',
  '    "default": "rule:admin_or_network_owner",',
  '',
  '    "create_port": "",',
  '    "create_port:fixed_ips": "rule:admin_or_network_owner",',
  '    "create_port:fixed_ips:more": "role:member2 or role:members",',
  '    "update_port:fixed_ips": "rule:admin_or_network_owner"',
  '}',
  '',
].join('\n');
/** With the role member in it. */
export const granted = icehouse.replace(
  '_ips": "rule:admin_or_network_owner",',
  '_ips": "(rule:admin_or_network_owner) or role:member",',
);
export const problems = (report: { problems: readonly { reason: string; message: string }[] }) =>
  report.problems.map(({ reason, message }) => `${reason}: ${message}`);
export const warnings = (report: { warnings: readonly { message: string }[] }) =>
  report.warnings.map(({ message }) => message);
export const outcomes = (report: { results: readonly { outcome: string; message?: string }[] }) =>
  report.results.map(({ outcome, message }) => (message === undefined ? outcome : `${outcome}: ${message}`));

/**
 * Literal text on its way into a Terraform string. cdktf copies strings as they are, and Terraform then reads `${` and
 * `%{` in them as templates: a shell script's `${HOME}` would be an unknown reference.
 *
 * A token is cdktf's placeholder for a value that Terraform knows: `${TfToken[TOKEN.7]}`. It looks like nothing else,
 * so the rule is simple: **all text is literal, tokens alone are not**. A reference written by hand
 * (`${openstack_networking_port_v2.a.mac_address}`) is literal text too; use the resource's attribute instead.
 */
const token = /\$\{TfToken\[[a-zA-Z0-9:._-]+\]\}/;
const tokens = new RegExp(token, 'g');

/** True if the text is a token or holds one. */
export function isToken(text: string): boolean {
  return token.test(text);
}

/** The text without its tokens: what is known of it now. */
export function withoutTokens(text: string): string {
  return text.replace(tokens, '');
}

/** Text that Terraform evaluates to `text`, with each token replaced by its value. Do it once, as the last step. */
export function escapeForTerraform(text: string): string {
  const literals = text.split(tokens).map((literal) => literal.replace(/[$%]\{/g, (found) => found.charAt(0) + found));
  const found = text.match(tokens) ?? [];
  return literals
    .map((literal, index) => {
      const next = found[index];
      // `$` before a token would make `$${`, Terraform's escape: it goes in as an expression of its own.
      return next === undefined ? literal : literal.replace(/\$+$/, (dollars) => `\${"${dollars}"}`) + next;
    })
    .join('');
}

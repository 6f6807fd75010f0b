/**
 * Literal text on its way into a Terraform string. cdktf copies strings as they are, and Terraform then reads `${` and
 * `%{` in them as templates: a shell script's `${HOME}` would be an unknown reference.
 *
 * A token is cdktf's placeholder for a value that Terraform knows: `${TfToken[TOKEN.7]}`. It looks like nothing else,
 * so the rule is simple: **all text is literal except tokens**. A reference written by hand
 * (`${openstack_networking_port_v2.a.mac_address}`) is literal text too; use the resource's attribute instead.
 */
const token = /\$\{TfToken\[[a-zA-Z0-9:._-]+\]\}/;
const tokens = new RegExp(token, 'g');

/** True if the text is a token or contains one. */
export function isToken(text: string): boolean {
  return token.test(text);
}

/** The text without its tokens, whose values aren't known yet. */
export function withoutTokens(text: string): string {
  return text.replace(tokens, '');
}

/** The first `${…}` or `%{…}` in the text that Terraform would evaluate; tokens, `$${` and `%%{` are none. */
export function templateIn(text: string): string | undefined {
  return /(?<!\$)\$\{[^}]*\}?|(?<!%)%\{[^}]*\}?/.exec(withoutTokens(text))?.[0];
}

/**
 * Text that Terraform evaluates to `text`, with each token replaced by its value. Do it once, as the last step, and give
 * the result to a resource, not to one of cdktf's functions.
 *
 * A literal `${` is written `${"$"}{`, not `$${`: cdktf 0.21 takes the latter for an open expression and then writes a
 * token behind it without its braces (TokenString and mapTokens in cdktf/lib/tokens).
 */
export function escapeForTerraform(text: string): string {
  const literals = text.split(tokens).map((literal) => literal.replace(/\$+(?=\{)/g, quoted).replaceAll('%{', '%%{'));
  const found = text.match(tokens) ?? [];
  return literals
    .map((literal, index) => {
      const next = found[index];
      return next === undefined ? literal : literal.replace(/\$+$/, quoted) + next;
    })
    .join('');
}

const quoted = (dollars: string): string => `\${"${dollars}"}`;

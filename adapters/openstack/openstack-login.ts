/** The request and the answer of a login at Keystone, and the parts of them that must not be in any message. */
import * as z from 'zod';
import type { CloudCredentials, DomainRef, Identity, Scope } from '../../lib/openstack/credentials';

const text = z.string().max(2_000);
/** The fields of POST /v3/auth/tokens that are read. Before Kilo an endpoint has only `region`. */
export const tokenAnswer = z.object({
  token: z.object({
    user: z
      .object({ id: text.nullish(), name: text.nullish(), domain: z.object({ id: text.nullish() }).nullish() })
      .optional(),
    project: z
      .object({ id: text.nullish(), name: text.nullish(), domain: z.object({ id: text.nullish() }).nullish() })
      .optional(),
    roles: z.array(z.object({ name: text })).default([]),
    expires_at: text.nullish(),
    catalog: z
      .array(
        z.object({
          type: text,
          endpoints: z.array(
            z.object({ interface: text, region_id: text.nullish(), region: text.nullish(), url: text.nullish() }),
          ),
        }),
      )
      .default([]),
  }),
});

/** True if Keystone sent the refusal: its form is always the same. A web server or a proxy sends a page instead. */
export const isOfKeystone = (body: unknown): boolean => z.object({ error: z.looseObject({}) }).safeParse(body).success;

export type TokenAnswer = z.infer<typeof tokenAnswer>['token'];

/** The secrets of an identity, which must not be in any message. */
export function secretsOf(identity: Identity): readonly string[] {
  switch (identity.method) {
    case 'token':
      return [identity.token];
    case 'password':
      return [identity.password];
    case 'application_credential':
      return [identity.secret];
  }
}

/** The identity in printable form. */
export function sayIdentity(identity: Identity): string {
  switch (identity.method) {
    case 'token':
      return 'the bearer of a token';
    case 'password':
      return `user ${identity.userName ?? identity.userId ?? '?'}`;
    case 'application_credential':
      return `application credential ${identity.name ?? identity.id ?? '?'}`;
  }
}

/** The next step after a refused login. Keystone tells nobody whether user, password or project is wrong. */
export function toCorrect({ identity, secretFrom }: Pick<CloudCredentials, 'identity' | 'secretFrom'>): string {
  const from = secretFrom === undefined ? '' : `, which comes from ${secretFrom}`;
  switch (identity.method) {
    case 'token':
      return `get a new token${from}`;
    case 'password':
      return `correct ${sayIdentity(identity)}, its project, or its password${from}`;
    case 'application_credential':
      return `correct ${sayIdentity(identity)}, or its secret${from}`;
  }
}

/** Body of POST /v3/auth/tokens (Identity API v3, "Password authentication", "Token", "Application credential"). */
export function authBody(identity: Identity): unknown {
  const user = (who: { userId?: string; userName?: string; userDomain: DomainRef }): object =>
    who.userId === undefined ? { name: who.userName, domain: who.userDomain } : { id: who.userId };
  switch (identity.method) {
    case 'token':
      return { identity: { methods: ['token'], token: { id: identity.token } }, ...scopeOf(identity.scope) };
    case 'password':
      return {
        identity: { methods: ['password'], password: { user: { ...user(identity), password: identity.password } } },
        ...scopeOf(identity.scope),
      };
    case 'application_credential': {
      const who = identity.id === undefined ? { name: identity.name, user: user(identity) } : { id: identity.id };
      return {
        identity: { methods: ['application_credential'], application_credential: { ...who, secret: identity.secret } },
      };
    }
  }
}

function scopeOf(scope: Scope): object {
  if ('projectId' in scope) return { scope: { project: { id: scope.projectId } } };
  if ('projectName' in scope) return { scope: { project: { name: scope.projectName, domain: scope.projectDomain } } };
  if ('domain' in scope) return { scope: { domain: scope.domain } };
  if ('trustId' in scope) return { scope: { 'OS-TRUST:trust': { id: scope.trustId } } };
  return 'system' in scope ? { scope: { system: { all: true } } } : {};
}

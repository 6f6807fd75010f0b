/** Everything that a session with a cloud needs to know. */

/** The scope of the token. `{}`: the user's own default. */
export type Scope =
  | { readonly projectId: string }
  | { readonly projectName: string; readonly projectDomain: DomainRef }
  | { readonly domain: DomainRef }
  | { readonly trustId: string }
  | { readonly system: 'all' }
  | Record<string, never>;

/** A domain by id, or by name. */
export type DomainRef = { readonly id: string } | { readonly name: string };

export type Identity =
  | {
      readonly method: 'password';
      readonly password: string;
      readonly userId?: string;
      readonly userName?: string;
      readonly userDomain: DomainRef;
      readonly scope: Scope;
    }
  | { readonly method: 'token'; readonly token: string; readonly scope: Scope }
  | {
      readonly method: 'application_credential';
      readonly id?: string;
      readonly name?: string;
      readonly secret: string;
      readonly userId?: string;
      readonly userName?: string;
      readonly userDomain: DomainRef;
    };

export interface CloudCredentials {
  /** The entry's name in clouds.yaml; `envvars` for OS_* variables, as openstacksdk calls them. */
  readonly cloud: string;
  /** Keystone's v3 endpoint, without a slash at its end. */
  readonly authUrl: string;
  readonly region?: string;
  /** `public` by default. */
  readonly interface: 'public' | 'internal' | 'admin';
  /** Path of a CA bundle. */
  readonly caFile?: string;
  /** Paths of a certificate of the client's own, and of its key. */
  readonly clientCertificate?: { readonly certFile: string; readonly keyFile: string };
  /** Where Neutron is, instead of its endpoint in the catalogue. */
  readonly networkUrl?: string;
  readonly identity: Identity;
  /** The place of the identity's secret: `file:line:column`, or the variable that holds it. */
  readonly secretFrom?: string;
}

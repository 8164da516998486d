/** Which OIDC issuers serve many tenants, so that IAM wants their tenant's claim tested in a trust policy? */

/**
 * Issuer (host and path, lower case) and the condition key that must be tested: IAM User Guide, "Identity-provider
 * controls for shared OIDC providers". The issuers of IBM Turbonomic change and are not in it.
 */
const tenantKeys: ReadonlyMap<string, string> = new Map([
  ['token.actions.githubusercontent.com', 'token.actions.githubusercontent.com:sub'],
  ['vstoken.actions.githubusercontent.com', 'vstoken.actions.githubusercontent.com:sub'],
  ['oidc-configuration.audit-log.githubusercontent.com', 'oidc-configuration.audit-log.githubusercontent.com:sub'],
  ['gitlab.com', 'gitlab.com:sub'],
  ['agent.buildkite.com', 'agent.buildkite.com:sub'],
  ['app.terraform.io', 'app.terraform.io:sub'],
  ['oidc.codefresh.io', 'oidc.codefresh.io:sub'],
  ['studio.datachain.ai/api', 'studio.datachain.ai/api:sub'],
  ['scalr.io', 'scalr.io:sub'],
  ['tokens.cloud.shisho.dev', 'tokens.cloud.shisho.dev:sub'],
  ['proidc.upbound.io', 'proidc.upbound.io:sub'],
  ['api.pulumi.com/oidc', 'api.pulumi.com/oidc:aud'],
  ['sandboxes.cloud', 'sandboxes.cloud:aud'],
  ['oidc.vercel.com', 'oidc.vercel.com:aud'],
  ['cognito-identity.amazonaws.com', 'cognito-identity.amazonaws.com:aud'],
  ['sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d', 'sts:RoleSessionName'],
]);

/** @returns the condition key that IAM wants tested for an issuer; `undefined` for an issuer of one tenant. */
export function tenantKeyOf(issuer: string): string | undefined {
  return tenantKeys.get(issuer.toLowerCase().replace(/\/$/, ''));
}

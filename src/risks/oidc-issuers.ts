/**
 * Who runs an OIDC issuer, do several customers share it, and which claim tells them apart? (IAM User Guide,
 * "Identity-provider controls for shared OIDC providers", and the issuers' own documentation.)
 */
import { tenantKeyOf } from '../policy/keys/shared-issuers.ts';

export interface Issuer {
  readonly name: string;
  /** Whether tokens of other customers bear the same issuer. */
  readonly shared: boolean;
  /** The key in which a shared issuer names the customer; `undefined` where none does so for all of its customers. */
  readonly tenantKey?: string;
  /** The audience that everybody's tokens for AWS bear unless they ask for another. */
  readonly usualAudience?: string;
  /** A subject that begins like this names the customer, for issuers that keep customers apart by audience. */
  readonly tenantInSubject?: RegExp;
}

type Known = Omit<Issuer, 'shared' | 'tenantKey'>;

const own = (name: string, more: Partial<Known> = {}): Issuer => ({ name, shared: false, ...more });

const shared: ReadonlyMap<string, Known> = new Map([
  ['token.actions.githubusercontent.com', { name: 'GitHub Actions', usualAudience: 'sts.amazonaws.com' }],
  ['vstoken.actions.githubusercontent.com', { name: 'GitHub Actions (old issuer)' }],
  ['oidc-configuration.audit-log.githubusercontent.com', { name: 'GitHub audit log streaming' }],
  ['gitlab.com', { name: 'GitLab.com', usualAudience: 'https://gitlab.com' }],
  ['agent.buildkite.com', { name: 'Buildkite', usualAudience: 'sts.amazonaws.com' }],
  ['app.terraform.io', { name: 'HCP Terraform', usualAudience: 'aws.workload.identity' }],
  ['oidc.codefresh.io', { name: 'Codefresh' }],
  ['studio.datachain.ai/api', { name: 'DVC Studio' }],
  ['scalr.io', { name: 'Scalr' }],
  ['tokens.cloud.shisho.dev', { name: 'Shisho Cloud' }],
  ['proidc.upbound.io', { name: 'Upbound' }],
  ['api.pulumi.com/oidc', { name: 'Pulumi Cloud', tenantInSubject: /^pulumi:[a-z]+:org:[^*?:]+:/ }],
  ['sandboxes.cloud', { name: 'sandboxes.cloud' }],
  ['oidc.vercel.com', { name: 'Vercel', tenantInSubject: /^owner:[^*?:]+:project:/ }],
  ['cognito-identity.amazonaws.com', { name: 'Amazon Cognito', tenantInSubject: /^[a-z0-9-]+:[0-9a-f-]{36}$/ }],
  ['sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d', { name: 'Microsoft Sentinel' }],
  // Not in AWS's table of shared issuers, yet anybody can have an account with them.
  ['accounts.google.com', { name: 'Google' }],
  ['www.amazon.com', { name: 'Login with Amazon' }],
  ['graph.facebook.com', { name: 'Facebook' }],
]);

const byPattern: readonly (readonly [RegExp, Issuer])[] = [
  [
    /^token\.actions\.githubusercontent\.com\/./,
    own('GitHub Actions of an enterprise', { usualAudience: 'sts.amazonaws.com' }),
  ],
  [
    /^token\.actions\.[a-z0-9-]+\.ghe\.com$/,
    own('GitHub Actions of an enterprise', { usualAudience: 'sts.amazonaws.com' }),
  ],
  [
    /^oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/id\/./,
    own('an EKS cluster', { usualAudience: 'sts.amazonaws.com' }),
  ],
  [
    /^oidc-eks\.[a-z0-9-]+\.api\.(aws|amazonwebservices\.com\.cn)\/id\/./,
    own('an EKS cluster', { usualAudience: 'sts.amazonaws.com' }),
  ],
  [/^oidc\.circleci\.com\/org\/./, own('a CircleCI organization')],
  [/^api\.bitbucket\.org\/2\.0\/workspaces\/[^/]+\/pipelines-config\/identity\/oidc$/, own('a Bitbucket workspace')],
  [/^oidc\.vercel\.com\/./, own('a Vercel team')],
  [/^cognito-idp\.[a-z0-9-]+\.amazonaws\.com\/./, own('a Cognito user pool')],
  [/^(sts\.windows\.net|login\.microsoftonline\.com)\/[0-9a-f-]{36}/, own('a Microsoft Entra tenant')],
  [/\.(okta|oktapreview|auth0|onelogin|pingone)\.com(\/|$)/, own('an identity tenant')],
  [/^container\.googleapis\.com\/v1\/projects\/./, own('a GKE cluster')],
  [/(^|\.)gitlab\./, own('a GitLab of its own')],
  [/\/realms\/[^/]+$/, own('a Keycloak realm')],
  [/(^|\.)s3[.-]([a-z0-9-]+\.)?amazonaws\.com\/?/, own('keys kept in a bucket')],
  [/\.blob\.core\.windows\.net\/|^storage\.googleapis\.com\//, own('keys kept in a bucket')],
];

const remembered = new Map<string, Issuer | undefined>();

/** @returns what is known of the issuer with this URL (no scheme); `undefined` for one that nobody here has heard of. */
export function issuerOf(url: string): Issuer | undefined {
  const lower = url.toLowerCase();
  if (remembered.has(lower)) return remembered.get(lower);
  const found = find(lower);
  if (remembered.size < 1_000) remembered.set(lower, found);
  return found;
}

function find(lower: string): Issuer | undefined {
  const tenantKey = tenantKeyOf(lower);
  const known = shared.get(lower) ?? (tenantKey === undefined ? undefined : { name: lower });
  if (known === undefined) return byPattern.find(([pattern]) => pattern.test(lower))?.[1];
  return { ...known, shared: true, ...(tenantKey === undefined ? {} : { tenantKey }) };
}

/** @returns whether anybody can serve keys under such a name within minutes: tunnels, buckets, pages, bare addresses. */
export function isMakeshift(url: string): boolean {
  return /(^|\.)(ngrok(-free)?\.(io|app|dev)|trycloudflare\.com|loca\.lt|serveo\.net|github\.io|gitlab\.io|pages\.dev|workers\.dev|netlify\.app|vercel\.app|web\.app|herokuapp\.com|azurewebsites\.net|cloudfront\.net|onrender\.com|fly\.dev|duckdns\.org)(\/|$)|(^|\.)s3[.-].*amazonaws\.com|\.blob\.core\.windows\.net|^storage\.googleapis\.com|^\d{1,3}(\.\d{1,3}){3}/i.test(
    url,
  );
}

/** @returns whether the issuer is an EKS cluster, by its URL. */
export function isEks(url: string): boolean {
  return issuerOf(url)?.name === 'an EKS cluster';
}

/** What do the claims of Google's tokens say? (IAM User Guide, "Available keys for AWS OIDC federation".) */

export const googleIssuer = 'accounts.google.com';

/**
 * `aud` is compared with the claim `azp` where the token has one: the client id of an application, or the numeric id of a
 * service account.
 */
export function isPinningAudience(text: string): boolean {
  return /^[^*?]*\d[^*?]*\.apps\.googleusercontent\.com$/.test(text) || /^\d{6,}$/.test(text);
}

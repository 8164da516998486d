/** What went wrong with a call to AWS, whichever service it was, and what has to be done about it? */

/** @returns one line, or `undefined` where only the caller can tell: what is denied, say, depends on what was asked. */
export function awsFailure(error: Error): string | undefined {
  if (/^Region is missing/.test(error.message))
    return 'no AWS region is set: set AWS_REGION, or a profile that has one';
  switch (error.name) {
    case 'CredentialsProviderError':
      return 'no AWS credentials: set AWS_PROFILE, or sign in';
    case 'ExpiredToken':
    case 'ExpiredTokenException':
    case 'RequestExpired':
      return 'the AWS credentials have expired: sign in again';
    case 'InvalidAccessKeyId':
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
    case 'SignatureDoesNotMatch':
      return 'the AWS credentials are not valid: set AWS_PROFILE, or sign in again';
    case 'AbortError':
      return 'interrupted';
    default:
      return unreachable(error);
  }
}

/** The network's own words are a code alone. */
function unreachable(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code ?? '')
    ? `AWS cannot be reached (${code}): is there a network, and is the region spelled right?`
    : undefined;
}

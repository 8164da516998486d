/** Is there no OIDC provider of that URL in the role's account? */
import { editDistanceAtMost } from '../policy/keys/edit-distance.ts';
import { defineCause } from './cause.ts';
import { byGithub, githubProvider, trustingGithub } from './example-cases.ts';
import { listed, shortened } from './wording.ts';

const missing = {
  errorCode: 'InvalidIdentityToken',
  errorMessage: 'No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com',
};

export const oidcProviderMissing = defineCause({
  id: 'oidc-provider-missing',
  title: 'The role’s account has no such OIDC provider',
  side: 'federation',
  who: 'owner',
  means: 'The issuer of the token has to be an IAM OIDC provider in the account of the role, letter by letter.',
  toldApart: 'The message says so; or the list of providers of the account does not hold the caller’s (likely).',
  fix: 'Create the OIDC provider in the role’s account, with the issuer’s exact URL.',
  isIt: [
    {
      name: 'the message',
      event: byGithub('repo:acme/app:ref:refs/heads/main', missing),
      confidence: 'proved',
      says: 'token.actions.githubusercontent.com',
    },
    {
      name: 'near misses are offered',
      event: byGithub('repo:acme/app:ref:refs/heads/main', missing),
      known: { providers: ['arn:aws:iam::111122223333:oidc-provider/token.action.githubusercontent.com'] },
      confidence: 'proved',
      says: 'token.action.githubusercontent.com',
    },
    {
      name: 'the list of providers lacks it',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      known: { providers: ['arn:aws:iam::111122223333:oidc-provider/gitlab.com'] },
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'it is there',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/other:*', 'StringLike'),
      known: { providers: [githubProvider] },
    },
    { name: 'the list is not known', event: byGithub('repo:acme/app:ref:refs/heads/main') },
  ],
  fromRecord: ({ denial: { record, message }, providers }) => {
    const said = /No OpenIDConnect provider found(?: in your account)?(?: for (\S{1,300}))?/i.exec(message.text);
    const arn = record.userIdentity.identityProvider;
    const url = (said?.[1] ?? arn?.split(':oidc-provider/')[1])?.replace(/^https?:\/\//, '');
    const absent =
      said === null && arn?.includes(':oidc-provider/') === true && providers !== undefined && !providers.includes(arn);
    if (said === null && !absent) return undefined;
    const near = (providers ?? [])
      .map((one) => one.split(':oidc-provider/')[1])
      .filter(
        (one) =>
          one !== undefined &&
          url !== undefined &&
          one !== url &&
          editDistanceAtMost(one.toLowerCase().replace(/\/$/, ''), url.toLowerCase().replace(/\/$/, ''), 3) !==
            undefined,
      ) as string[];
    return {
      confidence: said === null ? 'likely' : 'proved',
      summary: `The role’s account has no OIDC provider for ${url === undefined ? 'the token’s issuer' : `\`${shortened(url)}\``}${near.length === 0 ? '' : `; it has ${listed(near, 'and')}`}.`,
      evidence: [
        said === null
          ? { source: 'provider', detail: `the account has ${providers?.length ?? 0} providers, and not that one` }
          : { source: 'error-message', detail: message.text },
      ],
    };
  },
});

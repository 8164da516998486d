/** Is a claim of Google’s token checked under the wrong key? */

import { policyOf } from './example-policies.ts';
import { builtIn } from './example-providers.ts';
import { googleIssuer, isPinningAudience } from './google-claims.ts';
import { conditionsOn, namedProviders } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = '112233445566778899001';

export const googleAudAzpConfusion = defineRiskRule({
  id: 'google-aud-azp-confusion',
  title: 'A claim of Google’s token is checked under the wrong key',
  severity: 'medium',
  about: 'state',
  why: 'Where the token has the claim `azp`, AWS compares `aud` with that, and `oaud` with the audience itself. A condition on the wrong one of the two shuts out those who are meant, or checks what the caller chooses.',
  remedy: 'Put the numeric id or the client id under `aud`, the audience that was asked for under `oaud`.',
  references: ['IAM User Guide, "Available keys for AWS OIDC federation"'],
  fires: [
    {
      name: 'the audience that was asked for, under aud',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { aud: 'https://sts.amazonaws.com', sub: account } })),
    },
    {
      name: 'the service account, under oaud',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { oaud: account, sub: account } })),
    },
    {
      name: 'the key azp, which there is none of',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { azp: account } })),
    },
  ],
  silent: [
    {
      name: 'each under its own',
      policy: policyOf(
        builtIn(googleIssuer, { StringEquals: { aud: account, oaud: 'https://sts.amazonaws.com', sub: account } }),
      ),
    },
    {
      name: 'an application',
      policy: policyOf(builtIn(googleIssuer, { StringEquals: { aud: '6407-abc.apps.googleusercontent.com' } })),
    },
    { name: 'the subject alone', policy: policyOf(builtIn(googleIssuer, { StringEquals: { sub: account } })) },
  ],
  check: (context) =>
    namedProviders(context)
      .filter(({ url }) => url === googleIssuer)
      .flatMap((trust) => {
        const under = (claim: string) => conditionsOn(trust, claim).filter(({ operator }) => operator.base !== 'Null');
        const hit = (pointer: string, message: string) => ({ pointer, statement: trust.statement.index, message });
        return [
          ...under('aud').flatMap(({ values }) =>
            values
              .filter(
                ({ text }) =>
                  !isPinningAudience(text) && !/[*?]/.test(text) && !text.endsWith('.apps.googleusercontent.com'),
              )
              .map(({ text, pointer }) =>
                hit(
                  pointer,
                  `\`${text}\` is an audience that a caller asks for; AWS compares \`aud\` with the claim \`azp\`.`,
                ),
              ),
          ),
          ...under('oaud').flatMap(({ values }) =>
            values
              .filter(({ text }) => /^\d{6,}$/.test(text))
              .map(({ text, pointer }) =>
                hit(
                  pointer,
                  `\`${text}\` is an account’s id; \`oaud\` is compared with the audience that the caller asked for.`,
                ),
              ),
          ),
          ...under('azp').map(({ key, pointer }) =>
            hit(pointer, `AWS has no key \`${key}\`: it compares \`aud\` with the claim \`azp\`.`),
          ),
        ];
      }),
});

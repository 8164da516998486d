/** Is a condition on what a call brings one that this caller can meet at all, and if not, what is to be done? */
import type { ConditionClause, TrustPolicy } from '../policy/document/trust-policy.ts';
import type { AssumeRequest } from '../policy/evaluate/request.ts';
import type { Cause, PartClaim } from './cause.ts';
import { shortened } from './wording.ts';

const takeOut = 'Take the condition out of the statement for this caller, or trust one that can meet it';

/** What stands in a token or an assertion, where a signed call has a parameter. */
const fromProvider: ReadonlySet<string> = new Set(['session-tags', 'transitive-tags', 'source-identity']);

/**
 * The same claim with another remedy where "pass it" is no advice: AssumeRoleWithWebIdentity and AssumeRoleWithSAML have
 * no parameter for an external ID, an MFA code, tags or a source identity (STS API Reference), and services call by themselves.
 */
export function withinReach(
  cause: Cause,
  claim: PartClaim,
  clause: ConditionClause,
  { caller, context }: AssumeRequest,
  { version }: Pick<TrustPolicy, 'version'>,
): PartClaim {
  if ((claim.who ?? cause.who) !== 'caller') return claim;
  const remedy = (who: PartClaim['who'], fix: string): PartClaim => ({
    ...claim,
    ...(who === undefined ? {} : { who }),
    fix,
    withoutCommands: true,
  });
  const variable = clause.values.some(({ text }) => text.includes('${'));
  if (variable && version === '2008-10-17')
    return remedy(
      'owner',
      'Write "Version": "2012-10-17" into the policy: under the older version, which is meant where none stands there, a variable is plain text.',
    );
  switch (caller.kind) {
    case 'service':
      return remedy(
        'owner',
        `${shortened(caller.service)} makes this call by itself: set it where that service is configured, if it can pass it at all, or take the condition out for it.`,
      );
    case 'web-identity':
    case 'saml': {
      const call = caller.kind === 'saml' ? 'AssumeRoleWithSAML' : 'AssumeRoleWithWebIdentity';
      if (cause.id === 'session-name' && caller.kind === 'web-identity') return claim;
      const inToken = fromProvider.has(cause.id) || cause.id === 'session-name';
      const carrier = caller.kind === 'saml' ? 'SAML response' : 'token';
      return inToken
        ? remedy('provider', `Have the identity provider put it into the ${carrier}: ${call} has no parameter for it.`)
        : remedy('owner', `${takeOut}: ${call} has no parameter for it.`);
    }
    case 'role-session': {
      if (cause.id === 'session-name' && clause.values.every(({ text }) => /\$\{aws:username\}/i.test(text)))
        return remedy(
          'owner',
          'Ask for a name without ${aws:username} where roles call: only an IAM user has a user name, so that no session of a role can pass it.',
        );
      if (cause.id !== 'source-identity') return claim;
      const carried = context.get('aws:sourceidentity')?.[0];
      if (carried !== undefined)
        return remedy(
          undefined,
          `The caller’s session carries the source identity \`${shortened(carried)}\`, which cannot be changed: call from a session that was made with the one that the policy asks for.`,
        );
      return clause.key.toLowerCase() === 'aws:sourceidentity'
        ? remedy(
            undefined,
            'Call from a session that was made with that source identity: this key speaks of the caller’s own session.',
          )
        : claim;
    }
    default:
      return claim;
  }
}

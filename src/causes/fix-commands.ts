/** What does whoever called type, or the owner of a role's settings, to put a cause right that no change of the policy cures? */
import { asciiJson, shellQuote } from '../findings/escape.ts';
import type { Fix } from '../findings/finding.ts';
import { externalIdPlaceholder } from '../findings/mask.ts';
import type { AssumeRequest } from '../policy/evaluate/request.ts';
import type { DenialEvidence } from './evidence.ts';
import { roleName } from './owner-commands.ts';
import { requestedDuration } from './requested-duration.ts';

const anHour = 3600;
const longest = 43_200;

/** @returns complete commands, quoted for a POSIX shell; words in capitals are for the reader to fill in. */
export function fixCommands(
  cause: string,
  who: Fix['who'],
  evidence: DenialEvidence,
  call: AssumeRequest | undefined,
): readonly string[] {
  if (who !== 'caller') return [];
  const { role, call: api } = evidence.denial;
  const arn = role === undefined ? 'ROLE_ARN' : shellQuote(role);
  const assume = (flags: string, session = 'trusttrail-test') =>
    api === 'sts:AssumeRoleWithSAML'
      ? `aws sts assume-role-with-saml --role-arn ${arn} --principal-arn PROVIDER_ARN --saml-assertion file://SAML_RESPONSE_FILE ${flags}`
      : api === 'sts:AssumeRoleWithWebIdentity'
        ? `aws sts assume-role-with-web-identity --role-arn ${arn} --role-session-name ${session} --web-identity-token file://TOKEN_FILE ${flags}`
        : `aws sts assume-role --role-arn ${arn} --role-session-name ${session} ${flags}`;
  // Nobody types the call that a service makes.
  if (evidence.denial.record.userIdentity.type === 'AWSService') return [];
  switch (cause) {
    case 'external-id-missing':
    case 'external-id-mismatch':
      return [assume(`--external-id ${externalIdPlaceholder}`)];
    case 'mfa-missing':
    case 'mfa-too-old':
      return [
        assume('--serial-number MFA_DEVICE_ARN --token-code CODE'),
        '# or, for a session with MFA that several calls can use:',
        'aws sts get-session-token --serial-number MFA_DEVICE_ARN --token-code CODE',
      ];
    case 'duration-exceeds-chaining-limit':
    case 'duration-out-of-range':
      return [assume(`--duration-seconds ${anHour}`)];
    case 'duration-exceeds-role-maximum':
      return [assume(`--duration-seconds ${evidence.role?.maxSessionDuration ?? anHour}`), ...longerSessions(evidence)];
    case 'source-identity':
      return [assume('--source-identity SOURCE_IDENTITY')];
    case 'session-name':
      return [assume('', 'SESSION_NAME').trimEnd()];
    case 'session-tags':
      return [assume('--tags Key=TAG_KEY,Value=TAG_VALUE')];
    case 'transitive-tags':
      return [assume('--tags Key=TAG_KEY,Value=TAG_VALUE --transitive-tag-keys TAG_KEY')];
    case 'identity-policy-no-allow':
      return allowCommands(evidence, call);
    case 'expired-credentials':
    case 'invalid-credentials':
    case 'root-user':
      return ['aws sts get-caller-identity'];
    default:
      return [];
  }
}

/** The other way: the owner lets sessions of the role last as long as was asked for. */
function longerSessions({ denial, role }: DenialEvidence): readonly string[] {
  const asked = requestedDuration(denial.record);
  if (asked === undefined || asked > longest || asked <= (role?.maxSessionDuration ?? 0)) return [];
  // A session that assumes the next role gets an hour at most, whatever the role allows: a higher maximum would not help.
  if (denial.record.userIdentity.type === 'AssumedRole') return [];
  const update = `aws iam update-role --role-name ${roleName(denial.role)} --max-session-duration`;
  return [
    '# or, by the owner of the role:',
    `${update} ${asked}`,
    `# undo: ${update} ${role?.maxSessionDuration ?? anHour}`,
  ];
}

/** The statement that the caller's own policies lack, put inline to the user or role that called. */
function allowCommands({ denial, role }: DenialEvidence, call: AssumeRequest | undefined): readonly string[] {
  const caller = call?.caller;
  const resource = role?.arn ?? denial.role;
  if (resource === undefined || call === undefined || (caller?.kind !== 'user' && caller?.kind !== 'role-session'))
    return [];
  const document = asciiJson({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: call.actions.length === 1 ? call.actions[0] : call.actions,
        Resource: resource,
      },
    ],
  });
  const [kind, name] = caller.kind === 'user' ? ['user', caller.name] : ['role', caller.role];
  const policy = shellQuote(
    `assume-${resource.split('/').at(-1) ?? 'role'}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 128),
  );
  const on = `--${kind}-name ${shellQuote(name)} --policy-name ${policy}`;
  return [
    `aws iam put-${kind}-policy ${on} --policy-document ${shellQuote(document)}`,
    `# undo: aws iam delete-${kind}-policy ${on}`,
  ];
}

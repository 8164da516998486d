/** Which commands save a repaired trust policy, try it out, and put back what was there? Quoted for a POSIX shell. */
import type { Denial } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { asciiJson, shellQuote } from '../findings/escape.ts';
import { collectExternalIds, externalIdPlaceholder } from '../findings/mask.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import type { AssumeRequest } from '../policy/evaluate/request.ts';
import type { DenialEvidence } from './evidence.ts';

/** Characters of a document that still stands in the command itself. */
const mostInline = 1_500;
const before = 'trust-policy-before.json';

/** Where it is kept, it is put back from: the undo is a comment, so that pasting all of it does not undo it at once. */
export function saveCommands(
  { role, record }: Pick<Denial, 'role' | 'record'>,
  document: unknown,
  test: readonly string[],
): readonly string[] {
  const name = roleName(role);
  const { prepare, argument } = documentArgument(document, record, `--policy ${before} `);
  const kept = [`aws iam get-role --role-name ${name} --query Role.AssumeRolePolicyDocument --output json > ${before}`];
  return [
    ...kept,
    ...prepare,
    `aws iam update-assume-role-policy --role-name ${name} --policy-document ${argument}`,
    ...(test.length === 0 ? [] : ['# then, as the caller:', ...test]),
    `# undo: aws iam update-assume-role-policy --role-name ${name} --policy-document file://${before}`,
  ];
}

/** A role that could not be created for its document, with the document put right and its other settings as they were. */
export function createCommands(
  { role, record }: Pick<Denial, 'role' | 'record'>,
  document: unknown,
): readonly string[] {
  const name = roleName(role);
  const { prepare, argument } = documentArgument(document, record, '');
  const { path, description, maxSessionDuration, permissionsBoundary } = record.requestParameters ?? {};
  const option = (flag: string, value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? ` ${flag} ${shellQuote(String(value))}` : '';
  const more = [
    option('--path', path),
    option('--description', description),
    option('--max-session-duration', maxSessionDuration),
    option('--permissions-boundary', permissionsBoundary),
  ].join('');
  return [
    ...prepare,
    `aws iam create-role --role-name ${name}${more} --assume-role-policy-document ${argument}`,
    `# undo: aws iam delete-role --role-name ${name}`,
  ];
}

/** The call once more, as the record shows it, with what only its maker knows as a placeholder. */
export function testCommands(
  { denial }: Pick<DenialEvidence, 'denial'>,
  call: AssumeRequest,
  policy: TrustPolicy,
): readonly string[] {
  const role = denial.role === undefined ? 'ROLE_ARN' : shellQuote(denial.role);
  const asks = (key: string) =>
    policy.statements.some(({ conditions }) => conditions.some((one) => one.key.toLowerCase() === key));
  const session = call.context.get('sts:rolesessionname')?.[0];
  const named = session !== undefined && asks('sts:rolesessionname') ? shellQuote(session) : 'trusttrail-test';
  const common = `--role-arn ${role} --role-session-name ${named}`;
  switch (call.caller.kind) {
    case 'web-identity':
      return [`aws sts assume-role-with-web-identity ${common} --web-identity-token file://TOKEN_FILE`];
    case 'user':
    case 'role-session':
    case 'someone':
    case 'federated-user':
      return [`aws sts assume-role ${common}${passed(denial, call, asks)}`];
    default:
      return [];
  }
}

function passed(
  { record }: DenialEvidence['denial'],
  { caller, context, actions }: AssumeRequest,
  asks: (key: string) => boolean,
): string {
  const parameters = record.requestParameters;
  const tags = parameters?.['tags'];
  const list = Array.isArray(tags)
    ? tags.flatMap((tag: unknown) =>
        typeof tag === 'object' && tag !== null && 'key' in tag && 'value' in tag
          ? [{ Key: String(tag.key), Value: String(tag.value) }]
          : [],
      )
    : [];
  const sourceIdentity = parameters?.['sourceIdentity'];
  const mfa = caller.kind === 'user' && asks('aws:multifactorauthpresent');
  // What the message alone shows to have been passed has to be passed again, or the test would test nothing of it.
  const hidden = (action: string) => parameters === null && actions.includes(action);
  const carried = record.userIdentity.sourceIdentity !== undefined;
  return [
    ...(asks('sts:externalid') || context.has('sts:externalid') ? [`--external-id ${externalIdPlaceholder}`] : []),
    ...(mfa ? ['--serial-number MFA_DEVICE_ARN --token-code CODE'] : []),
    ...(typeof sourceIdentity === 'string' ? [`--source-identity ${shellQuote(sourceIdentity)}`] : []),
    ...(hidden('sts:SetSourceIdentity') && !carried ? ['--source-identity SOURCE_IDENTITY'] : []),
    ...(list.length > 0 ? [`--tags ${shellQuote(asciiJson(list))}`] : []),
    ...(hidden('sts:TagSession') ? ['--tags Key=TAG_KEY,Value=TAG_VALUE'] : []),
  ]
    .map((one) => ` ${one}`)
    .join('');
}

/** A secret, or what is too long to be read, is written into a file by another command. */
function documentArgument(
  document: unknown,
  record: CloudTrailRecord,
  policyOption: string,
): { readonly prepare: readonly string[]; readonly argument: string } {
  const text = asciiJson(document);
  if (text.length <= mostInline && collectExternalIds(document).size === 0)
    return { prepare: [], argument: shellQuote(text) };
  return {
    prepare: [
      `aws cloudtrail lookup-events${record.region === undefined ? '' : ` --region ${shellQuote(record.region)}`} --lookup-attributes ${shellQuote(`AttributeKey=EventId,AttributeValue=${record.eventId}`)} > event.json`,
      `trusttrail explain event.json ${policyOption}--show-external-ids --format json | jq -c '[.causes[].fix.policy | values][0]' > trust-policy.json`,
    ],
    argument: 'file://trust-policy.json',
  };
}

export function roleName(role: string | undefined): string {
  return shellQuote(role?.split('/').at(-1) ?? 'ROLE');
}

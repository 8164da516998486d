/** What does the error message of a denied call say: who, which action, which role, and which kind of policy denied? */
import type { DenialMessage, DenyingPolicy } from './denial-message.ts';

/** CloudTrail cuts `errorMessage` at 1 KB (CloudTrail User Guide, "CloudTrail record contents"). */
const cap = 1024;
/** What is looked at: more than the cap, for messages from other sources, and bounded. */
const most = 8192;

const assumeActions = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoot',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
] as const;
const spelling = new Map<string, string>(assumeActions.map((action) => [action.toLowerCase(), action]));

/** How AWS names the kinds of policy in its messages, lower case (IAM User Guide, "Troubleshoot access denied error messages"). */
const policyNames: readonly (readonly [string, DenyingPolicy])[] = [
  ['identity-based policy', 'identity-based'],
  ['identity based policy', 'identity-based'],
  ['permissions boundary policy', 'permissions-boundary'],
  ['permissions boundary', 'permissions-boundary'],
  ['permission boundary', 'permissions-boundary'],
  ['session policy', 'session'],
  ['sessions policy', 'session'],
  ['service control policy', 'service-control'],
  ['resource control policy', 'resource-control'],
  ['resource-based policy', 'resource-based'],
  ['resource based policy', 'resource-based'],
  ['role trust policy', 'role-trust'],
  ['trust policy', 'role-trust'],
  ['vpc endpoint policy', 'vpc-endpoint'],
];

const noAllowWords = ' because no ';
const denyWords = ' with an explicit deny in ';
const refused = 'is not authorized to perform:';
const oldRefusal = /^(?:User:? )?(?:is )?not authorized to perform:? ([a-z0-9-]{1,64}:[a-z0-9]{1,128})(?=$|[\s.,;"'])/i;

/**
 * Takes the message of a refused call apart. It is never anchored at the end, since AWS adds to messages, and it
 * believes no more than stands there: a name that CloudTrail's cap may have cut is left out, and a message in which the
 * words of a refusal stand twice (a role's name in the call is chosen by the caller) names no kind of policy.
 * Linear in the length of the text, of which the first 8 KB are looked at.
 */
export function readDenialMessage(text: string): DenialMessage {
  const truncated = isCut(text);
  const message = text.slice(0, most).replace(/\s+/g, ' ').trim();
  const at = message.indexOf(refused);
  if (at === -1) {
    const action = oldRefusal.exec(message)?.[1];
    const tail = action === undefined ? '' : message.slice(message.indexOf(action) + action.length);
    return { text, ...given('action', spelled(action)), ...becauseIn(tail, truncated), truncated };
  }
  const before = message.slice(0, at);
  const caller = /^User: ?(\S{1,2048}) $/.exec(before.slice(Math.max(0, before.lastIndexOf('User:'))))?.[1];
  const rest = message.slice(at + refused.length).trimStart();
  const action = firstWord(rest);
  const afterAction = rest.slice(action.length);
  const { resource, tail } = resourceIn(afterAction, truncated);
  const readAction = /^([a-z0-9-]{1,64}:[a-z0-9]{1,128})[.,;]?$/i.exec(action)?.[1];
  const cutInAction = truncated && afterAction === '';
  return {
    text,
    ...given('caller', caller === undefined ? undefined : unquoted(caller)),
    ...given('action', cutInAction ? undefined : spelled(readAction)),
    ...given('resource', resource),
    ...(tail.includes(refused) ? {} : becauseIn(tail, truncated)),
    truncated,
  };
}

/** `on resource: ARN`, `on resource: "ARN"`, `on resource: role NAME`, or nothing. */
function resourceIn(text: string, truncated: boolean): { resource: string | undefined; tail: string } {
  const start = /^ on (?:the )?resources?: ?/i.exec(text);
  if (start === null) return { resource: undefined, tail: text };
  const rest = text.slice(start[0].length);
  const quoted = /^"([^"]{1,2048})"|^'([^']{1,2048})'/.exec(rest);
  if (quoted !== null) return { resource: quoted[1] ?? quoted[2], tail: rest.slice(quoted[0].length) };
  const kind = /^(?:role|user|group|policy|instance profile) (?!with |because )(?=\S)/i.exec(rest)?.[0] ?? '';
  const name = firstWord(rest.slice(kind.length));
  const tail = rest.slice(kind.length + name.length);
  // A name that runs up to the cap may go on; a full stop belongs to the sentence where another sentence follows.
  if (name === '' || (truncated && tail === '')) return { resource: undefined, tail };
  const following = /^ (?:because|with an) /.test(tail);
  const resource = tail !== '' && !following ? name.replace(/[.,;]$/, '') : name;
  return { resource: `${kind}${resource}`, tail };
}

function becauseIn(text: string, truncated: boolean): Pick<DenialMessage, 'because'> {
  const words = text.toLowerCase();
  const noAllow = words.indexOf(noAllowWords);
  const deny = words.indexOf(denyWords);
  if (noAllow === -1 && deny === -1) return {};
  // AWS names one reason. Where both stand there, or one stands twice, part of it is the caller's text.
  if (noAllow !== -1 && deny !== -1) return {};
  const start = noAllow === -1 ? deny : noAllow;
  const phrase = noAllow === -1 ? denyWords : noAllowWords;
  const rest = text.slice(start + phrase.length);
  if (words.includes(phrase, start + 1)) return {};
  const named = policyIn(rest.replace(/^(?:an|a|the) /i, ''));
  if (named === undefined) return {};
  if (noAllow !== -1)
    return { because: { policy: named.policy, how: 'no-allow', ...policyArnIn(named.tail, truncated) } };
  const through = /^ transitively through (?:an|a|the) /i.exec(named.tail);
  const inner = through === null ? undefined : policyIn(named.tail.slice(through[0].length));
  // "Check for an explicit Deny in your SCPs", says the guide of the VPC endpoint policy that refuses through one.
  if (inner !== undefined && named.policy === 'vpc-endpoint')
    return {
      because: {
        policy: inner.policy,
        how: 'explicit-deny',
        ...policyArnIn(inner.tail, truncated),
        through: 'vpc-endpoint',
      },
    };
  return { because: { policy: named.policy, how: 'explicit-deny', ...policyArnIn(named.tail, truncated) } };
}

function policyIn(text: string): { policy: DenyingPolicy; tail: string } | undefined {
  const start = text.slice(0, 40).toLowerCase();
  for (const [name, policy] of policyNames)
    if (start.startsWith(name) && !/^[\w-]/.test(text.slice(name.length, name.length + 1)))
      return { policy, tail: text.slice(name.length) };
  return undefined;
}

/** `: ARN` or `: NAME` right after the kind of policy; a full stop after it ends the sentence. */
function policyArnIn(tail: string, truncated: boolean): { readonly policyArn?: string } {
  const named = /^ ?: ?(\S{1,2048})/.exec(tail);
  if (named?.[1] === undefined) return {};
  if (truncated && named[0].length === tail.length) return {};
  return given('policyArn', unquoted(named[1].replace(/[.,;]$/, '')) || undefined);
}

function firstWord(text: string): string {
  const end = text.indexOf(' ');
  return end === -1 ? text : text.slice(0, end);
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/** AWS prints actions in lower case at times; those of the STS family get their documented spelling. */
function spelled(action: string | undefined): string | undefined {
  return action === undefined ? undefined : (spelling.get(action.toLowerCase()) ?? action);
}

/** In UTF-8 a unit of UTF-16 takes one byte to three: only in between it has to be counted. */
function isCut(text: string): boolean {
  if (text.length >= cap || text.length * 3 < cap) return text.length >= cap;
  return new TextEncoder().encode(text).length >= cap;
}

function given<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: string });
}

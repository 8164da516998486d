/** Which cause of the catalogue is it when one part of an Allow statement does not match the call? */
import { splitArn } from '../policy/document/names.ts';
import type { ConditionClause, PrincipalName, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { principalArnOf } from '../policy/evaluate/caller.ts';
import type { AssumeRequest, Caller } from '../policy/evaluate/request.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { isPrivateRange } from '../policy/keys/address-ranges.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';

/** True where no request at all can satisfy the clause, whatever the record leaves unknown. */
export function neverHolds({ operator, key, values }: ConditionClause): boolean {
  return (
    operator.base === 'IpAddress' &&
    !operator.ifExists &&
    operator.set === undefined &&
    key.toLowerCase() === 'aws:sourceip' &&
    values.length > 0 &&
    values.every(({ text }) => isPrivateRange(text))
  );
}

const byKey: ReadonlyMap<string, string> = new Map([
  ['aws:multifactorauthpresent', 'mfa-missing'],
  ['aws:sourcevpc', 'source-vpc'],
  ['aws:sourcevpce', 'source-vpc'],
  ['aws:vpcsourceip', 'source-vpc'],
  ['aws:sourcevpcarn', 'source-vpc'],
  ['aws:principalaccount', 'wrong-account'],
  ['aws:principalorgid', 'organization'],
  ['aws:principalorgpaths', 'organization'],
  ['sts:rolesessionname', 'session-name'],
  ['sts:sourceidentity', 'source-identity'],
  ['aws:tagkeys', 'session-tags'],
  ['sts:transitivetagkeys', 'transitive-tags'],
  ['aws:currenttime', 'time-window'],
  ['aws:epochtime', 'time-window'],
  ['aws:tokenissuetime', 'time-window'],
  ['aws:requestedregion', 'region'],
  ['saml:aud', 'saml-audience'],
]);

/** The cause for a condition that does not hold (or, `unknown`, may not). */
export function causeOfClause(clause: ConditionClause, statement: Statement, request: AssumeRequest): string {
  const key = clause.key.toLowerCase();
  if (lookUpKey(clause.key).kind === 'misspelt') return 'condition-key-misspelt';
  if (contradicts(clause, statement)) return 'contradictory-conditions';
  if (literalWildcard(clause, request)) return 'wildcard-in-equals';
  const negated = clause.operator.base.includes('Not');
  if (key === 'sts:externalid') {
    if (clause.operator.base === 'Null')
      return clause.values[0]?.text === 'false' ? 'external-id-missing' : 'condition';
    return request.context.has(key) ? 'external-id-mismatch' : 'external-id-missing';
  }
  if (key === 'aws:multifactorauthage') return request.context.has(key) ? 'mfa-too-old' : 'mfa-missing';
  if (key === 'aws:multifactorauthpresent' && clause.values.some(({ text }) => text.toLowerCase() === 'false'))
    return clause.operator.base === 'Null' ? 'mfa-missing' : 'condition';
  if (key === 'aws:sourceip') return !negated && neverHolds(clause) ? 'source-ip-private' : 'source-ip';
  if (key === 'aws:principalarn') return causeOfPrincipalArn(clause, request.caller);
  if (key.startsWith('aws:requesttag/')) return 'session-tags';
  if (key.startsWith('aws:principaltag/')) return 'principal-tag';
  if (request.caller.kind === 'service' && /^aws:source(arn|account|orgid|orgpaths)$/.test(key))
    return 'service-principal';
  if (request.caller.kind === 'web-identity') {
    if (key.endsWith(':aud')) return 'oidc-audience';
    if (key.endsWith(':sub')) return 'oidc-subject';
  }
  return byKey.get(key) ?? 'condition';
}

/** Two plain equalities on one single-valued key that share no value: nothing satisfies both. */
function contradicts(clause: ConditionClause, statement: Statement): boolean {
  const plain = ({ operator, values }: ConditionClause) =>
    operator.base === 'StringEquals' &&
    !operator.ifExists &&
    operator.set === undefined &&
    values.every(({ text }) => !text.includes('$'));
  const found = lookUpKey(clause.key);
  if (!plain(clause) || (found.kind === 'registered' && found.key.multivalued)) return false;
  return statement.conditions.some(
    (other) =>
      other !== clause &&
      other.key.toLowerCase() === clause.key.toLowerCase() &&
      plain(other) &&
      !other.values.some(({ text }) => clause.values.some((value) => value.text === text)),
  );
}

function literalWildcard({ operator, key, values }: ConditionClause, { context, caller }: AssumeRequest): boolean {
  if (operator.base !== 'StringEquals' && operator.base !== 'StringEqualsIgnoreCase') return false;
  const lower = key.toLowerCase();
  const arn = lower === 'aws:principalarn' ? principalArnOf(caller) : undefined;
  const held = context.get(lower) ?? (arn === undefined ? [] : [arn]);
  return values.some(
    ({ text }) => /[*?]/.test(text) && !text.includes('${') && held.some((value) => matchWildcard(text, value)),
  );
}

function causeOfPrincipalArn({ values }: ConditionClause, caller: Caller): string {
  if (values.some(({ text }) => splitArn(text)?.resource.startsWith('assumed-role/') === true))
    return 'principal-session';
  const arn = principalArnOf(caller);
  if (arn !== undefined && values.some(({ text }) => text !== arn && withoutPath(text) === withoutPath(arn)))
    return 'principal-path';
  return 'principal-arn-condition';
}

function withoutPath(arn: string): string {
  const slash = arn.indexOf('/');
  return slash === -1 ? arn : arn.slice(0, slash) + arn.slice(arn.lastIndexOf('/'));
}

const isCallersAccount = (name: PrincipalName, caller: Caller) =>
  'account' in name && 'account' in caller && name.account === caller.account;

/** The cause for a principal that does not mean the caller. */
export function causeOfPrincipal(
  statement: Statement,
  policy: TrustPolicy,
  caller: Caller,
  role: string | undefined,
): { readonly cause: string; readonly pointer: string } {
  const { principal } = statement;
  const at = (cause: string, pointer = principal.pointer) => ({ cause, pointer });
  if (principal.element === 'NotPrincipal') return at('not-principal');
  if (caller.kind === 'service')
    return at(principal.entries.some(({ type }) => type === 'Service') ? 'service-principal' : 'principal-missing');
  if (caller.kind === 'role-session' && role !== undefined && principalArnOf(caller) === role)
    return at('self-assumption');
  for (const { name, pointer } of principal.entries) {
    if (!isCallersAccount(name, caller) || !('partition' in name) || !('partition' in caller)) continue;
    if (name.partition !== undefined && name.partition !== caller.partition) continue;
    if (name.kind === 'session' && caller.kind === 'role-session' && name.role === caller.role)
      return at('principal-session', pointer);
    if (name.kind === 'role' && caller.kind === 'role-session' && name.name === caller.role)
      return at('principal-path', pointer);
    if (name.kind === 'user' && caller.kind === 'user' && name.name === caller.name)
      return at('principal-path', pointer);
  }
  const own = principal.entries.find(({ name }) => isCallersAccount(name, caller));
  if (own !== undefined) return at('principal-too-narrow', own.pointer);
  const trusted = policy.statements.some(
    (one) => one.effect === 'Allow' && one.principal.entries.some(({ name }) => isCallersAccount(name, caller)),
  );
  const other = principal.entries.find(
    ({ name }) =>
      name.kind === 'account' ||
      (name.kind === 'role' &&
        caller.kind === 'role-session' &&
        name.name === caller.role &&
        name.path === caller.path) ||
      (name.kind === 'session' &&
        caller.kind === 'role-session' &&
        name.role === caller.role &&
        name.session === caller.session) ||
      (name.kind === 'user' && caller.kind === 'user' && name.name === caller.name && name.path === caller.path),
  );
  return !trusted && other !== undefined && 'account' in caller
    ? at('wrong-account', other.pointer)
    : at('principal-missing');
}

/** The cause for an action that the statement does not allow. */
export function causeOfAction(action: string): string {
  switch (action.toLowerCase()) {
    case 'sts:tagsession':
      return 'tag-session-not-allowed';
    case 'sts:setsourceidentity':
      return 'set-source-identity-not-allowed';
    case 'sts:setcontext':
      return 'set-context-not-allowed';
    default:
      return 'wrong-assume-action';
  }
}

/** What a condition asks of the caller, and what its loss lets in, in the few words of a list. */
import type { PreparedClause } from '../evaluate/condition.ts';

/** How one condition key is spoken of. */
interface Words {
  /** `external ID`: with an external ID, without one, with another one. */
  readonly noun: string;
  readonly article: 'a' | 'an' | '';
  /** Before a value: `from 203.0.113.0/24`. */
  readonly is: string;
  /** Where it no longer matters: `from any address`. */
  readonly any?: string;
}

const byKey: ReadonlyMap<string, Words> = new Map<string, Words>([
  ['sts:externalid', { noun: 'external ID', article: 'an', is: 'with external ID' }],
  [
    'sts:rolesessionname',
    { noun: 'session name', article: 'a', is: 'with session name', any: 'with any session name' },
  ],
  ['sts:sourceidentity', { noun: 'source identity', article: 'a', is: 'with source identity' }],
  ['aws:multifactorauthpresent', { noun: 'MFA', article: '', is: 'with MFA', any: 'without MFA' }],
  ['aws:sourceip', { noun: 'public address', article: 'a', is: 'from', any: 'from any address' }],
  ['aws:vpcsourceip', { noun: 'VPC endpoint', article: 'a', is: 'from', any: 'from any address' }],
  ['aws:sourcevpc', { noun: 'VPC endpoint', article: 'a', is: 'from VPC', any: 'from any network' }],
  ['aws:sourcevpce', { noun: 'VPC endpoint', article: 'a', is: 'through VPC endpoint', any: 'from any network' }],
  [
    'aws:principalorgid',
    { noun: 'organization', article: 'an', is: 'of organization', any: 'of any organization or none' },
  ],
  [
    'aws:principalorgpaths',
    { noun: 'organization', article: 'an', is: 'in the organization path', any: 'of any organization or none' },
  ],
  ['aws:principalaccount', { noun: 'account', article: 'an', is: 'of account', any: 'of any account' }],
  [
    'aws:principalarn',
    { noun: 'principal ARN', article: 'a', is: 'with principal ARN', any: 'whichever user or role it is' },
  ],
  ['aws:principaltype', { noun: 'principal type', article: 'a', is: 'of type', any: 'of any type' }],
  ['aws:userid', { noun: 'unique id', article: 'a', is: 'with unique id', any: 'with any unique id' }],
  ['aws:username', { noun: 'user name', article: 'a', is: 'with user name', any: 'with any user name' }],
  ['aws:sourcearn', { noun: 'source ARN', article: 'a', is: 'for', any: 'for any resource' }],
  ['aws:sourceaccount', { noun: 'source account', article: 'a', is: 'for account', any: 'for any account' }],
  ['aws:sourceowner', { noun: 'source account', article: 'a', is: 'for account', any: 'for any account' }],
  [
    'aws:sourceorgid',
    { noun: 'source organization', article: 'a', is: 'for organization', any: 'for any organization' },
  ],
  [
    'aws:sourceorgpaths',
    { noun: 'source organization', article: 'a', is: 'for the organization path', any: 'for any organization' },
  ],
  ['aws:requestedregion', { noun: 'region', article: 'a', is: 'in region', any: 'in any region' }],
  ['aws:federatedprovider', { noun: 'identity provider', article: 'an', is: 'of identity provider' }],
  ['aws:currenttime', { noun: 'time', article: 'a', is: 'at', any: 'at any time' }],
  ['aws:epochtime', { noun: 'time', article: 'a', is: 'at', any: 'at any time' }],
  ['aws:useragent', { noun: 'user agent', article: 'a', is: 'with user agent', any: 'with any user agent' }],
  ['saml:aud', { noun: 'audience', article: 'an', is: 'for audience', any: 'for any audience' }],
]);

function wordsFor({ key }: PreparedClause): Words {
  const known = byKey.get(key.lower);
  if (known !== undefined) return known;
  const claim = key.issuer === undefined ? undefined : key.lower.slice(key.lower.lastIndexOf(':') + 1);
  if (claim === 'aud') return { noun: 'audience', article: 'an', is: 'for audience', any: 'for any audience' };
  if (claim === 'sub') return { noun: 'subject', article: 'a', is: 'with subject', any: 'with any subject' };
  if (claim !== undefined)
    return { noun: `claim \`${claim}\``, article: 'a', is: `with \`${claim}\``, any: `with any \`${claim}\`` };
  const tag = /^aws:(principal|request)tag\/(.+)$/.exec(key.lower);
  if (tag !== null) {
    const name = key.display.slice(key.display.indexOf('/') + 1);
    return tag[1] === 'principal'
      ? { noun: `tag \`${name}\``, article: 'a', is: `with tag \`${name}\`` }
      : { noun: `session tag \`${name}\``, article: 'a', is: `passing session tag \`${name}\`` };
  }
  return { noun: `\`${key.display}\``, article: '', is: `with \`${key.display}\`` };
}

export interface ClauseWords {
  /** Those that matter; all of the clause where not given. */
  readonly values?: readonly string[];
  /** Whether the callers told of may come without the key. */
  readonly mayBeAbsent?: boolean;
}

export function describeClause(
  clause: PreparedClause,
  { values = textsOf(clause), mayBeAbsent = true }: ClauseWords = {},
): string {
  const words = wordsFor(clause);
  const { base, ifExists, set } = clause.clause.operator;
  const { noun, article, is } = words;
  const some = article === '' ? noun : `${article} ${noun}`;
  if (base === 'Null') {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    if (wanted.has('true') && wanted.has('false')) return '';
    if (clause.key.lower === 'aws:multifactorauthpresent')
      return wanted.has('true')
        ? 'with long-term credentials and no MFA'
        : 'with or without MFA, with temporary credentials';
    return wanted.has('true') ? `without ${some}` : `with any ${noun}`;
  }
  const everyValue = set === 'ForAllValues' && clause.row?.negated === false;
  const otherValue = clause.row?.negated === true && set !== 'ForAnyValue';
  const orNone = mayBeAbsent && (ifExists || everyValue || otherValue) ? ` or without ${some}` : '';
  if (clause.key.lower === 'aws:multifactorauthpresent' && base === 'Bool') {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    if (wanted.size > 1) return `with or without MFA${ifExists ? '' : ', where it is reported'}`;
    if (wanted.has('true')) return ifExists ? 'with MFA, or where none is reported' : 'with MFA';
    return 'without MFA';
  }
  if (clause.key.lower === 'aws:multifactorauthage' && /^NumericLess/.test(base))
    return `with MFA at most ${values.join(' or ')} seconds old${ifExists ? ', or where none is reported' : ''}`;
  if (/^(aws:currenttime|aws:epochtime)$/.test(clause.key.lower)) {
    const moments = values.map(withItsTime);
    if (/^(Date|Numeric)Less/.test(base)) return `until ${listed(moments, false)}`;
    if (/^(Date|Numeric)Greater/.test(base)) return `from ${listed(moments, false)} on`;
  }
  if (/^Date(Less|Greater)/.test(base)) {
    const when = /^DateLess/.test(base) ? 'before' : 'after';
    const what = clause.key.lower === 'aws:tokenissuetime' ? 'with credentials issued' : `with ${noun}`;
    return `${what} ${when} ${listed(values, false)}${orNone}`;
  }
  if (values.length === 0) return clause.row?.negated === true ? '' : `with a value of ${noun} that never occurs`;
  const plain = /^(Ip|NotIp|Numeric|Date)/.test(base);
  const shown = listed(values, !plain && !/^\d{12}$/.test(values[0] ?? ''));
  if (/^Numeric(Less|Greater)/.test(base)) return `with ${noun} ${relation(base)} ${shown}${orNone}`;
  if (clause.row?.negated === true) {
    if (/^(aws:sourceip|aws:vpcsourceip)$/.test(clause.key.lower)) return `from anywhere but ${shown}`;
    return `${is} other than ${shown}${orNone}`;
  }
  const every = set === 'ForAllValues' && clause.key.multivalued ? ' only' : '';
  return `${is}${every} ${shown}${orNone}`;
}

export interface GuardWords {
  /** The key need not be there any more. */
  readonly absent: boolean;
  /** The guard is new, and they lose by it: of all its values they had another. */
  readonly lost: boolean;
  /** Keys, in lower case, that the class itself brings. */
  readonly brings: ReadonlySet<string>;
}

/** What the condition of one policy keeps out and the other lets in. */
export function describeGuard(clause: PreparedClause, { absent, lost, brings }: GuardWords): string {
  const { noun, article, any } = wordsFor(clause);
  const { lower } = clause.key;
  const without = `without ${article === '' ? noun : `${article} ${noun}`}`;
  if (lower === 'aws:multifactorauthage') {
    if (absent && !brings.has('aws:multifactorauthpresent')) return 'without MFA';
    return lost ? 'with MFA of another age' : 'with MFA of any age';
  }
  if (lower === 'aws:sourcevpce' && brings.has('aws:sourcevpc'))
    return `through ${lost ? 'another' : 'any'} VPC endpoint`;
  if (lower === 'aws:sourcevpc' && brings.has('aws:sourcevpce')) return `from ${lost ? 'another' : 'any'} VPC`;
  // The resource says of which account it is.
  if (absent && ofSourceAccount.test(lower) && brings.has('aws:sourcearn')) return without;
  const wide =
    absent || (lower !== 'aws:principalorgid' && lower !== 'aws:principalorgpaths')
      ? any
      : lower === 'aws:principalorgid'
        ? 'of any organization'
        : 'at any organization path';
  if (wide === undefined) return absent ? without : `with another ${noun}`;
  if (!lost) return wide;
  if (lower === 'aws:principalarn') return `with another ${noun}`;
  return `${wide.replace(/\bany\b/, 'another')}${absent && ofSource.test(lower) ? ' or none' : ''}`;
}

const ofSource = /^aws:source(arn|account|owner|orgid|orgpaths)$/;
const ofSourceAccount = /^aws:source(account|owner)$/;

/** `1767225600 (2026-01-01T00:00:00Z)`: seconds since 1970 tell nobody anything. */
function withItsTime(value: string): string {
  return /^\d{9,11}$/.test(value)
    ? `${value} (${new Date(Number(value) * 1000).toISOString().replace('.000Z', 'Z')})`
    : value;
}

function relation(base: string): string {
  const orEqual = base.endsWith('Equals') ? ' or equal to' : '';
  return `${/Less/.test(base) ? 'less than' : 'greater than'}${orEqual}`;
}

const mostShown = 4;

function listed(values: readonly string[], quoted: boolean): string {
  const shown = values.slice(0, mostShown).map((value) => (quoted ? `\`${value}\`` : value));
  const more = values.length - shown.length;
  if (more > 0) return `${shown.join(', ')} or ${more} more`;
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1) ?? ''}`;
}

export function textsOf(clause: PreparedClause): readonly string[] {
  return [...new Set(clause.clause.values.map(({ text }) => text))];
}

/** Can no request at all satisfy the conditions of a statement together? */
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { defineCause } from './cause.ts';
import { byUser, policyOf, statement, trusting, user } from './example-cases.ts';
import { keyName, wants } from './wording.ts';

export const contradictoryConditions = defineCause({
  id: 'contradictory-conditions',
  title: 'No request can satisfy the conditions of the statement together',
  side: 'trust-policy',
  who: 'owner',
  means:
    'All conditions of a statement have to hold at once. Two tests of one key that share no value, or a test of a key that no assume call has, let nobody in.',
  toldApart: 'All classes of values of the key are tried, and none passes; so it is proved whatever the record shows.',
  fix: 'Take the contradiction out: alternatives are a list of values of one key, or statements of their own.',
  isIt: [
    {
      name: 'two values of one key',
      event: byUser({ externalId: 'acme-4711-a' }),
      policy: trusting(user, {
        StringEquals: { 'sts:ExternalId': 'acme-4711-a' },
        StringLike: { 'sts:ExternalId': 'other-*' },
      }),
      confidence: 'proved',
    },
    {
      name: 'not recorded',
      event: byUser(null),
      policy: trusting(user, {
        StringEquals: { 'sts:ExternalId': 'acme-4711-a' },
        StringNotEquals: { 'sts:ExternalId': 'acme-4711-a' },
      }),
      confidence: 'proved',
    },
    {
      name: 'there and not there',
      event: byUser(),
      policy: trusting(user, {
        StringEquals: { 'aws:PrincipalTag/team': 'red' },
        Null: { 'aws:PrincipalTag/team': 'true' },
      }),
      confidence: 'proved',
    },
    {
      name: 'a key that no assume call has',
      event: byUser(),
      policy: trusting(user, { NumericLessThanEquals: { 'sts:DurationSeconds': '3600' } }),
      confidence: 'proved',
      says: 'sts:DurationSeconds',
    },
    {
      name: 'an empty window of time',
      event: byUser(null),
      policy: trusting(user, {
        DateGreaterThan: { 'aws:CurrentTime': '2026-06-01T00:00:00Z' },
        DateLessThan: { 'aws:CurrentTime': '2026-02-01T00:00:00Z' },
      }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'two tests that one value passes',
      event: byUser({ externalId: 'other' }),
      policy: trusting(user, {
        StringLike: { 'sts:ExternalId': ['acme-*', 'x'] },
        StringNotEquals: { 'sts:ExternalId': 'acme-1' },
      }),
    },
    {
      name: 'an alternative in a list',
      event: byUser({ externalId: 'other' }),
      policy: trusting(user, { StringEquals: { 'sts:ExternalId': ['acme-4711-a', 'acme-4711-b'] } }),
    },
    {
      name: 'in two statements',
      event: byUser({ externalId: 'acme-4711-b' }),
      policy: policyOf(
        statement('Allow', user, { StringEquals: { 'sts:ExternalId': 'acme-4711-a' } }),
        statement('Allow', user, { StringLike: { 'sts:ExternalId': 'other-*' } }),
      ),
    },
  ],
  claimsCondition: ({ clause, where, neverWith, effect }) => {
    if (neverWith === undefined || effect === 'Deny') return undefined;
    const lookup = lookUpKey(clause.key);
    if (neverWith.length > 0) {
      const first = [clause, ...neverWith].reduce((a, b) => (a.pointer < b.pointer ? a : b));
      const others = [clause, ...neverWith].filter((one) => one !== first);
      return {
        pointer: first.pointer,
        summary: `${where} ${wants(first)} and, at the same time, ${others.map((one) => wants(one).replace(/^wants /, '')).join(' and ')}: nothing satisfies ${others.length === 1 ? 'both' : 'all of them'}.`,
        also: others.map((one) => ({ pointer: one.pointer, detail: wants(one) })),
      };
    }
    if (lookup.kind !== 'registered' || /^aws:(?:principal|resource)orgpaths$/i.test(clause.key)) return undefined;
    const never = Object.values(lookup.key.presence).every((presence) => presence === 'never');
    const why = never
      ? `no assume call has ${keyName(clause.key)}${lookup.key.note === undefined ? '' : ` (${lookup.key.note})`}`
      : lookup.key.multivalued && clause.operator.set === undefined
        ? `${keyName(clause.key)} has several values, and matches only under ForAnyValue or ForAllValues`
        : 'no value does';
    return {
      summary: `${where} ${wants(clause)}, which no request can satisfy: ${why}.`,
      fix: 'Take the condition out, or test a key that assume calls have in a way that a value can pass.',
    };
  },
});

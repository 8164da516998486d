/** Which changes might somebody make to a trust policy as it stands? A few of each kind, the same every time. */
import type { PolicyDocument, StatementDocument } from '../../arbitraries/policies.ts';

type Loose = Readonly<Record<string, unknown>>;

/** @returns the policy with one thing changed, once for every kind of change that applies. */
export function mutationsOf(document: PolicyDocument): readonly PolicyDocument[] {
  const statements: readonly Loose[] = (
    Array.isArray(document.Statement) ? document.Statement : [document.Statement]
  ) as readonly Loose[];
  const [first, ...rest] = statements;
  if (first === undefined) return [];
  const withFirst = (changed: Loose): PolicyDocument => withStatements([changed, ...rest]);
  const withStatements = (list: readonly Loose[]): PolicyDocument => ({
    ...document,
    Statement: list as unknown as readonly StatementDocument[],
  });
  const condition = (first['Condition'] ?? {}) as Readonly<Record<string, Loose>>;
  const principal = first['Principal'];
  const entries: Loose = typeof principal === 'object' && principal !== null ? (principal as Loose) : { AWS: '*' };
  const narrowed = Object.fromEntries(
    Object.entries(entries).map(([type, names]) => [type, Array.isArray(names) ? names.slice(1) : names]),
  );
  return [
    withFirst({
      ...first,
      Condition: { ...condition, StringEquals: { ...condition['StringEquals'], 'sts:ExternalId': 'abcdef' } },
    }),
    withFirst({
      ...first,
      Condition: {
        ...condition,
        StringLike: { ...condition['StringLike'], 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy-*' },
      },
    }),
    withFirst({
      ...first,
      Condition: { ...condition, IpAddress: { 'aws:SourceIp': ['203.0.113.0/24', '10.0.0.0/8'] } },
    }),
    withFirst({ ...first, Condition: { ...condition, Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }),
    withFirst({ ...first, Condition: { ...condition, DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } } }),
    withFirst({
      ...first,
      Condition: { ...condition, 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/*' } },
    }),
    withFirst({ ...first, Condition: {} }),
    withFirst({ ...first, Principal: { AWS: '*' } }),
    withFirst({ ...first, Principal: { ...entries, AWS: ['999900001111', ...[entries['AWS'] ?? []].flat()] } }),
    ...(Object.values(narrowed).some((names) => [names].flat().length > 0)
      ? [withFirst({ ...first, Principal: narrowed })]
      : []),
    withFirst({ ...first, Action: ['sts:AssumeRole', 'sts:TagSession'] }),
    withFirst({ ...first, Action: 'sts:*' }),
    withStatements([
      ...statements,
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 'sts:AssumeRole',
        Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } },
      },
    ]),
    withStatements([
      ...statements,
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::999900001111:role/deploy' }, Action: 'sts:AssumeRole' },
    ]),
    ...(rest.length > 0 ? [withStatements(rest)] : []),
  ];
}

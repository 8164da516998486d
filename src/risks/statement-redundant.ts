/** Does a statement let in nobody whom the others do not let in? */
import { removeAt } from '../policy/document/edit.ts';
import type { PrincipalEntry, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { addsNobody, addsSomebody, allowsOf, withMore, without } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { accountOf, type RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';
import { sameName } from './same-principal.ts';

const account = { AWS: 'arn:aws:iam::777788889999:root' };
const ci = { AWS: 'arn:aws:iam::777788889999:role/ci' };

export const statementRedundant = defineRiskRule({
  id: 'statement-redundant',
  title: 'A statement that adds nothing',
  severity: 'info',
  about: 'state',
  why: 'Whoever gets in by this statement gets in by another one as well. It does no harm, and whoever takes access away has to find both.',
  remedy: 'Take the statement out.',
  references: ['IAM User Guide, "Access Analyzer policy check reference", redundant statement'],
  fires: [
    { name: 'twice the same', policy: policyOf(allow(ci), allow(ci)) },
    { name: 'a role of an account that is trusted as a whole', policy: policyOf(allow(account), allow(ci)) },
    {
      name: 'a condition that another statement does not have',
      policy: policyOf(allow(ci, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } }), allow(ci)),
    },
    {
      name: 'twice the same Deny',
      policy: policyOf(
        allow(account),
        deny({ AWS: '*' }, { Bool: { 'aws:SecureTransport': 'false' } }),
        deny({ AWS: '*' }, { Bool: { 'AWS:SecureTransport': 'FALSE' } }),
      ),
    },
  ],
  silent: [
    { name: 'two principals', policy: policyOf(allow(ci), allow({ AWS: 'arn:aws:iam::777788889999:role/ops' })) },
    {
      name: 'two conditions, either of which is enough',
      policy: policyOf(
        allow(ci, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } }),
        allow(ci, { StringEquals: { 'aws:PrincipalTag/team': 'ops' } }),
      ),
    },
    {
      name: 'session tags in a statement of their own',
      policy: policyOf(allow(ci), allow(ci, undefined, 'sts:TagSession')),
    },
    {
      name: "a role of the role's own account, which so needs no policy of its own",
      policy: policyOf(allow({ AWS: '111122223333' }), allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })),
    },
    {
      name: 'the same where the account of the role is not known',
      policy: policyOf(allow({ AWS: '111122223333' }), allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })),
      role: null,
    },
    {
      name: 'a Deny that holds besides a narrow Allow',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
        deny({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    { name: 'the only statement', policy: policyOf(allow(ci)) },
  ],
  check: (context) => [
    ...surplus(context, context.allows, isSurplusAllow).map((statement) =>
      hit(statement, 'Everyone who gets in by this statement gets in by another one as well.'),
    ),
    ...surplus(context, context.denies, isSurplusDeny).map((statement) =>
      hit(statement, 'Everyone whom this Deny keeps out is kept out by another Deny as well.'),
    ),
  ],
  fix: ({ policy }, { statement }) => {
    const own = policy.statements[statement ?? -1];
    const text = own === undefined || policy.statements.length < 2 ? undefined : removeAt(policy, own.pointer);
    return text === undefined ? undefined : { summary: 'Take the statement out.', text };
  },
});

function hit(statement: Statement, message: string) {
  return { pointer: statement.pointer, statement: statement.index, message };
}

type IsSurplus = (context: RiskContext, policy: TrustPolicy, statement: Statement) => boolean;

/** From the last to the first, each in what is left: of two that are the same, the first stays. */
function surplus(context: RiskContext, statements: readonly Statement[], isSurplus: IsSurplus): readonly Statement[] {
  if (statements.length < 2) return [];
  let left = context.policy;
  const found: Statement[] = [];
  for (const statement of [...statements].reverse()) {
    if (!isSurplus(context, left, statement)) continue;
    found.push(statement);
    left = without(left, statement);
  }
  return found.reverse();
}

function isSurplusAllow(context: RiskContext, policy: TrustPolicy, statement: Statement): boolean {
  const rest = without(policy, statement);
  const others = rest.statements.filter(({ effect }) => effect === 'Allow');
  // Where nobody else is named who could stand for them all, the comparison need not be asked.
  if (!statement.principal.entries.every((entry) => others.some((other) => mayCover(other, entry)))) return false;
  // One that lets nobody in has a rule of its own.
  if (!context.alive(statement) || !addsNobody(rest, policy)) return false;
  return !namesDirectly(context, rest, statement);
}

function mayCover({ principal }: Statement, entry: PrincipalEntry): boolean {
  if (principal.element === 'NotPrincipal') return true;
  return principal.entries.some(
    (other) =>
      sameName(other, entry) ||
      other.name.kind === 'everyone' ||
      entry.name.kind === 'everyone' ||
      ('account' in entry.name && accountOf(other.name) === entry.name.account),
  );
}

/** Whether a principal of the role's own account needs no identity-based policy thanks to the statement alone. */
function namesDirectly({ home }: RiskContext, rest: TrustPolicy, { principal }: Statement): boolean {
  const elsewhere = rest.statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap((other) => other.principal.entries);
  if (elsewhere.some(({ name }) => name.kind === 'everyone')) return false;
  return principal.entries.some((entry) => {
    const { name } = entry;
    if (!['user', 'role', 'session', 'everyone'].includes(name.kind)) return false;
    if ('account' in name && home !== undefined && name.account !== home) return false;
    return !elsewhere.some((other) => sameName(entry, other));
  });
}

function isSurplusDeny(_: RiskContext, policy: TrustPolicy, statement: Statement): boolean {
  // Weighed against Allow statements without conditions, or a narrow Allow would make every Deny look idle.
  const open = {
    ...policy,
    statements: policy.statements.map((own) => (own.effect === 'Allow' ? { ...own, conditions: [] } : own)),
  };
  const allows = allowsOf(open);
  return addsNobody(open, without(open, statement)) && addsSomebody(withMore(allows, [statement]), allows);
}

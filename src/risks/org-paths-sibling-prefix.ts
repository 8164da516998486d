/** Does a pattern for an organizational unit also fit its neighbours? */
import { replaceAt } from '../policy/document/edit.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

export const orgPathsSiblingPrefix = defineRiskRule({
  id: 'org-paths-sibling-prefix',
  title: 'A pattern for an organizational unit that other units fit',
  severity: 'medium',
  about: 'state',
  why: 'Without a `/` before the `*` the pattern matches every unit whose id begins alike, not only the one meant and those below it.',
  remedy: 'End the pattern with `/*`.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgPaths'],
  fires: [
    {
      name: 'cut inside the id',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-1*' } },
        ),
      ),
    },
    {
      name: 'behind the whole id',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111*' } },
        ),
      ),
    },
    {
      name: 'the second of two',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            'ForAnyValue:StringLike': {
              'aws:PrincipalOrgPaths': ['o-own1234567/r-ab12/ou-ab12-11111111/*', 'o-own1234567/r-ab12/ou-ab12-2*'],
            },
          },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'the unit and all below',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111/*' } },
        ),
      ),
    },
    {
      name: 'exactly the unit',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { 'ForAnyValue:StringEquals': { 'aws:PrincipalOrgPaths': 'o-own1234567/r-ab12/ou-ab12-11111111/' } },
        ),
      ),
    },
    {
      name: 'the whole organization',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } }),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap(({ key, operator, values }) => {
        if (!/^aws:(principal|source)orgpaths$/i.test(key) || operator.base !== 'StringLike') return [];
        return values
          .filter(({ text }) => /ou-[a-z0-9-]*[*?]/.test(text))
          .map(({ text, pointer }) => ({
            pointer,
            statement: statement.index,
            message: `\`${text}\` also fits other units whose id begins alike.`,
          }));
      }),
    ),
  fix: ({ policy }, hit) => {
    const values = policy.statements[hit.statement ?? -1]?.conditions.flatMap(({ values: all }) => all) ?? [];
    const pattern = values.find(({ pointer }) => pointer === hit.pointer)?.text;
    // The id of a unit has eight characters or more behind its second hyphen; a shorter one was cut.
    if (pattern === undefined || !/\/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}\*$/.test(pattern)) return undefined;
    const text = replaceAt(policy, hit.pointer, `${pattern.slice(0, -1)}/*`);
    return text === undefined ? undefined : { summary: 'End the pattern with `/*`.', text };
  },
});

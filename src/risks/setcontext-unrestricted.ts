/** May a caller bring an identity context from any provider? */
import { setMember } from '../policy/document/edit.ts';
import { someoneUsing } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { coversAction } from './granted-actions.ts';
import { isOfAnAccount } from './passed-tags.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const app = { AWS: 'arn:aws:iam::111122223333:role/app' };
const both = ['sts:AssumeRole', 'sts:SetContext'];
const identityCenter = 'arn:aws:iam::aws:contextProvider/IdentityCenter';
const providers = 'sts:RequestContextProviders';

export const setcontextUnrestricted = defineRiskRule({
  id: 'setcontext-unrestricted',
  title: 'Callers may set an identity context from any provider',
  severity: 'medium',
  about: 'state',
  why: '`sts:SetContext` puts the identity of a person into the session, by which AWS services then decide. Unless the provider of the context is held to the one that is meant, so is nothing.',
  remedy:
    'Add `"ForAllValues:ArnEquals": {"sts:RequestContextProviders": "arn:aws:iam::aws:contextProvider/IdentityCenter"}` and `"Null": {"sts:RequestContextProviders": "false"}`.',
  references: [
    'IAM User Guide, "IAM and AWS STS condition context keys", sts:RequestContextProviders',
    'AWS IAM Identity Center User Guide, "Trusted identity propagation"',
  ],
  notCovered: 'AWS services, which set the context of the person they act for.',
  fires: [
    { name: 'no limit', policy: policyOf(allow(app, undefined, both)), severity: 'medium' },
    {
      name: 'any provider',
      policy: policyOf(
        allow(app, { 'ForAllValues:ArnLike': { [providers]: 'arn:aws:iam::*:contextProvider/*' } }, both),
      ),
      severity: 'medium',
    },
    {
      name: 'the context may be missing',
      policy: policyOf(allow(app, { 'ForAllValues:ArnEquals': { [providers]: identityCenter } }, both)),
      severity: 'low',
    },
    {
      name: 'no limit on a statement of its own',
      policy: policyOf(allow(app), allow(app, undefined, 'sts:SetContext')),
      severity: 'medium',
    },
  ],
  silent: [
    {
      name: 'the pattern of AWS',
      policy: policyOf(
        allow(app, { 'ForAllValues:ArnEquals': { [providers]: identityCenter }, Null: { [providers]: 'false' } }, both),
      ),
    },
    {
      name: 'in a statement of its own',
      policy: policyOf(
        allow(app),
        allow(
          app,
          { 'ForAllValues:ArnEquals': { [providers]: identityCenter }, Null: { [providers]: 'false' } },
          'sts:SetContext',
        ),
      ),
    },
    { name: 'a service', policy: policyOf(allow({ Service: 'redshift.amazonaws.com' }, undefined, both)) },
    { name: 'no context', policy: policyOf(allow(app)) },
    {
      name: 'a Deny holds it to the provider',
      policy: policyOf(
        allow(app, undefined, both),
        deny({ AWS: '*' }, { 'ForAnyValue:ArnNotEquals': { [providers]: identityCenter } }, 'sts:SetContext'),
        deny({ AWS: '*' }, { Null: { [providers]: 'true' } }, 'sts:SetContext'),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      if (!coversAction(statement, 'sts:SetContext') || !statement.principal.entries.some(isOfAnAccount)) return [];
      const answer = someoneUsing(
        context.policy,
        'sts:SetContext',
        [clause('StringEquals', providers, ['arn:aws:iam::aws:contextProvider/q7w4z1x9k3'], { set: 'ForAnyValue' })],
        (_, own) => own.index === statement.index || !coversAction(own, 'sts:SetContext'),
      );
      const pattern = statement.actions.patterns.find(({ text }) => /^sts:setcontext$/i.test(text));
      const where = { pointer: pattern?.pointer ?? statement.actions.pointer, statement: statement.index };
      if (answer.answer === 'yes')
        return [{ ...where, message: 'Callers may set an identity context of any provider.' }];
      // A statement that is limited without asking for the context, and no Deny that asks for it.
      const limits = statement.conditions.filter(({ key }) => key.toLowerCase() === providers.toLowerCase());
      const onlyIfSent =
        limits.length > 0 && limits.every(({ operator }) => operator.set === 'ForAllValues' || operator.ifExists);
      const asked = context.denies.some((own) =>
        own.conditions.some(
          ({ key, operator }) => operator.base === 'Null' && key.toLowerCase() === providers.toLowerCase(),
        ),
      );
      return onlyIfSent && !asked
        ? [
            {
              ...where,
              severity: 'low' as const,
              message: 'The limit on the providers of identity contexts also holds when none is sent.',
            },
          ]
        : [];
    }),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    // A statement for whole calls would shut out those without a context.
    if (statement === undefined || coversAction(statement, 'sts:AssumeRole')) return undefined;
    const block = `${statement.pointer}/Condition`;
    const condition = { 'ForAllValues:ArnEquals': { [providers]: identityCenter }, Null: { [providers]: 'false' } };
    if (policy.placeOf(block) !== undefined) return undefined;
    const text = setMember(policy, statement.pointer, 'Condition', condition);
    return text === undefined ? undefined : { summary: 'Hold the identity context to IAM Identity Center.', text };
  },
});

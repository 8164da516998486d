/** Is a statement's name one that IAM refuses? */
import { replaceAt } from '../policy/document/edit.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const service = allow({ Service: 'ec2.amazonaws.com' });
const named = (Sid: string, statement = service) => ({ Sid, ...statement });

export const sidInvalidOrDuplicate = defineRiskRule({
  id: 'sid-invalid-or-duplicate',
  title: 'The name of a statement is not one that IAM takes',
  severity: 'low',
  about: 'state',
  why: 'A `Sid` has letters and digits only and stands once in a document. IAM refuses others, so the document cannot be deployed.',
  remedy: 'Give each statement a name of its own of letters and digits, or none.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Sid"',
    'IAM User Guide, "Access Analyzer policy check reference", unique Sids required',
  ],
  fires: [
    { name: 'a space', policy: policyOf(named('Trust EC2')) },
    { name: 'a hyphen', policy: policyOf(named('trust-ec2')) },
    {
      name: 'the same name twice',
      policy: policyOf(named('Trust'), named('Trust', allow({ Service: 'lambda.amazonaws.com' }))),
    },
  ],
  silent: [
    { name: 'letters and digits', policy: policyOf(named('TrustEC2')) },
    { name: 'no name', policy: policyOf(service, allow({ Service: 'lambda.amazonaws.com' })) },
    {
      name: 'names that differ in letter case',
      policy: policyOf(named('Trust'), named('trust', allow({ Service: 'lambda.amazonaws.com' }))),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap(({ sid, pointer, index }) => {
      if (sid === undefined || sid === '') return [];
      const where = { pointer: `${pointer}/Sid`, statement: index };
      if (!isName(sid))
        return [{ ...where, message: `The \`Sid\` \`${sid}\` has characters other than letters and digits.` }];
      const first = policy.statements.find((other) => other.sid === sid);
      return first === undefined || first.index === index
        ? []
        : [{ ...where, message: `An earlier statement has the \`Sid\` \`${sid}\` as well.` }];
    }),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    if (statement?.sid === undefined) return undefined;
    const name = freeName(
      statement.sid.replace(/[^A-Za-z0-9]/g, ''),
      policy.statements.flatMap(({ sid, index }) => (sid === undefined || index === statement.index ? [] : [sid])),
    );
    const text = replaceAt(policy, hit.pointer, name);
    return text === undefined ? undefined : { summary: `Name the statement \`${name}\`.`, text };
  },
});

function isName(sid: string): boolean {
  return /^[A-Za-z0-9]+$/.test(sid);
}

function freeName(wanted: string, taken: readonly string[]): string {
  const base = wanted === '' ? 'Statement' : wanted;
  let name = base;
  for (let at = 2; taken.includes(name); at += 1) name = `${base}${at}`;
  return name;
}

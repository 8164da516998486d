/** How does a malformed trust policy read where it is plain what was meant? Nothing is guessed about whom to trust. */

import { baseOperators, operatorName, readOperator } from '../policy/document/condition-operator.ts';
import { removeAt, renameMember, replaceAt, setMember } from '../policy/document/edit.ts';
import { readJson, toValue } from '../policy/document/json-with-positions.ts';
import { asAccountId } from '../policy/document/names.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { parsePrincipal } from '../policy/document/principal-name.ts';
import type { Problem, TrustPolicy } from '../policy/document/trust-policy.ts';
import { validateTrustPolicy } from '../policy/document/validate.ts';
import { editDistanceAtMost } from '../policy/keys/edit-distance.ts';
import { shortened } from './wording.ts';

export interface Correction {
  readonly document: unknown;
  /** One phrase a change. */
  readonly changes: readonly string[];
}

interface Step {
  readonly text: string;
  readonly change: string;
}

/** Faults in one document that are put right; with more of them nothing is plain any more. */
const mostSteps = 24;

/** @returns `undefined` where the document is sound already, or something in it cannot be put right without guessing. */
export function correctedDocument(original: string): Correction | undefined {
  let text = original;
  const changes: string[] = [];
  for (let step = 0; step < mostSteps; step += 1) {
    const { problem, policy } = firstProblem(text);
    if (problem === undefined) {
      const read = readJson(text);
      return changes.length === 0 || !read.ok ? undefined : { document: toValue(read.document.root), changes };
    }
    const next = problem.code === 'invalid-json' ? jsonStep(text) : elementStep(text, problem, policy);
    if (next === undefined || next.text === text) return undefined;
    text = next.text;
    if (!changes.includes(next.change)) changes.push(next.change);
  }
  return undefined;
}

function firstProblem(text: string): { problem: Problem | undefined; policy: TrustPolicy | undefined } {
  const parsed = parseTrustPolicy(text);
  if (parsed.status === 'unreadable') return { problem: parsed.problem, policy: undefined };
  const policy = parsed.status === 'read' ? parsed.policy : undefined;
  const problems =
    policy === undefined
      ? parsed.status === 'meaningless'
        ? parsed.problems
        : []
      : [...(parsed.status === 'read' ? parsed.problems : []), ...validateTrustPolicy(policy)];
  return { problem: problems.find(({ level }) => level === 'refused'), policy };
}

// What is no JSON: the usual slips of writing it by hand, at the place where reading stopped.

function jsonStep(text: string): Step | undefined {
  if (/[“”]/.test(text))
    return { text: text.replaceAll(/[“”]/g, '"'), change: 'plain quotation marks in place of typographic ones' };
  const read = readJson(text);
  if (read.ok) return undefined;
  const { offset } = read.error;
  const before = text.slice(0, offset);
  const comma = /,(\s*)$/.exec(before);
  const next = text[offset];
  if (comma !== null && (next === '}' || next === ']'))
    return {
      text: `${before.slice(0, comma.index)}${comma[1] ?? ''}${text.slice(offset)}`,
      change: 'the comma before a closing bracket taken out',
    };
  if ((next === '"' || next === '{') && /(?:["}\]]|\d|true|false)\s*$/.test(before)) {
    const end = before.trimEnd().length;
    return { text: `${before.slice(0, end)},${text.slice(end)}`, change: 'the missing comma put in' };
  }
  if (next === undefined || text.slice(offset).trim() === '') {
    const open = openBrackets(text);
    return open === undefined || open === ''
      ? undefined
      : { text: `${text.trimEnd().replace(/,$/, '')}${open}`, change: 'the missing closing brackets put in' };
  }
  return undefined;
}

/** @returns the brackets that are still open, closed; `undefined` where a string is open or they do not fit. */
function openBrackets(text: string): string | undefined {
  const open: string[] = [];
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') open.unshift('}');
    else if (character === '[') open.unshift(']');
    else if ((character === '}' || character === ']') && open.shift() !== character) return undefined;
  }
  return inString || open.length > 64 ? undefined : open.join('');
}

// What is JSON and no trust policy.

const elements = [
  'Version',
  'Id',
  'Statement',
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Condition',
];
const assumeActions = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
];

function elementStep(text: string, { code, pointer }: Problem, policy: TrustPolicy | undefined): Step | undefined {
  const document = { text };
  const node = nodeText(text, pointer);
  const name = lastStep(pointer);
  const to = (changed: string | undefined, change: string): Step | undefined =>
    changed === undefined ? undefined : { text: changed, change };
  switch (code) {
    case 'invalid-element': {
      const meant = nearest(name, elements);
      return meant === undefined
        ? undefined
        : to(renameMember(document, pointer, meant), `\`${shortened(name)}\` written \`${meant}\``);
    }
    case 'invalid-version':
      return to(replaceAt(document, pointer, '2012-10-17'), 'Version `2012-10-17`');
    case 'invalid-effect': {
      const meant = nearest(node ?? '', ['Allow', 'Deny']);
      return meant === undefined ? undefined : to(replaceAt(document, pointer, meant), `Effect \`${meant}\``);
    }
    case 'invalid-resource':
      return to(removeAt(document, pointer), `the \`${name}\` taken out`);
    case 'invalid-principal': {
      // Of one entry, the name; else the element as a whole, which stands there as plain text.
      if (
        policy?.statements.some(({ principal }) => principal.entries.some((entry) => entry.pointer === pointer)) ===
        true
      )
        return principalStep(text, pointer, node, policy);
      const type =
        node === undefined
          ? undefined
          : (['AWS', 'Service', 'Federated'] as const).find(
              (one) =>
                (one !== 'Service' || node.endsWith('.amazonaws.com')) && parsePrincipal(one, node).kind !== 'invalid',
            );
      return type === undefined || node === '*'
        ? undefined
        : to(replaceAt(document, pointer, { [type]: node }), `the principal written \`{"${type}": …}\``);
    }
    case 'invalid-principal-type': {
      const meant = nearest(name, ['AWS', 'Service', 'Federated']);
      return meant === undefined
        ? undefined
        : to(renameMember(document, pointer, meant), `\`${shortened(name)}\` written \`${meant}\``);
    }
    case 'invalid-sid':
      return node === undefined
        ? undefined
        : to(replaceAt(document, pointer, node.replace(/[^A-Za-z0-9]/g, '')), 'the Sid with letters and digits alone');
    case 'invalid-duplicate-sid':
      return node === undefined
        ? undefined
        : to(
            replaceAt(document, pointer, `${node}${pointer.split('/')[2] ?? '2'}`),
            'a Sid of its own for each statement',
          );
    case 'invalid-condition-operator': {
      const wanted = readOperator(name.replace(/^null(?:if)?exists$/i, 'Null'));
      const bare = name.replace(/^(?:ForAnyValue|ForAllValues):/i, '').replace(/IfExists$/i, '');
      const meant = nearest(bare, baseOperators);
      const spelt =
        wanted === undefined ? (meant === undefined ? undefined : name.replace(bare, meant)) : operatorName(wanted);
      return spelt === undefined
        ? undefined
        : to(renameMember(document, pointer, spelt), `the operator \`${shortened(name)}\` written \`${spelt}\``);
    }
    case 'invalid-action': {
      const meant = node === undefined ? undefined : nearest(node, assumeActions);
      if (meant !== undefined)
        return to(replaceAt(document, pointer, meant), `the action \`${shortened(node ?? '')}\` written \`${meant}\``);
      // An action of another service belongs into the permissions of the role; the last one is not taken out.
      const list = pointer.slice(0, pointer.lastIndexOf('/'));
      const own = policy?.statements.find(({ actions }) => actions.pointer === list)?.actions.patterns.length ?? 0;
      return own > 1 ? to(removeAt(document, pointer), `the action \`${shortened(node ?? '')}\` taken out`) : undefined;
    }
    default:
      return undefined;
  }
}

/** Account ids with dashes, session ARNs of the wrong service, and a pattern of roles, which belongs into a condition. */
function principalStep(
  text: string,
  pointer: string,
  node: string | undefined,
  policy: TrustPolicy | undefined,
): Step | undefined {
  if (node === undefined) return undefined;
  const document = { text };
  const to = (value: string, change: string): Step | undefined => {
    const changed = parsePrincipal('AWS', value).kind === 'invalid' ? undefined : replaceAt(document, pointer, value);
    return changed === undefined ? undefined : { text: changed, change };
  };
  if (/^\d{4}-\d{4}-\d{4}$/.test(node)) return to(node.replaceAll('-', ''), 'the account id without dashes');
  if (node !== node.trim()) return to(node.trim(), 'the principal without white space');
  if (/:iam::\d{12}:assumed-role\//.test(node))
    return to(node.replace(':iam::', ':sts::'), 'the session’s ARN of the service `sts`');
  const pattern = /^arn:(aws[a-z-]*):iam::(\d{12}):(?:role|user)\/[^:]*[*?][^:]*$/.exec(node);
  const statement = policy?.statements.find(({ principal }) =>
    principal.entries.some((entry) => entry.pointer === pointer),
  );
  const account = asAccountId(pattern?.[2] ?? '');
  // The pattern may only narrow what it stood for: one principal, and no condition on the ARN beside it.
  if (
    account === undefined ||
    statement?.effect !== 'Allow' ||
    statement.principal.entries.length !== 1 ||
    statement.principal.element !== 'Principal'
  )
    return undefined;
  if (statement.conditions.some(({ operator }) => operator.base === 'ArnLike')) return undefined;
  const narrowed = { ArnLike: { 'aws:PrincipalArn': node } };
  const withCondition =
    nodeText(text, `${statement.pointer}/Condition`) === undefined && statement.conditions.length === 0
      ? setMember(document, statement.pointer, 'Condition', narrowed)
      : setMember(document, `${statement.pointer}/Condition`, 'ArnLike', narrowed.ArnLike);
  const changed = withCondition === undefined ? undefined : replaceAt({ text: withCondition }, pointer, account);
  return changed === undefined
    ? undefined
    : { text: changed, change: `the account trusted, with \`${shortened(node)}\` as a condition on aws:PrincipalArn` };
}

/** The one known name that is a slip of typing or the letter case away. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const exact = known.find((one) => one.toLowerCase() === name.toLowerCase());
  if (exact !== undefined) return exact;
  const near = known.filter(
    (one) => editDistanceAtMost(one.toLowerCase(), name.toLowerCase(), one.length < 8 ? 1 : 2) !== undefined,
  );
  return near.length === 1 ? near[0] : undefined;
}

function nodeText(text: string, pointer: string): string | undefined {
  const read = readJson(text);
  const node = read.ok ? read.document.nodeAt(pointer) : undefined;
  return node?.kind === 'string' ? node.value : undefined;
}

function lastStep(pointer: string): string {
  return pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
}

/** What is known of one trust policy among those of a file? */
import type { ParsedTrustPolicy, Place, Problem, TrustPolicy } from '../policy/document/trust-policy.ts';
import type { PolicyInput } from './policy-input.ts';

export interface PolicyInFile {
  readonly input: PolicyInput;
  /** What the role is called in messages, where the file holds several. */
  readonly label?: string;
  /** The version that is replaced, where the file tells (a Terraform plan). */
  readonly previous?: TrustPolicy;
  /** Names or ARNs of attached managed policies, and documents, where the file tells. */
  readonly attachedPolicies?: readonly string[];
  readonly policyDocuments?: readonly unknown[];
  /** Values that are known only once it is deployed. */
  readonly unknown: readonly string[];
  /** Whether the account is a stand-in, since the template does not say where it is deployed. */
  readonly accountAssumed?: boolean;
  /** What that account is called then, after the word; where not given, as CloudFormation does. */
  readonly accountName?: string;
  /**
   * The ways a template may turn out: the outer list by its conditions, the inner one by values known only later. What
   * is said of it holds in every deployment of some inner list. Absent: the policy is as it stands.
   */
  readonly deployments?: readonly (readonly Deployment[])[];
  /** Why nothing can be said of it yet, where that is no fault of the file. */
  readonly undetermined?: string;
}

export interface Deployment {
  readonly parsed: ParsedTrustPolicy;
  /** Texts that stand for what is known only later → what they stand for. */
  readonly standIns: ReadonlyMap<string, string>;
}

/** What a file may be, for whoever gave another. */
export const policyForms =
  'expected a trust policy, the output of `aws iam get-role` or `get-account-authorization-details`, a CloudFormation template, or `terraform show -json`';

/** The same policy with the places that a pointer has in the file around it. */
export function relocatedPolicy(
  parsed: ParsedTrustPolicy,
  placeOf: (pointer: string) => Place | undefined,
): ParsedTrustPolicy {
  const moved = ({ place: _, ...problem }: Problem): Problem => {
    const place = placeOf(problem.pointer);
    return place === undefined ? problem : { ...problem, place };
  };
  switch (parsed.status) {
    case 'unreadable':
      return { ...parsed, problem: moved(parsed.problem) };
    case 'meaningless': {
      const [first, ...rest] = parsed.problems;
      return { ...parsed, problems: [moved(first), ...rest.map(moved)] };
    }
    case 'read':
      return { ...parsed, policy: { ...parsed.policy, placeOf }, problems: parsed.problems.map(moved) };
  }
}

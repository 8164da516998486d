/** What does the package offer to programs? The engine: pure functions, no I/O, no SDK. */
export { causeById, causes } from './causes/catalogue.ts';
export type { Cause } from './causes/cause.ts';
export { callFromDenial, wouldAllow } from './causes/denied-request.ts';
export type { DenialEvidence, FailedChangeEvidence, KnownPolicy, RoleSettings } from './causes/evidence.ts';
export { type ExplainOptions, explain, explainFailedChange } from './causes/explain.ts';
export { eventPatterns } from './cloudtrail/event-patterns.ts';
export { type ReadEvents, readEvents, readEventValue } from './cloudtrail/read-record.ts';
export { recognise } from './cloudtrail/recognise.ts';
export type { Denial, Recognised, TrustChange } from './cloudtrail/recognised.ts';
export type { CloudTrailRecord } from './cloudtrail/record.ts';
export type {
  CauseFinding,
  Confidence,
  Evidence,
  Explanation,
  Finding,
  Fix,
  RiskFinding,
  Severity,
} from './findings/finding.ts';
export { type CompareOptions, compare, newAccess } from './policy/compare/compare.ts';
export type {
  AccessAnswer,
  AccessClass,
  Comparison,
  Undecided,
  Verdict,
  Witness,
} from './policy/compare/comparison.ts';
export { type InsideOf, publicAccess } from './policy/compare/public-access.ts';
export { parseTrustPolicy, parseTrustPolicyValue } from './policy/document/parse.ts';
export type { ParsedTrustPolicy, Place, Problem, Statement, TrustPolicy } from './policy/document/trust-policy.ts';
export { validateTrustPolicy } from './policy/document/validate.ts';
export { callerFromArn, callerFromProvider } from './policy/evaluate/caller.ts';
export { decide, evaluate, type PreparedPolicy, prepare } from './policy/evaluate/evaluate.ts';
export type { AssumeRequest, Caller, Decision, Ternary } from './policy/evaluate/request.ts';
export { type Repair, type RepairQuestion, repair } from './policy/repair/repair.ts';
export { riskRules } from './risks/catalogue.ts';
export { checkRisks } from './risks/check-risks.ts';
export type { RiskQuestion, RiskRule, TrustedWorld } from './risks/risk-rule.ts';

/**
 * Is a log what SARIF 2.1.0 (OASIS) demands of the properties that trusttrail writes, and what code hosts need besides?
 * The OASIS schema is not ours to keep in the repository: this is the part of it that concerns what is written here.
 */
import { Ajv, type AnySchema } from 'ajv';

const text = { type: 'string', minLength: 1 } as const;
const message = {
  type: 'object',
  additionalProperties: false,
  required: ['text'],
  properties: { text, markdown: text },
} as const;
const positive = { type: 'integer', minimum: 1 } as const;
const level = { enum: ['none', 'note', 'warning', 'error'] } as const;

/** The part of the standard that concerns what is written here: closed, so that nothing else is written unnoticed. */
const part: AnySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['version', 'runs'],
  properties: {
    $schema: { type: 'string', pattern: '^https://' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['tool', 'results'],
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          tool: {
            type: 'object',
            additionalProperties: false,
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                additionalProperties: false,
                required: ['name', 'rules'],
                properties: {
                  name: text,
                  version: text,
                  semanticVersion: text,
                  informationUri: { type: 'string', pattern: '^https://' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      additionalProperties: false,
                      required: ['id', 'shortDescription', 'fullDescription'],
                      properties: {
                        id: text,
                        name: text,
                        shortDescription: message,
                        fullDescription: message,
                        helpUri: { type: 'string', pattern: '^https://' },
                        help: message,
                        defaultConfiguration: { type: 'object', properties: { level } },
                        properties: {
                          type: 'object',
                          required: ['security-severity'],
                          properties: { 'security-severity': { type: 'string', pattern: '^(?:10|\\d)\\.\\d$' } },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['ruleId', 'level', 'message', 'locations', 'partialFingerprints'],
              properties: {
                ruleId: text,
                ruleIndex: { type: 'integer', minimum: 0 },
                level,
                message,
                locations: {
                  type: 'array',
                  minItems: 1,
                  items: {
                    type: 'object',
                    additionalProperties: false,
                    required: ['physicalLocation'],
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        additionalProperties: false,
                        required: ['artifactLocation', 'region'],
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            additionalProperties: false,
                            required: ['uri'],
                            properties: { uri: { type: 'string', pattern: "^[A-Za-z0-9\\-._~!'()*%/:]+$" } },
                          },
                          region: {
                            type: 'object',
                            additionalProperties: false,
                            required: ['startLine'],
                            properties: { startLine: positive, startColumn: positive },
                          },
                        },
                      },
                      logicalLocations: {
                        type: 'array',
                        items: { type: 'object', properties: { fullyQualifiedName: text, kind: text } },
                      },
                    },
                  },
                },
                partialFingerprints: { type: 'object', additionalProperties: text },
                properties: { type: 'object' },
              },
            },
          },
        },
      },
    },
  },
};

/** @returns what is wrong with a log; empty where nothing is. */
export function sarifProblems(log: unknown): readonly string[] {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const problems: string[] = [];
  const valid = ajv.compile(part);
  if (!valid(log))
    problems.push(...(valid.errors ?? []).map(({ instancePath, message: why }) => `${instancePath} ${why}`));
  if (problems.length > 0) return problems;
  const { runs } = log as {
    runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex?: number }[] }[];
  };
  for (const { tool, results } of runs)
    for (const { ruleId, ruleIndex } of results)
      if (ruleIndex !== undefined && tool.driver.rules[ruleIndex]?.id !== ruleId)
        problems.push(`ruleIndex ${ruleIndex} is not ${ruleId}`);
  return problems;
}

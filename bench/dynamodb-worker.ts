/** DynamoDB in a thread of its own, so that what it holds is told apart from what the service holds. */
import { parentPort } from 'node:worker_threads';
import { DynamoDbError, dynamoDbInMemory } from '../test/adapters/dynamodb-in-memory.ts';

interface Question {
  readonly id: number;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly id: number;
  readonly output?: Readonly<Record<string, unknown>>;
  readonly error?: { type: string; message: string; reasons: DynamoDbError['reasons'] };
}

const service = dynamoDbInMemory();
parentPort?.on('message', ({ id, operation, input }: Question) => {
  parentPort?.postMessage(answer(id, operation, input));
});

function answer(id: number, operation: string, input: Question['input']): Answer {
  if (operation === 'bill') return { id, output: { requests: service.requests, units: service.units } };
  try {
    return { id, output: service.answer(operation, input) };
  } catch (error) {
    if (!(error instanceof DynamoDbError)) throw error;
    const { type, message, reasons } = error;
    return { id, error: { type, message, reasons } };
  }
}

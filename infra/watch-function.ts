/** How is an entry under functions/ bundled and run, and what may every one of them do? */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import { bundling, type Entry } from './bundling.ts';
import { watchRolePrefix } from './forwarder-stack.ts';
import type { Settings } from './settings.ts';

const root = join(import.meta.dirname, '..');

/** What a function reads beside its code, under this name (functions/configuration-file.ts). */
const configurationFile = 'trusttrail.config.json';

export interface WatchFunctionProps {
  /** Name of the file under functions/, without its ending. */
  readonly entry: Entry;
  readonly description: string;
  readonly settings: Settings;
  readonly timeout: Duration;
  /** Megabytes; Lambda gives processor time by them. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  /** For its logs, which tell of roles and callers. */
  readonly key: IKey;
  /** Folder with the operator's trusttrail.config.json. */
  readonly folder: string;
}

export class WatchFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: WatchFunctionProps) {
    super(scope, id);
    const { entry, settings, key } = props;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: settings.logDays,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      roleName: watchRoleName(entry),
      description: `Of the function ${entry} of trusttrail`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);
    const configuration = join(props.folder, configurationFile);
    this.function = new NodejsFunction(this, 'Function', {
      entry: join(root, 'functions', `${entry}.ts`),
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      handler: 'handler',
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: props.timeout,
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel[settings.logLevel === 'debug' ? 'DEBUG' : 'INFO'],
      systemLogLevelV2: SystemLogLevel.WARN,
      environment: { NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      awsSdkConnectionReuse: false,
      bundling: {
        ...bundling,
        format: OutputFormat.ESM,
        mainFields: [...bundling.mainFields],
        commandHooks: {
          beforeInstall: () => [],
          beforeBundling: () => [],
          afterBundling: (_, output) =>
            existsSync(configuration) ? [`cp ${quoted(configuration)} ${quoted(join(output, configurationFile))}`] : [],
        },
      },
    });
    // The CDK writes a dependency on the role beside the reference to it.
    (this.function.node.defaultChild as CfnFunction).addMetadata('cfn-lint', { config: { ignore_checks: ['W3005'] } });
    acknowledge(
      this.role,
      `AwsSolutions-IAM5[Resource::<${Stack.of(this).getLogicalId(logGroup.node.defaultChild as never)}.Arn>:*]`,
      'The streams of its own log group.',
    );
  }
}

/** The reader roles know the functions of the hub by this name. */
export function watchRoleName(entry: string): string {
  return `${watchRolePrefix}${entry}`;
}

/** @returns the ARN of a role of the hub's account by the name of a function. */
export function watchRoleArn(entry: string): string {
  return `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${watchRoleName(entry)}`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

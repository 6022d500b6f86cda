/** A public address for a function. No IAM authentication and no CORS of its own: the program does both, the same everywhere. */
import { Fn } from 'aws-cdk-lib'
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { NodeFunction } from './node-function.ts'

export interface FunctionAddressProps {
  readonly target: NodeFunction
  /** True = the answer leaves as it is written (up to 200 MB); false = as a whole (up to 6 MB). */
  readonly isStreamed: boolean
}

export class FunctionAddress extends Construct {
  /** What clients are given, without a slash at its end. */
  readonly baseUrl: string

  constructor(scope: Construct, id: string, props: FunctionAddressProps) {
    super(scope, id)
    const address = props.target.lambda.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: props.isStreamed ? InvokeMode.RESPONSE_STREAM : InvokeMode.BUFFERED,
    })
    this.baseUrl = Fn.join('', [address.url, 'v1'])
  }
}

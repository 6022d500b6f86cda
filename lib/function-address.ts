/** A public address for a function, whose answers leave as they are written (up to 200 MB). No IAM authentication and no CORS of its own: the program does both, the same everywhere. */
import { Fn } from 'aws-cdk-lib'
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { NodeFunction } from './node-function.ts'

export interface FunctionAddressProps {
  readonly target: NodeFunction
}

export class FunctionAddress extends Construct {
  /** What clients are given, without a slash at its end. */
  readonly baseUrl: string
  /** The address alone, with a slash at its end. */
  readonly url: string

  constructor(scope: Construct, id: string, props: FunctionAddressProps) {
    super(scope, id)
    const address = props.target.lambda.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    })
    this.url = address.url
    this.baseUrl = Fn.join('', [address.url, 'v1'])
  }
}

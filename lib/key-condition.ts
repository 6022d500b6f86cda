/** The condition that a key may be used only by way of one service. */
import { Aws } from 'aws-cdk-lib'

/** `service` as in `secretsmanager`. In China services are named under both suffixes. */
export function viaService(service: string): { readonly StringEquals: Readonly<Record<string, readonly string[]>> } {
  const names = ['amazonaws.com', Aws.URL_SUFFIX].map((suffix) => `${service}.${Aws.REGION}.${suffix}`)
  return { StringEquals: { 'kms:ViaService': names } }
}

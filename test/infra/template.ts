/** The synthesised stack, and questions about it in the words of its rules. */
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { defaultSettings, type SluiceSettings } from '../../lib/settings.ts'
import { SluiceStack } from '../../lib/sluice-stack.ts'

interface Statement {
  readonly Effect: string
  readonly Action: string | string[]
  readonly Resource: unknown
  readonly Condition?: unknown
}

export interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

/** Bundling is left out: these tests are about the template. */
export function synthesise(settings: Partial<SluiceSettings> = {}): { readonly app: App; readonly template: Template } {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new SluiceStack(app, 'Sluice', { settings: { ...defaultSettings, ...settings } })
  return { app, template: Template.fromStack(stack) }
}

export function resources(template: Template, type: string): Readonly<Record<string, Resource>> {
  return template.findResources(type) as Record<string, Resource>
}

/** The one resource of that type whose logical id begins so. */
export function resource(template: Template, type: string, prefix: string): Resource {
  const found = Object.entries(resources(template, type)).filter(([id]) => id.startsWith(prefix))
  if (found.length !== 1) throw new Error(`${found.length} resources of type ${type} begin with ${prefix}`)
  return found[0]![1]
}

export type FunctionId = 'Gateway' | 'Admin' | 'Ledger' | 'Windows'

/** Everything the function's role may do, as `action on what`, where `what` is the logical id the ARN is made from. */
export function rights(template: Template, id: FunctionId): readonly string[] {
  const policy = resource(template, 'AWS::IAM::Policy', `${id}Role`).Properties as {
    readonly PolicyDocument: { readonly Statement: readonly Statement[] }
  }
  return policy.PolicyDocument.Statement.filter((statement) => statement.Effect === 'Allow').flatMap((statement) =>
    [statement.Action]
      .flat()
      .flatMap((action) => targets(statement.Resource).map((target) => `${action} on ${target}`)),
  )
}

/** Tables, buckets, keys by logical id; other ARNs by their literal end. */
function targets(arn: unknown): readonly string[] {
  if (Array.isArray(arn)) return arn.flatMap(targets)
  if (typeof arn === 'string') return [arn]
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join, Ref: reference } = arn as Record<string, unknown>
  if (Array.isArray(attribute)) return [attribute[1] === 'StreamArn' ? `${attribute[0]} stream` : String(attribute[0])]
  if (Array.isArray(join)) {
    const parts = join[1] as unknown[]
    const root = parts.find((part) => typeof part === 'object' && part !== null && 'Fn::GetAtt' in part)
    return [`${root ? targets(root)[0] : ''}${parts.at(-1)}`]
  }
  return [String(reference)]
}
